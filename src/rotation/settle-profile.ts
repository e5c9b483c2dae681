import type { Deps } from "../deps.ts";
import { unlessDamaged } from "../errors.ts";
import type { Profile } from "../profiles/profile.ts";
import type { RotationRecord } from "./journal.ts";
import type { Held } from "./stages.ts";

/** The profile as it is on disk; as the rotation means it to be, where that is damaged or not there. */
export function profileNow(
  { profiles }: Pick<Deps, "profiles">,
  { profile, after }: RotationRecord,
): Profile {
  return unlessDamaged(() => profiles.read(profile)) ?? after;
}

/**
 * Makes the profile tell of the key in use, once that is the one that a stage brings about. One that
 * does so already is left as it is: it may know more by now.
 *
 * @param current - the key in use
 */
export function settleProfile(
  { profiles }: Pick<Deps, "profiles">,
  { stage, profile, before, after }: RotationRecord,
  current: Held,
): void {
  const switched = stage === "delivering" || stage === "retiring" || stage === "erasing";
  const [key, wanted] = switched ? ["new", after] : stage === "reverting" ? ["old", before] : [];
  if (wanted === undefined || key !== current) return;
  if (wanted === null) profiles.remove(profile);
  else if (unlessDamaged(() => profiles.read(profile))?.fingerprint.hash !== wanted.fingerprint.hash)
    profiles.write(wanted);
}
