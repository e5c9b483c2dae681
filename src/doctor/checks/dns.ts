import { isIP } from "node:net";
import { addressOf } from "../../mistral/endpoint.ts";
import { chooseRoute } from "../../mistral/proxy.ts";
import type { Check, Finding } from "../check.ts";
import { type NetworkProbe, networkLimitMs } from "../network-probe.ts";
import { offline } from "./offline.ts";

/** What looking up a name came to. */
export type Lookup =
  | { readonly state: "found"; readonly ms: number }
  | { readonly state: "failed"; readonly code: string };

/** Judges the look-up of a host's name. */
export function judgeDns(host: string, lookup: Lookup, { outcome }: NetworkProbe): Finding {
  const failedInCall = outcome.kind === "failure" && outcome.failure.reason === "dns";
  if (lookup.state === "found" && !failedInCall) {
    return { state: "ok", message: `${host} is found in ${lookup.ms} ms.` };
  }
  const code = lookup.state === "failed" ? ` (${lookup.code})` : "";
  return {
    state: "fail",
    kind: "unreachable",
    message: `The name ${host} cannot be looked up${code}.`,
    hint: "Check the network connection. Behind a company's proxy, set HTTPS_PROXY, which looks names up itself.",
  };
}

/** Whether the name of the API can be looked up. */
export const dnsCheck: Check = {
  id: "dns",
  title: "DNS",
  limitMs: networkLimitMs,
  look: async ({ endpoint, deps, network }) => {
    if (network === undefined) return offline;
    const url = new URL(addressOf(endpoint));
    const host = url.hostname.replace(/^\[|\]$/g, "");
    if (isIP(host) !== 0)
      return { state: "skipped", message: `${host} is no name, so there is nothing to look up.` };
    if (chooseRoute(url, deps.env).kind === "proxy") {
      return { state: "skipped", message: "The proxy looks names up." };
    }
    const [lookup, probe] = await Promise.all([lookUp(host), network()]);
    return judgeDns(host, lookup, probe);
  },
};

async function lookUp(host: string): Promise<Lookup> {
  const { lookup } = await import("node:dns/promises");
  const started = performance.now();
  try {
    await lookup(host);
    return { state: "found", ms: Math.round(performance.now() - started) };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "no answer";
    return { state: "failed", code };
  }
}
