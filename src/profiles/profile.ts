import type { Diagnosis } from "../exit-codes.ts";
import type { Expiry } from "../keys/expiry.ts";
import type { Fingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import type { Identity } from "../mistral/mistral-api.ts";
import type { StoreKind } from "../stores/secret-store.ts";

/** What is known about a stored key. Never the key itself. Dates are ISO 8601, in UTC. */
export interface Profile {
  readonly version: 2;
  readonly name: ProfileName;
  /** The mask of the key, as the Mistral console lists it. */
  readonly key: string;
  readonly fingerprint: Fingerprint;
  readonly store: StoreKind;
  /** The store's own name when the key was stored or found there: `GNOME Keyring`. */
  readonly storeName?: string | undefined;
  readonly endpoint: Endpoint;
  /** Who the key belongs to, as Mistral last reported; `null` if it never did. */
  readonly identity: Identity | null;
  readonly createdAt: string;
  /** The last day, as Mistral lists it or the user entered it; `null` for never; absent if not known. */
  readonly expiresAt?: Expiry | undefined;
  /** When the key was last checked, whatever the outcome. */
  readonly lastVerifiedAt: string | null;
  /** The key's result in the last check. */
  readonly lastDiagnosis: Diagnosis | null;
  readonly lastAcceptedAt: string | null;
  /** What the key may call, as Mistral said when it last accepted it; absent before that. */
  readonly mayCall?: Abilities | undefined;
  /** The mask of the Admin API key stored beside the key, if any. */
  readonly adminKey?: string | undefined;
  /** The key's row in Mistral's list of keys; absent if never fetched. */
  readonly listed?: ListedKey | undefined;
  readonly targets: readonly KnownTarget[];
}

/** What a key may call. */
export interface Abilities {
  readonly models: number;
  /** Absent if Mistral did not say. */
  readonly requestsPerMinute?: number | undefined;
}

/** A key's row in Mistral's list, which only an organization's Admin API returns. */
export interface ListedKey {
  /** The last day; `null` for never, absent if the list did not say. */
  readonly expiresAt?: Expiry | undefined;
  readonly lastUsedAt: string | null;
  readonly workspace: string | null;
  readonly seenAt: string;
}

/** A place a profile's key is delivered to. */
export interface KnownTarget {
  /** As one word, see `TargetReference`: `dotenv:/app/.env`. */
  readonly target: string;
  /** When it was first delivered there, ISO 8601; `null` if not recorded. */
  readonly since: string | null;
}

/** Joins what is known of some facts, with commas. */
export function joined(parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part !== null && part !== undefined && part !== "").join(", ");
}

/** Where a key is at Mistral, to follow other words: ` in workspace Research of Acme`; empty if not known. */
export function placeOf(identity: Identity | null | undefined): string {
  const { workspace = null, organization = null } = identity ?? {};
  if (workspace === null && organization === null) return "";
  const name = workspace === null ? "a workspace" : `workspace ${workspace}`;
  return ` in ${name}${organization === null ? "" : ` of ${organization}`}`;
}

/** Where a key is kept, in words. */
export function storeNameOf({ store, storeName }: Pick<Profile, "store" | "storeName">): string {
  return storeName ?? { keychain: "the keychain", file: "an encrypted file", memory: "memory" }[store];
}

/** What a key may call, in words; empty if not known. */
export function abilitiesOf({ mayCall }: Pick<Profile, "mayCall">): string {
  if (mayCall === undefined) return "";
  const { models, requestsPerMinute } = mayCall;
  const limit = requestsPerMinute === undefined ? "" : `, ${requestsPerMinute} requests a minute`;
  return `${models} ${models === 1 ? "model" : "models"}${limit}`;
}

/** The store of a key: the one asked for, else its profile's, else the keychain. */
export function storeFor(
  { store }: { readonly store?: StoreKind | undefined },
  profile: Pick<Profile, "store"> | undefined,
): StoreKind {
  return store ?? profile?.store ?? "keychain";
}

/** The endpoint for a key: the one asked for, else its profile's, else the global one. */
export function endpointFor(
  { endpoint }: { readonly endpoint?: Endpoint | undefined },
  profile: Pick<Profile, "endpoint"> | undefined,
): Endpoint {
  return endpoint ?? profile?.endpoint ?? { region: "global" };
}
