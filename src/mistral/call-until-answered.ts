import { setTimeout as delay } from "node:timers/promises";
import type { CallOutcome, TimedOutcome } from "./call-outcome.ts";
import { readRateLimits } from "./read-answers.ts";
import { retryAfterMs } from "./retry-after.ts";

/** How long a call may take, and how it is repeated. */
export interface Patience {
  /** For the call with all its repetitions. */
  readonly timeoutMs: number;
  /** The pause before the first repetition where the server names none; doubled for each further one. */
  readonly pauseMs: number;
  now(): Date;
}

const attempts = 3;

/**
 * Makes a call, and repeats it while Mistral limits it (429) or fails itself (5xx), as long as the
 * pause that is asked for fits into the time. What waiting cannot change is not repeated.
 *
 * @param attempt - one attempt; must end when its signal is aborted
 * @param signal - ends the call early, which then has the outcome `timeout`
 */
export async function callUntilAnswered(
  attempt: (signal: AbortSignal) => Promise<TimedOutcome>,
  { timeoutMs, pauseMs, now }: Patience,
  signal: AbortSignal,
): Promise<TimedOutcome> {
  const deadline = performance.now() + timeoutMs;
  const timeLimit = new AbortController();
  const timer = setTimeout(() => timeLimit.abort(), timeoutMs);
  const either = AbortSignal.any([timeLimit.signal, signal]);
  try {
    let last: TimedOutcome | undefined;
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
  const { status } = outcome;
  if (status !== 429 && (status < 500 || status > 599)) return undefined;
  if (status === 429 && waitingIsFutile(outcome)) return undefined;
  return retryAfterMs(outcome.headers["retry-after"], now) ?? pauseMs;
}

/** Whether a 429 says that there is no quota at all, or none left this month. */
function waitingIsFutile(outcome: CallOutcome): boolean {
  const limits = readRateLimits(outcome);
  return limits?.requestsPerMinute.limit === 0 || limits?.tokensPerMonth.remaining === 0;
}
