import { setTimeout as delay } from "node:timers/promises";
import { Cancelled } from "../errors.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Environment } from "../running/environment.ts";
import { assess } from "./assess.ts";
import { type CallOutcome, describeOutcome, type MadeCall } from "./call-outcome.ts";
import { addressOf, type Endpoint } from "./endpoint.ts";
import type { Assessed, Assessment, CallOptions } from "./mistral-api.ts";
import { readRateLimits, retryAfterMs } from "./read-answers.ts";
import type { ApiCall } from "./sdk-client.ts";

/** Options of API calls. */
export interface SessionOptions {
  readonly endpoint: Endpoint;
  readonly env: Environment;
  now(): Date;
  /** Time limit of a call including retries, in milliseconds; 10 s by default. */
  readonly timeoutMs?: number;
  /** Pause before a retry if Mistral names none, in milliseconds, doubled each time; 500 by default. */
  readonly pauseMs?: number;
  /** Called after every call with a line for `--verbose`. */
  readonly trace?: ((line: string) => void) | undefined;
}

/** API calls with one key. */
export class ApiSession {
  readonly key: ApiKey;
  readonly #options: SessionOptions & { readonly timeoutMs: number; readonly pauseMs: number };
  readonly #call: CallOptions;
  readonly #ending = new AbortController();
  readonly #signal: AbortSignal;

  /** @throws Cancelled if the signal is already aborted */
  constructor(options: SessionOptions, key: ApiKey, call: CallOptions) {
    if (call.signal?.aborted) throw new Cancelled();
    this.key = key;
    this.#options = { timeoutMs: 10_000, pauseMs: 500, ...options };
    this.#call = call;
    const { signal } = this.#ending;
    this.#signal = call.signal === undefined ? signal : AbortSignal.any([call.signal, signal]);
  }

  /** Host and port of the API. */
  get host(): string {
    return new URL(addressOf(this.#options.endpoint)).host;
  }

  /**
   * Makes a call and retries it on 429 and 5xx, up to three attempts in all, while the requested pause fits
   * into the time limit. Does not retry what waiting cannot change.
   *
   * @param limitMs - the time limit of the call itself, if it may take longer
   */
  async call(
    call: ApiCall,
    address = addressOf(this.#options.endpoint),
    limitMs?: number,
  ): Promise<MadeCall> {
    const { env, trace, timeoutMs, pauseMs, now } = this.#options;
    const deadline = performance.now() + timeoutMs;
    const timeLimit = new AbortController();
    const timer = setTimeout(() => timeLimit.abort(), limitMs ?? timeoutMs);
    const either = AbortSignal.any([timeLimit.signal, this.#signal]);
    try {
      let last: MadeCall | undefined;
      for (let count = 1; ; count += 1) {
        const next = await call({ address, key: this.key, env }, either);
        const { method, url, outcome, latencyMs } = next;
        // A call aborted with the session is not traced.
        if (!this.#signal.aborted) trace?.(`${method} ${url}: ${describeOutcome(outcome)}, ${latencyMs} ms`);
        // A retry that failed says less than the earlier answer.
        if (outcome.kind === "failure" && last !== undefined) return last;
        last = next;
        const pause = pauseBeforeNext(outcome, pauseMs * 2 ** (count - 1), now());
        if (pause === undefined || count === 3 || performance.now() + pause >= deadline) return last;
        await delay(pause, undefined, { signal: either }).catch(() => {});
        if (either.aborted) return last;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  assess(outcome: CallOutcome, call: "models" | "completion"): Assessment {
    const { endpoint, now } = this.#options;
    return assess(outcome, { call, endpoint, now: now(), expiresAt: this.#call.history.expiresAt });
  }

  inContext(
    assessment: Assessment,
    model: string | undefined,
    accepted = false,
    timeoutMs = this.#options.timeoutMs,
  ): Assessed {
    const { endpoint } = this.#options;
    const { mask, hasUsualShape: usualShape } = this.key;
    const { history } = this.#call;
    return { ...assessment, context: { history, mask, usualShape, endpoint, model, accepted, timeoutMs } };
  }

  throwIfCancelled(): void {
    if (this.#call.signal?.aborted) throw new Cancelled();
  }

  close(): void {
    this.#ending.abort();
  }
}

/** Milliseconds to wait before a retry; `undefined` if waiting cannot help. */
function pauseBeforeNext(outcome: CallOutcome, pauseMs: number, now: Date): number | undefined {
  if (outcome.kind === "failure") return undefined;
  const { status, headers } = outcome;
  if (status !== 429 && (status < 500 || status > 599)) return undefined;
  const limits = status === 429 ? readRateLimits(headers) : null;
  // There is no quota at all, or none left this month.
  if (limits?.requestsPerMinute.limit === 0 || limits?.tokensPerMonth.remaining === 0) return undefined;
  return retryAfterMs(headers["retry-after"], now) ?? pauseMs;
}
