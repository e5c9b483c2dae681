import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { SecretStore } from "./secret-store.ts";

/** What became of a key that was to be moved. */
export type MoveOutcome =
  | { readonly outcome: "moved" }
  /** The old store holds no key of this profile, or none that the profile still means. */
  | { readonly outcome: "nothing-to-move" }
  /** The new store holds another key under this name already; nothing was changed. */
  | { readonly outcome: "another-key-there"; readonly key: ApiKey }
  /** The key is in the new store; the old one would not give up its copy. */
  | { readonly outcome: "copy-left"; readonly cause: MistralKeyError };

/**
 * Moves a profile's key from one store to another. At every moment at least one of them holds it,
 * and the profile names one that does: the key is written to the new store and read back, then the
 * profile remembers that store, then the old copy is erased. Running it again ends a move that was
 * interrupted.
 *
 * @throws MistralKeyError of kind `unfinished` during a rotation, whose slots belong to one store;
 *   of a `store-…` kind when the new store does not take the key, and then nothing has changed
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
    // A copy that an earlier move left behind must not come back over a newer key.
    if (there !== undefined && profile?.store === to.kind) return { outcome: "nothing-to-move" };
    if (there !== undefined) return { outcome: "another-key-there", key: there };
    await to.set(address, key);
  }
  if (adminKey !== undefined) await to.set(admin, adminKey);
  // A keychain may have asked the person meanwhile.
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
