import type { MistralKeyError } from "../errors.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";

/** The kinds of store a profile can name. */
export type StoreKind = "keychain" | "file" | "memory";

/** Which of a profile's keys: the one in use or, during a rotation, its successor or predecessor. */
export type KeySlot = "current" | "next" | "previous";

/** A profile's secrets: its keys, and the Admin API key that manages them and is never handed out. */
export type Slot = KeySlot | "admin";

/** Every {@link Slot}, the key in use last, so that an interrupted removal is found again. */
export const everySlot: readonly Slot[] = ["admin", "next", "previous", "current"];

/** Identifies one key in a store. */
export interface SecretAddress {
  readonly profile: ProfileName;
  readonly slot: Slot;
}

/** Account of a slot: `work`, `work/next`, `work/previous`, `work/admin`. No profile name contains `/`. */
export function accountOf({ profile, slot }: SecretAddress): string {
  return slot === "current" ? profile : `${profile}/${slot}`;
}

/** The file of an address: `work.age`, `work+next.age`. No profile name contains `+`. */
export function fileNameOf({ profile, slot }: SecretAddress): string {
  return slot === "current" ? `${profile}.age` : `${profile}+${slot}.age`;
}

/** What a store holds at an address, as far as can be told without prompting. */
export type Inspection =
  | { readonly state: "found"; readonly key: ApiKey }
  /** `place` names where it was looked for: "GNOME Keyring", the path of a file. */
  | { readonly state: "missing"; readonly place: string }
  /** It may be there; `because` ends the sentence "It was not read, because …". */
  | { readonly state: "unread"; readonly because: string }
  /** The store cannot be used, or its content is damaged. */
  | { readonly state: "unusable"; readonly failure: MistralKeyError };

/**
 * Stores keys. Every implementation passes the contract suite in
 * `test/stores/secret-store-contract.ts`.
 */
export interface SecretStore {
  readonly kind: StoreKind;

  /** The store's display name: "GNOME Keyring", "an encrypted file". */
  describe(): string;

  /**
   * Why the store cannot be used now, of a `store-…` kind, with one action to fix that in each line of
   * the hint; `undefined` if it can. Must resolve within 2.5 s, without prompting.
   */
  findFailure(): Promise<MistralKeyError | undefined>;

  /**
   * Gets now what {@link SecretStore.set} will need from the user or the disk, so that nobody fetches a
   * key that then cannot be stored. Absent in stores that need nothing.
   *
   * @throws MistralKeyError as `set` would
   */
  prepare?(profile: ProfileName): Promise<void>;

  /**
   * Returns the key at an address, or `undefined` when the store holds none there. A store that is
   * locked, absent, unresponsive or damaged must throw, never return `undefined`.
   *
   * @throws MistralKeyError of a `store-…` kind, or `wrong-passphrase`
   */
  get(address: SecretAddress): Promise<ApiKey | undefined>;

  /**
   * Looks at an address without prompting, so it may find less than {@link SecretStore.get}. Must not
   * print, change anything, or throw because something is wrong with the store.
   */
  inspect(address: SecretAddress): Promise<Inspection>;

  /**
   * Stores a key at an address, replacing any other. Resolves once the key has been written and read
   * back.
   *
   * @throws MistralKeyError of a `store-…` kind; the previous key is then still there, unless a
   *   keychain did not say whether it took the new one
   */
  set(address: SecretAddress, key: ApiKey): Promise<void>;

  /**
   * Erases the key at an address. Returns whether there was one.
   *
   * @throws MistralKeyError of a `store-…` kind
   */
  delete(address: SecretAddress): Promise<boolean>;
}
