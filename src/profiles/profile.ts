import type { Expiry } from "../keys/expiry.ts";
import type { Fingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Diagnosis } from "../mistral/diagnosis.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import type { Identity } from "../mistral/mistral-api.ts";
import type { StoreKind } from "../stores/secret-store.ts";
import type { TargetReference } from "./target-reference.ts";

/** What is known about a stored key. Never the key itself. Dates are ISO 8601, in UTC. */
export interface Profile {
  readonly version: 2;
  readonly name: ProfileName;
  /** The mask of the key, as the Mistral console lists it. */
  readonly key: string;
  readonly fingerprint: Fingerprint;
  readonly store: StoreKind;
  /** The store's own name, as it was when the key was put or found there: `GNOME Keyring`. */
  readonly storeName?: string | undefined;
  readonly endpoint: Endpoint;
  /** Who the key belongs to, as Mistral said at the last check; `null` when it did not say. */
  readonly identity: Identity | null;
  /** When this key was stored here. */
  readonly createdAt: string;
  /** The last day, as Mistral lists it or else as the person entered it; `null` for never; absent when not known. */
  readonly expiresAt?: Expiry | undefined;
  /** When the key was last checked, whatever the outcome. */
  readonly lastVerifiedAt: string | null;
  /** What the last check said of the key. */
  readonly lastDiagnosis: Diagnosis | null;
  /** When Mistral last accepted this key. */
  readonly lastAcceptedAt: string | null;
  /** What the key may call, as Mistral said when it last accepted it; absent before that. */
  readonly mayCall?: Abilities | undefined;
  /** The mask of the Admin API key that is stored beside the key; absent where there is none. */
  readonly adminKey?: string | undefined;
  /** What Mistral's list of keys said of this key; absent where it was not asked. */
  readonly listed?: ListedKey | undefined;
  /** The places that get this key delivered. */
  readonly targets: readonly KnownTarget[];
}

/** What a key may call. */
export interface Abilities {
  readonly models: number;
  /** Absent where Mistral did not say. */
  readonly requestsPerMinute?: number | undefined;
}

/** What Mistral's list of keys says of one, which only the Admin API of an organization gives. */
export interface ListedKey {
  /** The last day; `null` for never, absent where the list did not say. */
  readonly expiresAt?: Expiry | undefined;
  readonly lastUsedAt: string | null;
  readonly workspace: string | null;
  /** When the list said so. */
  readonly seenAt: string;
}

/** A place that gets a profile's key delivered. */
export interface KnownTarget {
  readonly target: TargetReference;
  /** When it was first delivered there, ISO 8601; `null` where that was not written down. */
  readonly since: string | null;
}

/** Where a key is kept, in words. */
export function storeNameOf({ store, storeName }: Pick<Profile, "store" | "storeName">): string {
  return storeName ?? { keychain: "the keychain", file: "an encrypted file", memory: "memory" }[store];
}

/** What a key may call, in words; empty where that is not known. */
export function abilitiesOf({ mayCall }: Pick<Profile, "mayCall">): string {
  if (mayCall === undefined) return "";
  const { models, requestsPerMinute } = mayCall;
  const limit = requestsPerMinute === undefined ? "" : ` · ${requestsPerMinute} requests a minute`;
  return `${models} ${models === 1 ? "model" : "models"}${limit}`;
}

/** The store of a key: the one asked for, else the one its profile remembers, else the keychain. */
export function storeFor(
  { store }: { readonly store?: StoreKind | undefined },
  profile: Pick<Profile, "store"> | undefined,
): StoreKind {
  return store ?? profile?.store ?? "keychain";
}

/** The endpoint for a key: the one asked for, else the one its profile remembers, else the global one. */
export function endpointFor(
  { endpoint }: { readonly endpoint?: Endpoint | undefined },
  profile: Pick<Profile, "endpoint"> | undefined,
): Endpoint {
  return endpoint ?? profile?.endpoint ?? { region: "global" };
}
