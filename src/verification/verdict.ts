import type { KeyCheck } from "../mistral/mistral-api.ts";

/**
 * What a check means for a key that is to be stored or given up:
 *
 * - `usable`: Mistral accepts it and a model answered
 * - `limited`: Mistral accepts it, but it cannot be used now (rate limit, no plan, capacity)
 * - `rejected`: Mistral does not accept it
 * - `unknown`: nobody answered for Mistral, so nothing is known for or against the key
 */
export type Verdict = "usable" | "limited" | "rejected" | "unknown";

/** Sums up a check. */
export function verdictOf(check: KeyCheck): Verdict {
  switch (check.diagnosis) {
    case "valid":
      return "usable";
    case "invalid-key":
    case "expired":
    case "wrong-product":
    case "forbidden":
      return "rejected";
    default:
      return check.authentication.ok ? "limited" : "unknown";
  }
}
