import type { MistralKeyError } from "../errors.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";

/** The kinds of store a profile can name. */
export type StoreKind = "keychain" | "file" | "memory";

/** Which of a profile's keys: the one in use or, during a rotation, the one coming or the one leaving. */
export type KeySlot = "current" | "next" | "previous";

/** Where a profile's secrets lie: its keys, and the Admin API key that makes and deletes them, which is never handed out. */
export type Slot = KeySlot | "admin";

/** Every {@link Slot}; the key in use comes last, so that a removal that is interrupted is found again. */
export const everySlot: readonly Slot[] = ["admin", "next", "previous", "current"];

/** Where one key lies in a store. */
export interface SecretAddress {
  readonly profile: ProfileName;
  readonly slot: Slot;
}

/** The account name of a slot: `work`, `work/next`, `work/previous`, `work/admin`. No profile name has a `/` in it. */
export function accountOf({ profile, slot }: SecretAddress): string {
  return slot === "current" ? profile : `${profile}/${slot}`;
}

/** Whether a store can be used now and, if not, why and what would change that. */
export type StoreAvailability =
  | { readonly state: "available" }
  | {
      readonly state: "locked" | "absent" | "unresponsive" | "denied";
      /** One sentence for people: what is wrong. */
      readonly reason: string;
      /** What to do about it, one action a line. */
      readonly advice: readonly string[];
    };

/** What a store holds at an address, as far as that can be found without asking anybody. */
export type Inspection =
  | { readonly state: "found"; readonly key: ApiKey }
  /** `place` is where it was looked for, for people: "GNOME Keyring", the path of a file. */
  | { readonly state: "missing"; readonly place: string }
  /** It may be there; `because` ends the sentence "It was not read, because …". */
  | { readonly state: "unread"; readonly because: string }
  /** The store cannot be used, or what it holds is damaged. */
  | { readonly state: "unusable"; readonly failure: MistralKeyError };

/**
 * A place that keeps keys. Every implementation passes the contract suite in
 * `test/stores/secret-store-contract.ts`.
 */
export interface SecretStore {
  readonly kind: StoreKind;

  /** The store's own name for people: "GNOME Keyring", "an encrypted file". */
  describe(): string;

  /** Whether the store can be used now. Must answer within 2.5 s, must not prompt, must not throw. */
  availability(): Promise<StoreAvailability>;

  /**
   * Does now what {@link SecretStore.set} would need from a person or the disk, so that nobody
   * fetches a key and then learns that it cannot be kept. Stores that need nothing do not have it.
   *
   * @throws MistralKeyError as `set` would
   */
  prepare?(profile: ProfileName): Promise<void>;

  /**
   * The key at an address, or `undefined` when the store holds none there. A store that is locked,
   * absent, unresponsive or damaged must throw; it must never answer `undefined`.
   *
   * @throws MistralKeyError of a `store-…` kind, or `wrong-passphrase`
   */
  get(address: SecretAddress): Promise<ApiKey | undefined>;

  /**
   * Looks at an address without asking a person anything, so less may be found than by
   * {@link SecretStore.get}. Must not print, change anything, or throw for what is wrong with the store.
   */
  inspect(address: SecretAddress): Promise<Inspection>;

  /**
   * Puts a key at an address, in place of one that is there. When the promise resolves the key has
   * been written and read back.
   *
   * @throws MistralKeyError of a `store-…` kind; what was there before is then still there, except in a
   *   keychain that does not say whether it took the key
   */
  set(address: SecretAddress, key: ApiKey): Promise<void>;

  /**
   * Erases the key at an address. Answers whether there was one.
   *
   * @throws MistralKeyError of a `store-…` kind
   */
  delete(address: SecretAddress): Promise<boolean>;
}
