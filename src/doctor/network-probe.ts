import type { Deps } from "../deps.ts";
import { type CallOutcome, connectionFailureOf, readBody } from "../mistral/call-outcome.ts";
import { Fetcher } from "../mistral/fetcher.ts";

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
  const url = new URL(`${address}/v1/models`);
  const fetcher = new Fetcher(env);
  const limit = AbortSignal.timeout(callLimitMs);
  const started = performance.now();
  try {
    const headers = { accept: "application/json", "user-agent": "mistral-key" };
    const request = new Request(url, { headers });
    const response = await fetcher.fetch(request, AbortSignal.any([signal, limit]));
    const outcome = {
      kind: "answer",
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: readBody(await response.text(), response.headers.get("content-type") ?? undefined),
    } as const;
    return { outcome, ms: Math.round(performance.now() - started), at: now() };
  } catch (error) {
    const failure = connectionFailureOf(error, url.host, limit.aborted);
    return { outcome: { kind: "failure", failure }, ms: Math.round(performance.now() - started), at: now() };
  } finally {
    await fetcher.close();
  }
}
