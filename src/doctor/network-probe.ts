import type { Deps } from "../deps.ts";
import { type CallOutcome, callDirectly } from "../mistral/call-outcome.ts";

/** What calling the API without a key came to. */
export interface NetworkProbe {
  readonly outcome: CallOutcome;
  /** From the start of the call to its end, in milliseconds. */
  readonly ms: number;
  /** This machine's clock at the end. */
  readonly at: Date;
}

/** How long the call may take, in milliseconds. */
export const callLimitMs = 8000;

/** The time limit of the checks that wait for the call: a little more, so that its own comes first. */
export const networkLimitMs = callLimitMs + 2000;

/** Asks the API for its models without a key: it costs nothing, and any answer tells that it can be reached. */
export async function probeNetwork(
  address: string,
  { env, signal, now }: Pick<Deps, "env" | "signal" | "now">,
): Promise<NetworkProbe> {
  const headers = { accept: "application/json", "user-agent": "mistral-key" };
  const started = performance.now();
  const limit = AbortSignal.timeout(callLimitMs);
  const outcome = await callDirectly(new Request(`${address}/v1/models`, { headers }), env, limit, signal);
  return { outcome, ms: Math.round(performance.now() - started), at: now() };
}
