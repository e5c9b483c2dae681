import { daysLeft } from "../keys/expiry.ts";
import { explainAnswer, explainExpired, type Situation } from "../verification/explain.ts";
import { explainFailure } from "../verification/explain-unreachable.ts";
import type { CallOutcome } from "./call-outcome.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { findingOf, type TestCall } from "./finding.ts";
import type { Explanation } from "./mistral-api.ts";

/** A verdict and what it means. */
export interface Verdict {
  readonly diagnosis: Diagnosis;
  readonly explanation: Explanation;
}

/** Turns what came of a test call, and what is known of the key, into a verdict. */
export function diagnose(outcome: CallOutcome, call: TestCall, situation: Situation): Verdict {
  const { endpoint, timeoutMs, history, now } = situation;
  if (outcome.kind === "failure") {
    return {
      diagnosis: "unreachable",
      explanation: explainFailure(outcome.failure, endpoint, timeoutMs),
    };
  }
  const finding = findingOf(outcome, call);
  const { expiresAt } = history;
  if (finding.diagnosis === "invalid-key" && typeof expiresAt === "string" && daysLeft(expiresAt, now) < 0) {
    return { diagnosis: "expired", explanation: explainExpired(expiresAt) };
  }
  return { diagnosis: finding.diagnosis, explanation: explainAnswer(finding, outcome, situation) };
}
