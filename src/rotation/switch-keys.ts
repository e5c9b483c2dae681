import type { Deps } from "../deps.ts";
import { MistralKeyError, unlessDamaged } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Profile } from "../profiles/profile.ts";
import type { SecretStore } from "../stores/secret-store.ts";
import type { RotationRecord } from "./journal.ts";
import { isNewKey, isOldKey, readSlots, slot } from "./slots.ts";

/** What the moves of a rotation touch. */
export interface Hands extends Pick<Deps, "journal" | "profiles"> {
  readonly store: SecretStore;
}

/** What came of {@link switchKeys}. */
export type SwitchOutcome =
  | { readonly outcome: "switched"; readonly record: RotationRecord }
  /** The rotation was cut off before the new key was stored; the old one is in use as before. */
  | { readonly outcome: "nothing-staged" };

/**
 * Brings the new key from `next` into use and keeps the old one in `previous`. Goes by what the
 * slots hold, so that it can be cut off anywhere and called again: at every instant `current` holds
 * one of the two keys, and `previous` holds the old one before `current` loses it.
 *
 * @throws MistralKeyError of kind `unfinished` when `current` holds neither key
 */
export async function switchKeys(hands: Hands, record: RotationRecord): Promise<SwitchOutcome> {
  const { store, journal } = hands;
  const { profile } = record;
  const { current, next } = await readSlots(store, profile);
  if (!isNewKey(current, record)) {
    if (!isNewKey(next, record)) return { outcome: "nothing-staged" };
    if (current !== undefined) {
      if (!isOldKey(current, record)) throw changedMeanwhile(record);
      await store.set(slot(profile, "previous"), current);
    }
    journal.confirm(record);
    await store.set(slot(profile, "current"), next);
  }
  await store.delete(slot(profile, "next"));
  return { outcome: "switched", record: journal.advance(record, "delivering") };
}

/**
 * Makes the profile tell of this key, unless it does so already: then it may know more by now.
 *
 * @param wanted - the profile to write
 */
export function settleProfile({ profiles }: Pick<Deps, "profiles">, wanted: Profile): void {
  if (readOrNothing(profiles, wanted.name)?.fingerprint.hash !== wanted.fingerprint.hash)
    profiles.write(wanted);
}

/** The profile as it is on disk now; `undefined` for a damaged one, which is about to be replaced. */
export function readOrNothing(profiles: Deps["profiles"], name: ProfileName): Profile | undefined {
  return unlessDamaged(() => profiles.read(name));
}

/** Something else than a rotation has put another key into use. */
function changedMeanwhile(record: RotationRecord): MistralKeyError {
  return new MistralKeyError(
    "unfinished",
    `The stored key of profile "${record.profile}" is neither the old nor the new one of this rotation; something else has changed it.`,
    {
      hint: `To keep the key that is stored now and end the rotation: ${commandFor(record.profile, "rotate --abort")}`,
    },
  );
}
