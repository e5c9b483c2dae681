import { type Answer, type CallOutcome, member } from "./call-outcome.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { readRateLimits } from "./read-answers.ts";

/** Which of the test calls an outcome belongs to. */
export type TestCall = "models" | "completion";

/** Why an answer says nothing about a key. */
export type StrangeAnswer = "web-page" | "blocked-page" | "redirect" | "proxy-password" | "unreadable";

/** What an outcome shows, before anything is known of the key. */
export type Finding =
  | { readonly diagnosis: Exclude<Diagnosis, "unreachable" | "server-error" | "expired" | "wrong-product"> }
  | { readonly diagnosis: "server-error"; readonly strange?: StrangeAnswer }
  | { readonly diagnosis: "unreachable"; readonly strange?: StrangeAnswer };

/**
 * Reads a verdict from what came of a test call: one row of the table of statuses and bodies in
 * Mistral's documentation. A web page is never Mistral's API, whatever its status, so it says
 * nothing about the key.
 */
export function findingOf(outcome: CallOutcome, call: TestCall): Finding {
  if (outcome.kind === "failure") return { diagnosis: "unreachable" };
  const { status, body } = outcome;
  if (status >= 500) {
    return { diagnosis: saysOverCapacity(outcome) ? "over-capacity" : "server-error" };
  }
  if (status >= 300 && status < 400) return { diagnosis: "unreachable", strange: "redirect" };
  if (status === 407) return { diagnosis: "unreachable", strange: "proxy-password" };
  if (body.kind === "html") {
    return { diagnosis: "unreachable", strange: status === 200 ? "web-page" : "blocked-page" };
  }
  switch (status) {
    case 200:
      return isExpectedAnswer(outcome, call)
        ? { diagnosis: "valid" }
        : { diagnosis: "server-error", strange: "unreadable" };
    case 401:
      return { diagnosis: "invalid-key" };
    case 402:
      return { diagnosis: "no-plan" };
    case 403:
      return { diagnosis: "forbidden" };
    case 404:
      return { diagnosis: "model-not-found" };
    case 408:
      return { diagnosis: "server-error" };
    case 429:
      return { diagnosis: limitedBy(outcome) };
    default:
      return { diagnosis: saysNoSuchModel(outcome) ? "model-not-found" : otherFinding(status) };
  }
}

function otherFinding(status: number): "bad-request" | "server-error" {
  return status >= 400 ? "bad-request" : "server-error";
}

/** Waiting helps against a limit, and never against a quota of zero, so the two must not be mixed up. */
function limitedBy(answer: Answer): "no-plan" | "over-capacity" | "rate-limited" {
  if (readRateLimits(answer)?.requestsPerMinute.limit === 0) return "no-plan";
  return saysOverCapacity(answer) ? "over-capacity" : "rate-limited";
}

function saysOverCapacity(answer: Answer): boolean {
  const { code, message } = problemIn(answer);
  return code === "3505" || /capacity exceeded/i.test(message);
}

/** Mistral answers an unknown model with 400 and code 1500. */
function saysNoSuchModel(answer: Answer): boolean {
  const { code, type } = problemIn(answer);
  return type === "invalid_model" || code === "1500";
}

function problemIn({ body }: Answer): {
  readonly code: string;
  readonly type: string;
  readonly message: string;
} {
  const text = (name: string) => {
    const value = body.kind === "json" ? member(body.value, name) : undefined;
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  return { code: text("code"), type: text("type"), message: text("message") };
}

function isExpectedAnswer({ body }: Answer, call: TestCall): boolean {
  return body.kind === "json" && Array.isArray(member(body.value, call === "models" ? "data" : "choices"));
}
