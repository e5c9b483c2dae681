import type { Diagnosis } from "../exit-codes.ts";
import { acceptsKey } from "../mistral/assess.ts";
import type { KeyCheck } from "../mistral/mistral-api.ts";

/**
 * What a check means for storing or retiring a key:
 *
 * - `usable`: Mistral accepts it and a model answered
 * - `limited`: Mistral accepts it, but it cannot be used now (rate limit, no plan, capacity)
 * - `rejected`: Mistral does not accept it
 * - `unknown`: no conclusive answer, so nothing is known for or against the key
 */
export type Verdict = "usable" | "limited" | "rejected" | "unknown";

/** Sums up a check. */
export function verdictOf({ diagnosis, authentication }: KeyCheck): Verdict {
  if (diagnosis === "valid") return "usable";
  if (isRefusal(diagnosis)) return "rejected";
  // A limit may come before any call is served.
  return authentication.ok || acceptsKey(diagnosis) ? "limited" : "unknown";
}

/** Whether Mistral refuses the key. */
export function isRefusal(diagnosis: Diagnosis): boolean {
  return ["invalid-key", "expired", "wrong-product", "forbidden"].includes(diagnosis);
}

/** A diagnosis in words, short enough for a table. */
export const diagnosisWords: Readonly<Record<Diagnosis, string>> = {
  valid: "valid",
  "invalid-key": "not accepted",
  expired: "expired",
  "wrong-product": "other product",
  forbidden: "not allowed",
  "no-plan": "no active plan",
  "rate-limited": "rate limited",
  "over-capacity": "at capacity",
  "model-not-found": "no API there",
  "bad-request": "not understood",
  "server-error": "Mistral failed",
  unreachable: "not reached",
};
