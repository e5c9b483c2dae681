/** The verdict on a key. Part of the stable `--json` surface. */
export type Diagnosis =
  | "valid"
  | "invalid-key"
  | "expired"
  | "wrong-product"
  | "forbidden"
  | "no-plan"
  | "rate-limited"
  | "over-capacity"
  | "model-not-found"
  | "bad-request"
  | "server-error"
  | "unreachable";
