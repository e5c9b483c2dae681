import { type CallOutcome, member } from "./call-outcome.ts";
import type { Identity } from "./identity.ts";
import type { RateLimit, RateLimits } from "./rate-limits.ts";

/** A model as far as choosing one needs it. */
export interface ListedModel {
  readonly id: string;
  /** Whether it answers chat completions. */
  readonly chats: boolean;
  /** Whether Mistral has announced its end, or ended it. */
  readonly retiring: boolean;
}

/**
 * The models of an answer to `GET /v1/models`, `undefined` when it is no such answer. Read more
 * leniently than the SDK's schema, which refuses the whole list for one row of a kind it does not know.
 */
export function readModels(outcome: CallOutcome): readonly ListedModel[] | undefined {
  const rows = member(jsonOf(outcome), "data");
  if (!Array.isArray(rows)) return undefined;
  const models = new Map<string, ListedModel>();
  for (const row of rows) {
    const id = shownText(member(row, "id"));
    if (id === null) continue;
    models.set(id, {
      id,
      chats: member(member(row, "capabilities"), "completion_chat") === true,
      retiring: typeof member(row, "deprecation") === "string" || member(row, "archived") === true,
    });
  }
  return [...models.values()];
}

const small = /small|mini|tiny|nano/i;
/** Names of models that are listed with chats and do something else. */
const special = /embed|moderation|ocr|voxtral|transcribe|guard/i;

/** A small chat model of a list, so that the test call costs next to nothing; `undefined` when there is none. */
export function chooseModel(models: readonly ListedModel[]): string | undefined {
  const rank = ({ id, retiring }: ListedModel) =>
    (retiring ? 8 : 0) +
    (special.test(id) ? 4 : 0) +
    (small.test(id) ? 0 : 2) +
    (id.endsWith("-latest") ? 0 : 1);
  const [best] = models.filter(({ chats }) => chats).sort((a, b) => rank(a) - rank(b));
  return best?.id;
}

/** Whose key it is, from an answer to `GET /v1/users/me`; `null` when it does not say. */
export function readIdentity(outcome: CallOutcome): Identity | null {
  const document = jsonOf(outcome);
  const identity: Identity = {
    email: shownText(member(document, "email")),
    workspace: shownText(member(member(document, "workspace"), "name")),
    organization: shownText(member(member(document, "organization"), "name")),
    keyName: shownText(member(member(document, "api_key"), "name")),
  };
  return Object.values(identity).every((value) => value === null) ? null : identity;
}

/** The limits that the headers of an answer carry, `null` when they carry none. */
export function readRateLimits(outcome: CallOutcome): RateLimits | null {
  if (outcome.kind === "failure") return null;
  const count = (name: string) => {
    const text = outcome.headers[name]?.trim() ?? "";
    return /^\d{1,15}$/.test(text) ? Number(text) : null;
  };
  const limit = (unit: string): RateLimit => ({
    limit: count(`x-ratelimit-limit-${unit}`),
    remaining: count(`x-ratelimit-remaining-${unit}`),
  });
  const limits: RateLimits = {
    requestsPerMinute: limit("req-minute"),
    tokensPerMinute: limit("tokens-minute"),
    tokensPerMonth: limit("tokens-month"),
  };
  const silent = Object.values(limits).every(
    (one: RateLimit) => one.limit === null && one.remaining === null,
  );
  return silent ? null : limits;
}

/** The JSON of a good answer. */
function jsonOf(outcome: CallOutcome): unknown {
  if (outcome.kind === "failure" || outcome.status !== 200 || outcome.body.kind !== "json") return undefined;
  return outcome.body.value;
}

/** A text of a server's that is fit to be shown: one line, nothing that moves the cursor, not without end. */
function shownText(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const text = value
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "")
    .trim()
    .slice(0, 255);
  return text === "" ? null : text;
}
