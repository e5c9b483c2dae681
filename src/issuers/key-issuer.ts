import type { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";

/** A row of Mistral's list of keys. Its texts are fit to be shown; members are `null` where Mistral did not say. */
export interface IssuedKey {
  readonly keyId: string;
  readonly name: string | null;
  /** What the list shows of the key, usually its first and last four characters. */
  readonly hiddenKey: string;
  /** The last day; `undefined` where Mistral did not say. */
  readonly expiresAt: Expiry | undefined;
  /** The day on which it was made, `YYYY-MM-DD`. */
  readonly createdAt: string | null;
  /** The e-mail address of who made it, or the name of the Admin API key that did. */
  readonly createdBy: string | null;
  /** ISO 8601. */
  readonly lastUsedAt: string | null;
  readonly workspaceId: string | null;
  readonly workspaceName: string | null;
  readonly product: string | null;
}

/** A key that was just made. Mistral shows it this once. */
export interface CreatedKey {
  readonly keyId: string;
  readonly key: ApiKey;
  /** As Mistral has set it, which a policy may have made earlier than was asked for. */
  readonly expiresAt: Expiry | undefined;
}

/** What a new key is to be like. */
export interface KeyWish {
  readonly name: string | null;
  readonly workspaceId: string;
  readonly userId: string;
  readonly expiresAt: Expiry;
}

/**
 * Makes and deletes keys. Where a flow has none, a person does both in Mistral's console.
 *
 * Methods throw `MistralKeyError`, with a message that says why: `rejected` when the issuer's own
 * credentials are not accepted, `unusable` when it may not or cannot do it, `unreachable` when it
 * gave no answer that could be understood. After the last of these it is not known whether it was done.
 */
export interface KeyIssuer {
  /**
   * The keys there are.
   *
   * @param filter - a part of the name, or the last four characters of the key; every key where absent
   */
  list(filter?: string): Promise<readonly IssuedKey[]>;

  /** The identifier of the member of the organization with an e-mail address. */
  findUser(email: string): Promise<string | undefined>;

  /** Makes a key. Goes on when the person presses Ctrl-C, so that a key that was made is not lost. */
  create(wish: KeyWish): Promise<CreatedKey>;

  /** Deletes a key; one that is gone already is deleted. */
  delete(keyId: string): Promise<void>;
}
