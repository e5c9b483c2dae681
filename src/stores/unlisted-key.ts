import type { Deps } from "../deps.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { SecretStore, StoreKind } from "./secret-store.ts";

/** A stored key of a profile about which nothing else is known. */
export interface UnlistedKey {
  readonly profile: ProfileName;
  readonly store: SecretStore;
  /** `undefined` if it exists but cannot be read without a prompt. */
  readonly key: ApiKey | undefined;
}

const kinds: readonly StoreKind[] = ["keychain", "file"];

/**
 * Looks for a stored key of a profile that does not exist: the disk was full after the key had been
 * stored, or the profiles were lost. Never prompts, so it skips a keychain that would have to.
 *
 * @param among - the kinds of store to search
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
