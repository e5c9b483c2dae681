import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { SecretStore } from "./secret-store.ts";

/** The outcome of moving a key. */
export type MoveOutcome =
  | { readonly outcome: "moved" }
  /** The old store holds no key of this profile, or only an outdated one. */
  | { readonly outcome: "nothing-to-move" }
  /** The new store already holds another key for this profile; nothing changed. */
  | { readonly outcome: "another-key-there"; readonly key: ApiKey }
  /** The key is in the new store, but deleting the old copy failed. */
  | { readonly outcome: "copy-left"; readonly cause: MistralKeyError };

/**
 * Moves a profile's key and Admin API key from one store to another. At every moment at least one of
 * them holds it, and the profile names one that does: it is written to the new store and read back,
 * then the profile is updated, then the old copy is deleted. Running it again completes an interrupted
 * move.
 *
 * @throws MistralKeyError of kind `unfinished` during a rotation, whose slots belong to one store; of a
 *   `store-…` kind when a store fails: the profile and the old store are then unchanged
 */
export async function moveKey(
  name: ProfileName,
  from: SecretStore,
  to: SecretStore,
  { profiles, journal }: Pick<Deps, "profiles" | "journal">,
): Promise<MoveOutcome> {
  refuseRotation(name, journal);
  const address = { profile: name, slot: "current" } as const;
  const key = await from.get(address);
  if (key === undefined) return { outcome: "nothing-to-move" };
  const there = await to.get(address);
  const profile = profiles.read(name);
  const admin = { profile: name, slot: "admin" } as const;
  const adminKey = await from.get(admin);
  if (there === undefined || !there.equals(key)) {
    // A stale copy from an earlier move must not replace a newer key.
    if (there !== undefined && profile?.store === to.kind) return { outcome: "nothing-to-move" };
    if (there !== undefined) return { outcome: "another-key-there", key: there };
    await to.set(address, key);
  }
  if (adminKey !== undefined) await to.set(admin, adminKey);
  // One may have started during a keychain prompt.
  refuseRotation(name, journal);
  const latest = profiles.read(name);
  if (latest !== undefined && latest.store !== to.kind)
    profiles.write({ ...latest, store: to.kind, storeName: to.describe() });
  try {
    await from.delete(address);
    if (adminKey !== undefined) await from.delete(admin);
    return { outcome: "moved" };
  } catch (error) {
    if (!(error instanceof MistralKeyError)) throw error;
    return { outcome: "copy-left", cause: error };
  }
}

function refuseRotation(name: ProfileName, journal: Deps["journal"]): void {
  if (journal.read(name) === undefined) return;
  throw new MistralKeyError(
    "unfinished",
    `A rotation of profile ${name} is under way; its keys stay where they are.`,
    { hint: `End it first: ${commandFor(name, "rotate --finish")}` },
  );
}
