import { addressOf, type Endpoint } from "../../mistral/endpoint.ts";
import { wordsFor } from "../../verification/explain-unreachable.ts";
import type { Check, Finding } from "../check.ts";
import { callLimitMs, type NetworkProbe, networkLimitMs } from "../network-probe.ts";
import { offline } from "./offline.ts";

/** Judges the encryption of the connection. */
export function judgeTls(endpoint: Endpoint, { outcome }: NetworkProbe): Finding {
  const url = new URL(addressOf(endpoint));
  if (url.protocol === "http:") {
    return { state: "skipped", message: `${url.host} is this machine; calls to it are not encrypted.` };
  }
  if (outcome.kind === "answer") return { state: "ok", message: `The certificate of ${url.host} is good.` };
  if (!isTlsFailure(outcome.failure.reason)) {
    return { state: "skipped", message: "There was no connection to look at." };
  }
  const { what, hint } = wordsFor(outcome.failure, endpoint, callLimitMs);
  return { state: "fail", kind: "unreachable", message: `No safe connection: ${what}.`, hint };
}

/** Whether a call failed at what {@link judgeTls} judges. */
export function isTlsFailure(reason: string): boolean {
  return reason === "certificate" || reason === "tls";
}

/** Whether the connection to the API is safe. */
export const tlsCheck: Check = {
  id: "tls",
  title: "TLS",
  limitMs: networkLimitMs,
  look: async ({ endpoint, network }) =>
    network === undefined ? offline : judgeTls(endpoint, await network()),
};
