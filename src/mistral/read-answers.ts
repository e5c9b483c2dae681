import type { ApiKey } from "../keys/api-key.ts";
import { cleanText } from "../outside-text.ts";
import { member } from "./call-outcome.ts";
import { capabilities, type Identity, type Model, type RateLimit, type RateLimits } from "./mistral-api.ts";

/**
 * Reads the models from an answer to `GET /v1/models`, without duplicates; `undefined` if it has no list. A
 * row of unknown form is read as far as possible.
 *
 * @param key - the key that was sent, which must not come back in a name
 */
export function readModels(value: unknown, key: ApiKey): readonly Model[] | undefined {
  const rows = member(value, "data");
  if (!Array.isArray(rows)) return undefined;
  const models = new Map<string, Model>();
  for (const row of rows) {
    const id = textIn(row, "id", key);
    if (id === null) continue;
    const length = member(row, "max_context_length");
    const aliases = member(row, "aliases");
    models.set(id, {
      id,
      name: textIn(row, "name", key),
      aliases: Array.isArray(aliases) ? aliases.flatMap((alias) => shown(alias, key) ?? []) : [],
      contextLength: typeof length === "number" && Number.isSafeInteger(length) && length > 0 ? length : null,
      capabilities: Object.entries(capabilities).flatMap(([name, capability]) =>
        member(member(row, "capabilities"), name) === true ? [capability] : [],
      ),
      deprecatedAt: momentOf(member(row, "deprecation")),
      replacement: textIn(row, "deprecation_replacement_model", key),
      archived: member(row, "archived") === true,
    });
  }
  return [...models.values()];
}

const small = /small|mini|tiny|nano/i;
/** Models listed as chat models that do something else. */
const special = /embed|moderation|ocr|voxtral|transcribe|guard/i;

/** Picks a small chat model, so the test call costs next to nothing; `undefined` if there is none. */
export function chooseModel(models: readonly Model[]): string | undefined {
  const rank = ({ id, deprecatedAt, archived }: Model) =>
    (deprecatedAt !== null || archived ? 8 : 0) +
    (special.test(id) ? 4 : 0) +
    (small.test(id) ? 0 : 2) +
    (id.endsWith("-latest") ? 0 : 1);
  const chatting = models.filter((model) => model.capabilities.includes("chat"));
  return chatting.sort((a, b) => rank(a) - rank(b))[0]?.id;
}

/** What a model said, in one line; `null` if it said nothing. */
export function readWords(value: unknown, key: ApiKey): string | null {
  const message = member(firstOf(member(value, "choices")), "message");
  return shown(textOf(member(message, "content")), key);
}

/** The text of a message's content: a string, or a list that may hold other parts too. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => textOf(member(part, "text"))).join("");
}

/** The first item of a list. */
export function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}

/** The key's owner, from an answer to `GET /v1/users/me`; `null` if it does not say. */
export function readIdentity(value: unknown, key: ApiKey): Identity | null {
  const identity: Identity = {
    email: textIn(value, "email", key),
    workspace: textIn(member(value, "workspace"), "name", key),
    organization: textIn(member(value, "organization"), "name", key),
    keyName: textIn(member(value, "api_key"), "name", key),
  };
  return Object.values(identity).every((text) => text === null) ? null : identity;
}

const noLimit: RateLimit = { limit: null, remaining: null };

/** Header suffixes of the limits, as in `x-ratelimit-limit-req-minute`. */
const units = {
  requestsPerMinute: "-req-minute",
  tokensPerMinute: "-tokens-minute",
  tokensPerMonth: "-tokens-month",
  requestsPerSecond: "-req-second",
  requestsPer10Seconds: "-req-10-second",
  requestsPerMonth: "-req-month",
  requests: "",
} as const;

/**
 * Reads the limits from an answer's headers; `null` if there are none. The API reference names only
 * `X-RateLimit-Remaining`; the other forms were seen in the wild. Streamed answers reportedly have none.
 * August 2026.
 *
 * @param headers - by lower-case name
 */
export function readRateLimits(headers: Readonly<Record<string, string>>): RateLimits | null {
  const count = (name: string) => {
    const text = headers[`x-ratelimit-${name}`]?.trim() ?? "";
    return /^\d{1,15}$/.test(text) ? Number(text) : null;
  };
  const found = Object.entries(units)
    .map(
      ([name, unit]) =>
        [name, { limit: count(`limit${unit}`), remaining: count(`remaining${unit}`) }] as const,
    )
    .filter(([, { limit, remaining }]) => limit !== null || remaining !== null);
  const tokensOfCall = count("tokens-query-cost");
  if (found.length === 0 && tokensOfCall === null) return null;
  return {
    requestsPerMinute: noLimit,
    tokensPerMinute: noLimit,
    tokensPerMonth: noLimit,
    ...Object.fromEntries(found),
    ...(tokensOfCall !== null && { tokensOfCall }),
  };
}

/**
 * Parses a `retry-after` header, seconds or a date, into milliseconds. Returns `undefined` if it is absent or
 * neither.
 */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d{1,9}(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  const moment = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(moment) ? undefined : Math.max(moment - now.getTime(), 0);
}

/** A moment in ISO 8601; `null` if it is none. */
export function momentOf(value: unknown): string | null {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

function textIn(value: unknown, name: string, key: ApiKey): string | null {
  return shown(member(value, name), key);
}

/** Cleans a server's text for display and storage; `null` if empty. */
export function shown(value: unknown, key: ApiKey): string | null {
  const text = typeof value === "string" ? cleanText(value, [key]) : "";
  return text === "" ? null : text;
}
