import type { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";

/** A row of Mistral's list of keys. Its texts are safe to display; `null` means Mistral did not say. */
export interface IssuedKey {
  readonly keyId: string;
  readonly name: string | null;
  /** What the list shows of the key, usually its first and last four characters. */
  readonly hiddenKey: string;
  /** The last day; `undefined` if Mistral did not say. */
  readonly expiresAt: Expiry | undefined;
  /** The day it was created, `YYYY-MM-DD`. */
  readonly createdAt: string | null;
  /** Its creator's e-mail address, or the name of the Admin API key that made it. */
  readonly createdBy: string | null;
  /** ISO 8601. */
  readonly lastUsedAt: string | null;
  readonly workspaceId: string | null;
  readonly workspaceName: string | null;
  readonly product: string | null;
}

/** A newly created key. Mistral shows it only once. */
export interface CreatedKey {
  readonly keyId: string;
  readonly key: ApiKey;
  /** As Mistral has set it: a policy may make it earlier than requested. */
  readonly expiresAt: Expiry | undefined;
}

/** Attributes of a new key. */
export interface KeyWish {
  readonly name: string | null;
  readonly workspaceId: string;
  readonly userId: string;
  readonly expiresAt: Expiry;
}

/**
 * Creates and deletes keys. Without an issuer, a person does both in Mistral's console.
 *
 * Methods throw `MistralKeyError` with a message that says why: `rejected` if the issuer's own credentials
 * are refused or lack permission, `unusable` if it cannot do it, `unreachable` if it gave no usable answer:
 * then it is not known whether the call took effect.
 */
export interface KeyIssuer {
  /**
   * Lists keys.
   *
   * @param filter - part of the name, or the last four characters of the key; every key if absent
   */
  list(filter?: string): Promise<readonly IssuedKey[]>;

  /** Finds the user ID of a member by e-mail address. */
  findUser(email: string): Promise<string | undefined>;

  /** Creates a key. Ctrl-C does not cut off the call, since the key may exist by then. */
  create(wish: KeyWish): Promise<CreatedKey>;

  /** Deletes a key; succeeds if it is already gone. */
  delete(keyId: string): Promise<void>;
}
