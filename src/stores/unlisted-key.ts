import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
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

/** What to do about such a key. It is usable; a check restores the profile. */
export function notYetListed({ profile, store, key }: UnlistedKey): MistralKeyError {
  const which = key === undefined ? "A key" : `The key ${key.mask}`;
  const message = `${which} of profile "${profile}" is in ${store.describe()}, and nothing else is known about it.`;
  const command = store.kind === "keychain" ? "verify" : `verify --store ${store.kind}`;
  return new MistralKeyError("no-key", message, {
    hint: `To check and list it: ${commandFor(profile, command)}`,
  });
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
