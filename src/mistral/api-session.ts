import { setTimeout as delay } from "node:timers/promises";
import { Cancelled } from "../errors.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Environment } from "../running/environment.ts";
import { assess, withHistory } from "./assess.ts";
import type { CallOutcome, MadeCall } from "./call-outcome.ts";
import { addressOf, type Endpoint } from "./endpoint.ts";
import type { Assessed, Assessment, CallOptions } from "./mistral-api.ts";
import { readRateLimits, retryAfterMs } from "./read-answers.ts";
import { type ApiCall, describeCall } from "./sdk-client.ts";

/** What calls are made with. */
export interface SessionOptions {
  readonly endpoint: Endpoint;
  /** For the proxy variables. */
  readonly env: Environment;
  now(): Date;
  /** The time limit of each call with its repetitions, in milliseconds; 10 s where absent. */
  readonly timeoutMs?: number;
  /** The pause before a call is repeated where Mistral names none, in milliseconds, doubled each time; 500 where absent. */
  readonly pauseMs?: number;
  /** Told of every call as it ends, in a line for `--verbose`. */
  readonly trace?: ((line: string) => void) | undefined;
}

/** Some calls with one key. */
export class ApiSession {
  readonly key: ApiKey;
  readonly #options: SessionOptions & { readonly timeoutMs: number; readonly pauseMs: number };
  readonly #call: CallOptions;
  readonly #ending = new AbortController();
  readonly #signal: AbortSignal;

  /** @throws Cancelled when the signal is aborted already */
  constructor(options: SessionOptions, key: ApiKey, call: CallOptions) {
    if (call.signal?.aborted) throw new Cancelled();
    this.key = key;
    this.#options = { timeoutMs: 10_000, pauseMs: 500, ...options };
    this.#call = call;
    const { signal } = this.#ending;
    this.#signal = call.signal === undefined ? signal : AbortSignal.any([call.signal, signal]);
  }

  /** Host and port that are called. */
  get host(): string {
    return new URL(addressOf(this.#options.endpoint)).host;
  }

  /** Makes a call, and repeats it where that may help. */
  async call(call: ApiCall, address = addressOf(this.#options.endpoint)): Promise<MadeCall> {
    const { env, trace } = this.#options;
    // A call that is given up, since the rest is over, tells nothing.
    const onCall = (made: MadeCall) => this.#signal.aborted || trace?.(describeCall(made, this.key));
    const access = { address, key: this.key, env, onCall };
    return await callUntilAnswered((signal) => call(access, signal), this.#options, this.#signal);
  }

  /** What an outcome shows. */
  assess(outcome: CallOutcome, call: "models" | "completion"): Assessment {
    const { endpoint, now } = this.#options;
    const at = now();
    return withHistory(assess(outcome, { call, endpoint, now: at }), this.#call.history.expiresAt, at);
  }

  /** Adds what was asked. */
  inContext(assessment: Assessment, model: string | undefined, accepted = false): Assessed {
    const { endpoint, timeoutMs, now } = this.#options;
    const { mask, hasUsualShape: usualShape } = this.key;
    const { history } = this.#call;
    return {
      ...assessment,
      context: { history, now: now(), mask, usualShape, endpoint, model, accepted, timeoutMs },
    };
  }

  /** @throws Cancelled when the person has stopped what the session is for */
  throwIfCancelled(): void {
    if (this.#call.signal?.aborted) throw new Cancelled();
  }

  /** Ends what is under way. */
  close(): void {
    this.#ending.abort();
  }
}

const attempts = 3;

/**
 * Makes a call, and repeats it while Mistral limits it (429) or fails itself (5xx), as long as the
 * pause that is asked for fits into the time. What waiting cannot change is not repeated.
 *
 * @param attempt - one attempt; must end when its signal is aborted
 * @param signal - ends the call early, which then has the outcome `timeout`
 */
async function callUntilAnswered(
  attempt: (signal: AbortSignal) => Promise<MadeCall>,
  { timeoutMs, pauseMs, now }: Required<Pick<SessionOptions, "timeoutMs" | "pauseMs" | "now">>,
  signal: AbortSignal,
): Promise<MadeCall> {
  const deadline = performance.now() + timeoutMs;
  const timeLimit = new AbortController();
  const timer = setTimeout(() => timeLimit.abort(), timeoutMs);
  const either = AbortSignal.any([timeLimit.signal, signal]);
  try {
    let last: MadeCall | undefined;
    for (let count = 1; ; count += 1) {
      const next = await attempt(either);
      // A repetition that ran out of time tells less than the answer before it.
      if (next.outcome.kind === "failure" && last !== undefined) return last;
      last = next;
      const pause = pauseBeforeNext(next.outcome, pauseMs * 2 ** (count - 1), now());
      if (pause === undefined || count === attempts || performance.now() + pause >= deadline) return last;
      await delay(pause, undefined, { signal: either }).catch(() => {});
      if (either.aborted) return last;
    }
  } finally {
    clearTimeout(timer);
  }
}

/** How long to wait before the same call may go better, in milliseconds; `undefined` when waiting changes nothing. */
function pauseBeforeNext(outcome: CallOutcome, pauseMs: number, now: Date): number | undefined {
  if (outcome.kind === "failure") return undefined;
  const { status, headers } = outcome;
  if (status !== 429 && (status < 500 || status > 599)) return undefined;
  const limits = status === 429 ? readRateLimits(headers) : null;
  // There is no quota at all, or none left this month.
  if (limits?.requestsPerMinute.limit === 0 || limits?.tokensPerMonth.remaining === 0) return undefined;
  return retryAfterMs(headers["retry-after"], now) ?? pauseMs;
}
