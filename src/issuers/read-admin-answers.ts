import { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";
import { type AnswerBody, member } from "../mistral/call-outcome.ts";
import { momentOf } from "../mistral/read-answers.ts";
import { cleanText } from "../outside-text.ts";
import type { CreatedKey, IssuedKey } from "./issued-key.ts";

/**
 * Reads the rows of an answer to `GET /v1/admin/api-keys`; `undefined` if malformed. Skips rows without ID.
 *
 * @param adminKey - the key that was sent, masked in names
 */
export function readIssuedKeys(value: unknown, adminKey: ApiKey): readonly IssuedKey[] | undefined {
  const rows = member(value, "keys");
  return Array.isArray(rows) ? rows.flatMap((row: unknown) => readRow(row, adminKey) ?? []) : undefined;
}

function readRow(row: unknown, adminKey: ApiKey): IssuedKey | undefined {
  const text = (name: string) => {
    const found = member(row, name);
    return typeof found === "string" ? cleanText(found, [adminKey]) || null : null;
  };
  const keyId = identifier(member(row, "key_id"));
  if (keyId === undefined) return undefined;
  return {
    keyId,
    name: text("name"),
    hiddenKey: text("hidden_key") ?? "",
    expiresAt: endIn(row),
    createdAt: dayOf(member(row, "created_at")) ?? null,
    createdBy: text("created_by"),
    lastUsedAt: momentOf(member(row, "last_used")),
    workspaceId: identifier(member(row, "workspace_id")) ?? null,
    workspaceName: text("workspace_name"),
    product: text("product"),
  };
}

/** Finds a member's ID by e-mail address in an answer to `GET /v1/admin/users`. */
export function readUserId(value: unknown, email: string): string | undefined {
  const members = member(value, "members");
  if (!Array.isArray(members)) return undefined;
  const isWanted = (one: unknown) => String(member(one, "email")).toLowerCase() === email.toLowerCase();
  return identifier(member(members.find(isWanted), "uuid"));
}

/** Reads an answer to `POST /v1/admin/api-keys`; `undefined` without a key. */
export function readCreatedKey(value: unknown): CreatedKey | undefined {
  const [keyId, key] = [identifier(member(value, "key_id")), member(value, "key")];
  if (keyId === undefined || typeof key !== "string" || !ApiKey.accepts(key)) return undefined;
  return { keyId, key: ApiKey.of(key), expiresAt: endIn(value) };
}

/** What a refusal says, as the end of a sentence; `undefined` if it has none of Mistral's forms. */
export function readDetail(body: AnswerBody, adminKey: ApiKey): string | undefined {
  if (body.kind !== "json") return undefined;
  const said = member(body.value, "detail") ?? member(body.value, "message");
  if (said === undefined) return undefined;
  return typeof said === "string" ? `: ${cleanText(said, [adminKey])}` : ".";
}

/** IDs become part of URLs, so only plain words are accepted. */
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
