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
