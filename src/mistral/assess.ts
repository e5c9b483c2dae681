import type { Diagnosis } from "../exit-codes.ts";
import { daysLeft, type Expiry } from "../keys/expiry.ts";
import { type Answer, type CallOutcome, member } from "./call-outcome.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Assessment, ForeignAnswer, RateLimits } from "./mistral-api.ts";
import { readRateLimits, retryAfterMs } from "./read-answers.ts";

/** Which call was answered, and where. */
export interface AssessedCall {
  readonly call: "models" | "completion";
  readonly endpoint: Endpoint;
  readonly now: Date;
  /** The key's last day: a key that is refused after it has expired. */
  readonly expiresAt?: Expiry | undefined;
}

/** Assesses the outcome of a call. */
export function assess(outcome: CallOutcome, asked: AssessedCall): Assessment {
  if (outcome.kind === "failure") return { diagnosis: "unreachable", failure: outcome.failure };
  const { status, body } = outcome;
  const foreign = (kind: ForeignAnswer) => ({ diagnosis: "unreachable", status, foreign: kind }) as const;
  if (status >= 500) {
    return saysOverCapacity(outcome) ? { diagnosis: "over-capacity" } : { diagnosis: "server-error", status };
  }
  if (status >= 300 && status < 400) return foreign("redirect");
  // A web page is never Mistral's API, whatever its status.
  if (body.kind === "html") return foreign(status === 200 ? "web-page" : "gateway");
  if (status < 300) {
    return isExpected(outcome, asked.call)
      ? { diagnosis: "valid", tried: asked.call === "models" ? "authentication" : "completion" }
      : { diagnosis: "server-error", status, foreign: "unreadable" };
  }
  return assessRefusal(outcome, asked) ?? foreign("gateway");
}

/** A refusal (4xx); `undefined` for one that is not Mistral's. */
function assessRefusal(
  answer: Answer,
  { call, endpoint, now, expiresAt }: AssessedCall,
): Assessment | undefined {
  const { status } = answer;
  const { type, code, message, ofMistral } = problemIn(answer);
  // Sent with any status, so the body decides.
  if (type === "api_key_scope_not_allowed" || code === "1912") {
    return { diagnosis: "wrong-product", product: /APIKeyScope\.vibe\b/i.test(message) ? "vibe" : "other" };
  }
  if (ofMistral && /\bspend(?:ing)?[ -]limit/i.test(message)) {
    return { diagnosis: "rate-limited", limit: "spending", retryAfterMs: undefined };
  }
  if (type === "invalid_model" || code === "1500") return { diagnosis: "model-not-found", missing: "model" };
  switch (status) {
    case 400:
    case 422:
      return ofMistral
        ? { diagnosis: "bad-request", status, tooLong: /maximum context length/i.test(message) }
        : undefined;
    case 401:
      return typeof expiresAt === "string" && daysLeft(expiresAt, now) < 0
        ? { diagnosis: "expired", lastDay: expiresAt }
        : { diagnosis: "invalid-key", codestral: "not-known" };
    case 402:
      return ofMistral ? { diagnosis: "no-plan", missing: "payment" } : undefined;
    case 403:
      return ofMistral ? { diagnosis: "forbidden" } : undefined;
    case 404:
      if (call === "completion")
        return ofMistral ? { diagnosis: "model-not-found", missing: "model" } : undefined;
      // Mistral's own address has the API, so something else answered.
      return endpoint.serverUrl === undefined ? undefined : { diagnosis: "model-not-found", missing: "api" };
    case 408:
      return { diagnosis: "server-error", status };
    case 429: {
      const limits = readRateLimits(answer.headers);
      // A network limits calls too, before Mistral has seen the key.
      return ofMistral || limits !== null ? assessLimit(answer, limits, now) : undefined;
    }
    default:
      return undefined;
  }
}

/** Waiting helps with a limit but never with a quota of zero, so the two are told apart. */
function assessLimit(answer: Answer, limits: RateLimits | null, now: Date): Assessment {
  if (limits?.requestsPerMinute.limit === 0) return { diagnosis: "no-plan", missing: "plan" };
  if (saysOverCapacity(answer)) return { diagnosis: "over-capacity" };
  return {
    diagnosis: "rate-limited",
    limit: limits?.tokensPerMonth.remaining === 0 ? "of-the-month" : "of-the-moment",
    retryAfterMs: retryAfterMs(answer.headers["retry-after"], now),
  };
}

/** Whether the diagnosis implies that Mistral recognized the key. */
export function acceptsKey(diagnosis: Diagnosis): boolean {
  return ["valid", "rate-limited", "no-plan", "over-capacity"].includes(diagnosis);
}

function saysOverCapacity(answer: Answer): boolean {
  const { code, message } = problemIn(answer);
  return code === "3505" || /capacity exceeded/i.test(message);
}

interface Problem {
  readonly code: string;
  readonly type: string;
  readonly message: string;
  /** Whether the body has one of Mistral's error formats. */
  readonly ofMistral: boolean;
}

/**
 * Extracts the error from a body. Mistral's formats are `{"object": "error", "message", "type", "code"}`,
 * `{"message", "request_id"?}`, `{"detail": "Unauthorized"}` and, for an invalid call,
 * `{"detail": [{"loc", "msg"}]}`.
 */
function problemIn({ status, body }: Answer): Problem {
  const value = body.kind === "json" ? body.value : undefined;
  const text = (name: string) => {
    const found = member(value, name);
    return typeof found === "string" || typeof found === "number" ? String(found) : "";
  };
  const detail = member(value, "detail");
  // Many gateways send a bare `message`, so it does not mean that our call was wrong.
  const ofOurCall = member(value, "object") === "error" || Array.isArray(detail);
  const ofAnyCall = ofOurCall || typeof member(value, "message") === "string" || typeof detail === "string";
  return {
    code: text("code"),
    type: text("type"),
    message: text("message") || text("detail"),
    ofMistral: status === 400 || status === 422 ? ofOurCall : ofAnyCall,
  };
}

function isExpected({ status, body }: Answer, call: AssessedCall["call"]): boolean {
  if (body.kind === "stream") return call === "completion";
  const list = call === "models" ? "data" : "choices";
  return status === 200 && body.kind === "json" && Array.isArray(member(body.value, list));
}
