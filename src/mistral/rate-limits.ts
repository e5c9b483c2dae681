/** One limit of a workspace: how much it allows, how much is left. `null` where Mistral did not say. */
export interface RateLimit {
  readonly limit: number | null;
  readonly remaining: number | null;
}

/** The limits that the headers of a completion carry. */
export interface RateLimits {
  readonly requestsPerMinute: RateLimit;
  readonly tokensPerMinute: RateLimit;
  readonly tokensPerMonth: RateLimit;
}
