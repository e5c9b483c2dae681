import type { ApiKey } from "../keys/api-key.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { SecretAddress, SecretStore, Slot } from "../stores/secret-store.ts";
import type { RotationPlan } from "./journal.ts";

/** The keys that a store holds for one profile. */
export type Slots = Readonly<Record<Slot, ApiKey | undefined>>;

/** Where a slot of a profile is. */
export function slot(profile: ProfileName, name: Slot): SecretAddress {
  return { profile, slot: name };
}

/** Reads every slot of a profile. */
export async function readSlots(store: SecretStore, profile: ProfileName): Promise<Slots> {
  return {
    current: await store.get(slot(profile, "current")),
    next: await store.get(slot(profile, "next")),
    previous: await store.get(slot(profile, "previous")),
  };
}

/** Whether this is the key that a rotation takes out of use. */
export function isOldKey(key: ApiKey | undefined, { oldKey }: RotationPlan): key is ApiKey {
  return key !== undefined && matchesFingerprint(key, oldKey.fingerprint);
}

/** Whether this is the key that a rotation brings into use. */
export function isNewKey(key: ApiKey | undefined, { newKey }: RotationPlan): key is ApiKey {
  return key !== undefined && matchesFingerprint(key, newKey.fingerprint);
}
