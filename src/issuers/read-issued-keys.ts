import { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";
import { member } from "../mistral/call-outcome.ts";
import { cleanText } from "../outside-text.ts";
import type { CreatedKey, IssuedKey } from "./key-issuer.ts";

/**
 * The rows of an answer to `GET /v1/admin/api-keys`; `undefined` when it is no such answer. A row
 * without an identifier is passed over. The API is a preview, so a list under another usual name is
 * read, too.
 *
 * @param adminKey - the key that was sent, which must not come back in a name
 */
export function readIssuedKeys(value: unknown, adminKey: ApiKey): readonly IssuedKey[] | undefined {
  const rows = [value, ...["keys", "data", "api_keys", "items"].map((name) => member(value, name))].find(
    (list) => Array.isArray(list),
  );
  if (rows === undefined) return undefined;
  return rows.flatMap((row: unknown) => readRow(row, adminKey) ?? []);
}

function readRow(row: unknown, adminKey: ApiKey): IssuedKey | undefined {
  const text = (name: string, from = row) => {
    const found = member(from, name);
    const cleaned = typeof found === "string" ? cleanText(found, [adminKey]) : "";
    return cleaned === "" ? null : cleaned;
  };
  const keyId = identifier(member(row, "key_id")) ?? identifier(member(row, "id"));
  if (keyId === undefined) return undefined;
  const creator = member(row, "created_by");
  return {
    keyId,
    name: text("name"),
    hiddenKey: text("hidden_key") ?? "",
    expiresAt: endIn(row),
    createdAt: dayOf(member(row, "created_at")) ?? null,
    lastUsedAt: momentOf(member(row, "last_used")),
    workspaceId: identifier(member(row, "workspace_id")) ?? null,
    workspaceName: text("workspace_name"),
    userId:
      [member(row, "user_id"), member(creator, "id"), member(creator, "user_id"), creator]
        .map(identifier)
        .find((one) => one !== undefined) ?? null,
    product: text("product"),
  };
}

/** The answer to `POST /v1/admin/api-keys`; `undefined` when it holds no key. */
export function readCreatedKey(value: unknown): CreatedKey | undefined {
  const [keyId, key] = [identifier(member(value, "key_id")), member(value, "key")];
  if (keyId === undefined || typeof key !== "string" || !ApiKey.accepts(key)) return undefined;
  return { keyId, key: ApiKey.of(key), expiresAt: endIn(value) };
}

/** Identifiers go into addresses, so one that is no plain word is none. */
function identifier(value: unknown): string | undefined {
  return typeof value === "string" && /^[\w.:-]{1,128}$/.test(value) && /\w/.test(value) ? value : undefined;
}

function endIn(row: unknown): Expiry | undefined {
  const end = member(row, "expiration_date");
  return end === null ? null : dayOf(end);
}

function dayOf(value: unknown): string | undefined {
  const day = typeof value === "string" ? /^\d{4}-\d{2}-\d{2}/.exec(value)?.[0] : undefined;
  return day === undefined || Number.isNaN(Date.parse(day)) ? undefined : day;
}

function momentOf(value: unknown): string | null {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
