import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { commandFor, ownCommand } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import { type ProfileChoice, withChoice } from "../profiles/choose-profile.ts";
import { type Profile, storeFor } from "../profiles/profile.ts";
import type { SecretStore, StoreKind } from "./secret-store.ts";
import { findUnlistedKey, notYetListed } from "./unlisted-key.ts";

/** Which key to read. Omitted fields default to the profile's, then to the usual ones. */
export interface KeyRequest {
  readonly profile: ProfileName;
  /** What named the profile; an error says so where that is not the command line. */
  readonly choice?: ProfileChoice;
  readonly store?: StoreKind | undefined;
  readonly endpoint?: Endpoint | undefined;
}

/** A key found in its store. */
export interface StoredKey {
  readonly key: ApiKey;
  readonly store: SecretStore;
  /** As it is recorded, maybe of a key that was there before; `undefined` if only the store has the key. */
  readonly profile: Profile | undefined;
}

/**
 * Reads a profile's current key from the requested store, else from the one that the profile records,
 * else from the keychain.
 *
 * @throws MistralKeyError of kind `no-key` when that store holds none; else as {@link SecretStore.get}
 */
export async function readStoredKey(
  request: KeyRequest,
  deps: Pick<Deps, "profiles" | "store">,
): Promise<StoredKey> {
  const profile = deps.profiles.read(request.profile);
  const store = await deps.store(storeFor(request, profile));
  const key = await store.get({ profile: request.profile, slot: "current" });
  if (key !== undefined) return { key, store, profile };
  const elsewhere = profile === undefined && request.store === undefined;
  const unlisted = elsewhere ? await findUnlistedKey(deps, request.profile, ["file"]) : undefined;
  if (unlisted !== undefined) throw notYetListed(unlisted);
  const error = noKey(request.profile, store, profile);
  throw profile === undefined ? withChoice(error, request.choice) : error;
}

/**
 * {@link readStoredKey} for a command that uses or hands out the key: also warns when it expires soon.
 */
export async function readKeyForUse(
  request: KeyRequest,
  deps: Pick<Deps, "profiles" | "store" | "remindOfEnd">,
): Promise<StoredKey> {
  const stored = await readStoredKey(request, deps);
  if (stored.profile !== undefined) deps.remindOfEnd(stored.key, stored.profile);
  return stored;
}

/** The keychain that has a profile's key, if another is in use here: on another desktop or machine. */
export function keychainElsewhere(store: SecretStore, profile: Profile | undefined): string | undefined {
  if (profile?.store !== "keychain" || store.kind !== "keychain") return undefined;
  const { storeName } = profile;
  const here = store.describe();
  // "the keychain" may be any.
  return [here, storeName].includes("the keychain") || here === storeName ? undefined : storeName;
}

/** That a store does not hold a profile's key, as the end of the sentence "The key of profile … ." */
export function absentFrom(
  store: SecretStore,
  profile: Profile | undefined,
  place = store.describe(),
): string {
  const keptIn = keychainElsewhere(store, profile);
  return keptIn === undefined
    ? `is not in ${place} any more`
    : `is not in ${place}: it was kept in ${keptIn}`;
}

/** The error for a store that holds no key for a profile; `init` puts one there. */
export function noKey(
  name: ProfileName,
  store: SecretStore,
  profile: Profile | undefined,
  init = "init",
): MistralKeyError {
  if (profile !== undefined && profile.store !== store.kind) {
    return new MistralKeyError("no-key", `The key of profile "${name}" is not kept in ${store.describe()}.`, {
      hint: "Leave out --store, and unset MISTRAL_KEY_STORE: the profile knows where its key is.",
    });
  }
  if (profile !== undefined) {
    return new MistralKeyError("no-key", `The key of profile "${name}" ${absentFrom(store, profile)}.`, {
      hint: `Put it back, or a new one: ${commandFor(name, init)}\nTo see where each key is kept: ${ownCommand("status")}`,
    });
  }
  return new MistralKeyError("no-key", `No key is stored for profile "${name}".`, {
    hint: `Get one and store it: ${commandFor(name, "init")}\nTo see your profiles: ${ownCommand("status")}`,
  });
}
