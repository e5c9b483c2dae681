import type { Deps } from "../deps.ts";
import { type CallOutcome, callDirectly } from "../mistral/call-outcome.ts";

/** The outcome of calling the API without a key. */
export interface NetworkProbe {
  readonly outcome: CallOutcome;
  /** The duration of the call, in milliseconds. */
  readonly ms: number;
  /** This machine's clock at the end of the call. */
  readonly at: Date;
}

/** The time limit of the call, in milliseconds. */
export const callLimitMs = 8000;

/** The limit of the checks that wait for the call: longer, so that the call times out first. */
export const networkLimitMs = callLimitMs + 2000;

/** Requests the model list without a key: it costs nothing, and any answer proves the API reachable. */
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
