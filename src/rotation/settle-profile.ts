import type { Deps } from "../deps.ts";
import { unlessDamaged } from "../errors.ts";
import type { Profile } from "../profiles/profile.ts";
import type { RotationRecord } from "./journal.ts";
import type { Held } from "./stages.ts";

/** The profile on disk; if that was removed since it was settled, the one that the rotation plans. */
export function profileNow({ profiles }: Deps, { profile, after }: RotationRecord): Profile {
  return profiles.read(profile) ?? after;
}

/**
 * Updates the profile to the key in use, if the stage leads to that key. A profile that already matches is
 * left alone: it may be newer.
 *
 * @param current - the key in use
 */
export function settleProfile(
  { profiles }: Deps,
  { stage, profile, before, after }: RotationRecord,
  current: Held,
): void {
  if (stage === "switching") return;
  const [key, wanted] = stage === "reverting" ? ["old", before] : ["new", after];
  if (key !== current) return;
  if (wanted === null) return void profiles.remove(profile);
  const found = unlessDamaged(() => profiles.read(profile));
  if (found?.fingerprint.hash === wanted.fingerprint.hash) return;
  // The Admin API key is stored beside either key, perhaps since the rotation began.
  profiles.write({ ...wanted, adminKey: (found ?? wanted).adminKey });
}
