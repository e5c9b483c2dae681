import type { Deps } from "../deps.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { SecretStore, StoreKind } from "./secret-store.ts";

/** A key that a store holds for a profile of which nothing else is known. */
export interface UnlistedKey {
  readonly profile: ProfileName;
  readonly store: SecretStore;
  /** `undefined` where it is there and cannot be read without asking somebody. */
  readonly key: ApiKey | undefined;
}

const kinds: readonly StoreKind[] = ["keychain", "file"];

/**
 * Looks whether a store holds a key of a profile that is not there: the disk was full when the key
 * had been stored, or the profiles were lost. Asks nobody, so a keychain that would have to is passed over.
 *
 * @param among - the kinds of store to look into
 */
export async function findUnlistedKey(
  { store: open }: Pick<Deps, "store">,
  profile: ProfileName,
  among: readonly StoreKind[] = kinds,
): Promise<UnlistedKey | undefined> {
  for (const kind of among) {
    const store = await open(kind);
    const inspection = await store.inspect({ profile, slot: "current" });
    if (inspection.state === "found") return { profile, store, key: inspection.key };
    // A file can be seen without its passphrase.
    if (kind === "file" && inspection.state === "unread") return { profile, store, key: undefined };
  }
  return undefined;
}
