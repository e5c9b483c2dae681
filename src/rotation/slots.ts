import type { ApiKey } from "../keys/api-key.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { KeySlot, SecretStore } from "../stores/secret-store.ts";
import type { RotationPlan } from "./journal.ts";
import type { Held, SlotContents } from "./stages.ts";

/** The keys that a store holds for one profile. */
export type Slots = Readonly<Record<KeySlot, ApiKey | undefined>>;

/** Reads a profile's key slots. */
export async function readSlots(store: SecretStore, profile: ProfileName): Promise<Slots> {
  return {
    current: await store.get({ profile, slot: "current" }),
    next: await store.get({ profile, slot: "next" }),
    previous: await store.get({ profile, slot: "previous" }),
  };
}

/** Matches slots to a rotation's keys. */
export function contentsOf(slots: Slots, { oldKey, newKey }: RotationPlan): SlotContents {
  const held = (key: ApiKey | undefined): Held => {
    if (key === undefined) return "nothing";
    if (matchesFingerprint(key, newKey.fingerprint)) return "new";
    return matchesFingerprint(key, oldKey.fingerprint) ? "old" : "other";
  };
  return { current: held(slots.current), next: held(slots.next), previous: held(slots.previous) };
}
