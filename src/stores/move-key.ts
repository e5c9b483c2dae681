import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { everySlot, type SecretAddress, type SecretStore } from "./secret-store.ts";

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
 * Moves a profile's keys from one store to another. At every moment at least one of them holds each, and
 * the profile names a store that does: they are written to the new store and read back, then the profile
 * is updated, then the old copies are deleted. Running it again completes a move that was interrupted
 * before the profile was updated.
 *
 * @throws MistralKeyError of kind `unfinished` during a rotation, whose slots belong to one store, and if
 *   another run replaces the key meanwhile; of a `store-…` kind when a store fails: the profile and the old
 *   store are then unchanged
 */
export async function moveKey(
  name: ProfileName,
  from: SecretStore,
  to: SecretStore,
  { profiles, journal }: Pick<Deps, "profiles" | "journal">,
): Promise<MoveOutcome> {
  refuseRotation(name, journal);
  const profile = profiles.read(name);
  const addresses = everySlot.map((slot) => ({ profile: name, slot }));
  const copies: { readonly address: SecretAddress; readonly key: ApiKey }[] = [];
  for (const address of addresses) {
    const key = await from.get(address);
    if (key === undefined) {
      if (address.slot === "current") return { outcome: "nothing-to-move" };
      continue;
    }
    const there = await to.get(address);
    if (there !== undefined && !there.equals(key)) {
      // A stale copy from an earlier move must not replace a newer key.
      if (profile?.store === to.kind) return { outcome: "nothing-to-move" };
      return { outcome: "another-key-there", key: there };
    }
    if (there === undefined) copies.push({ address, key });
  }
  for (const { address, key } of copies) await to.set(address, key);
  // One may have started, or ended, during a keychain prompt.
  refuseRotation(name, journal);
  const latest = profiles.read(name);
  if (latest?.fingerprint.hash !== profile?.fingerprint.hash) throw changedMeanwhile(name, from, to);
  if (latest !== undefined && latest.store !== to.kind)
    profiles.write({ ...latest, store: to.kind, storeName: to.describe() });
  try {
    for (const address of addresses) await from.delete(address);
    return { outcome: "moved" };
  } catch (error) {
    if (!(error instanceof MistralKeyError)) throw error;
    return { outcome: "copy-left", cause: error };
  }
}

function changedMeanwhile(name: ProfileName, from: SecretStore, to: SecretStore): MistralKeyError {
  return new MistralKeyError(
    "unfinished",
    `The key of profile "${name}" was replaced in the meantime, so it stays in ${from.describe()}.`,
    {
      hint: `To remove the earlier one from ${to.describe()}: ${commandFor(name, `remove --store ${to.kind}`)}`,
    },
  );
}

function refuseRotation(name: ProfileName, journal: Deps["journal"]): void {
  if (journal.read(name) === undefined) return;
  throw new MistralKeyError(
    "unfinished",
    `A rotation of profile ${name} is under way; its keys stay where they are.`,
    { hint: `End it first: ${commandFor(name, "rotate --finish")}` },
  );
}
