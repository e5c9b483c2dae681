import { isIP } from "node:net";
import { exitCodes } from "../../exit-codes.ts";
import { readSmallFile } from "../../files/read-file.ts";
import { assess } from "../../mistral/assess.ts";
import { addressOf, type Endpoint, uncheckedCertificates } from "../../mistral/endpoint.ts";
import { callDirectly } from "../../mistral/fetcher.ts";
import { newKey } from "../../mistral/mistral-api.ts";
import { chooseRoute } from "../../mistral/proxy.ts";
import { explain } from "../../verification/explain.ts";
import { writeProxy } from "../../verification/explain-unreachable.ts";
import { inLines } from "../../verification/explanation.ts";
import { type Check, type CheckContext, type CheckResult, type NetworkProbe, offline } from "../check.ts";

/** The time limit of the call without a key, in milliseconds. */
const callLimitMs = 8000;

/** Requests the model list without a key: it costs nothing, and any answer proves the API reachable. */
export async function probeNetwork(
  address: string,
  { env, signal, now }: Pick<CheckContext["deps"], "env" | "signal" | "now">,
): Promise<NetworkProbe> {
  const headers = { accept: "application/json", "user-agent": "mistral-key" };
  const started = performance.now();
  const limit = AbortSignal.timeout(callLimitMs);
  const outcome = await callDirectly(new Request(`${address}/v1/models`, { headers }), env, limit, signal);
  return { outcome, ms: Math.round(performance.now() - started), at: now() };
}

/** Whether the proxy variables are valid. Shows only a proxy's host and port: its URL may hold a password. */
export const proxyCheck: Check = {
  id: "proxy",
  title: "Proxy",
  run: async ({ endpoint, deps: { env } }) => {
    const url = new URL(addressOf(endpoint));
    const route = chooseRoute(url, env);
    if (route.kind === "unusable") {
      return {
        state: "fail",
        code: exitCodes.usage,
        message: `${route.variable} is not the address of a proxy that can be used.`,
        hint: writeProxy,
      };
    }
    return route.kind === "proxy"
      ? { state: "ok", message: `Calls go through the proxy ${route.proxy.host} (${route.variable}).` }
      : { state: "ok", message: `Calls go straight to ${url.host}.` };
  },
};

/** Whether the trusted certificates are set up correctly. */
export const certificatesCheck: Check = {
  id: "certificates",
  title: "Certificates",
  run: async ({ deps: { env } }) => {
    if (env.NODE_TLS_REJECT_UNAUTHORIZED === "0") {
      return {
        state: "fail",
        code: exitCodes.usage,
        message: uncheckedCertificates,
        hint: "Unset it. If a company's proxy made it necessary, set NODE_EXTRA_CA_CERTS to the company's certificate instead.",
      };
    }
    const path = env.NODE_EXTRA_CA_CERTS;
    if (!path) {
      return { state: "ok", message: "The authorities that come with Node.js are trusted, no others." };
    }
    if (holdsCertificate(path)) {
      return {
        state: "ok",
        message: "The authorities in the file that NODE_EXTRA_CA_CERTS names are trusted, too.",
      };
    }
    return {
      state: "fail",
      code: exitCodes.usage,
      message: "NODE_EXTRA_CA_CERTS names no file with certificates (PEM), so Node.js ignores it.",
      hint: "Set NODE_EXTRA_CA_CERTS to a file that holds the authority's certificate, or unset it.",
    };
  },
};

function holdsCertificate(path: string): boolean {
  try {
    const { bytes } = readSmallFile(path, { links: "followed", longest: 16 * 1024 * 1024 });
    return bytes.includes("-----BEGIN CERTIFICATE-----");
  } catch {
    return false;
  }
}

/** Whether the API's host name resolves. */
export const dnsCheck = networkCheck("dns", "DNS", (probe, { endpoint, deps }) => {
  const url = new URL(addressOf(endpoint));
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0) {
    return { state: "skipped", message: `${host} is not a name, so there is nothing to look up.` };
  }
  if (chooseRoute(url, deps.env).kind !== "direct") {
    return { state: "skipped", message: "The proxy looks names up." };
  }
  const failure = failureOf(probe);
  if (failure === "dns") return unreachable(endpoint, probe);
  // A name server that does not answer uses up the time of the call.
  if (failure === "timeout") return { state: "skipped", message: "The call took too long to tell." };
  return { state: "ok", message: `${host} can be looked up.` };
});

/** Whether the TLS connection to the API is valid. */
export const tlsCheck = networkCheck("tls", "TLS", (probe, { endpoint, deps: { env } }) => {
  const url = new URL(addressOf(endpoint));
  if (url.protocol === "http:") {
    return { state: "skipped", message: `${url.host} is this machine; calls to it are not encrypted.` };
  }
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === "0") {
    return { state: "skipped", message: "No certificate is checked, for the reason above." };
  }
  const failure = failureOf(probe);
  if (failure === undefined) return { state: "ok", message: `The certificate of ${url.host} is good.` };
  return failure === "certificate" || failure === "tls"
    ? unreachable(endpoint, probe)
    : { state: "skipped", message: "There was no connection to check." };
});

/** Whether the API is reachable, and how fast. Without a key Mistral answers 401, as it should. */
export const apiCheck = networkCheck("api", "Mistral API", (probe, { endpoint }) => {
  if (["dns", "certificate", "tls"].includes(failureOf(probe) ?? "")) {
    return { state: "skipped", message: "Not reached, for the reason above." };
  }
  const { diagnosis } = assess(probe.outcome, { call: "models", endpoint, now: probe.at });
  if (["unreachable", "server-error", "over-capacity", "model-not-found"].includes(diagnosis)) {
    return unreachable(endpoint, probe);
  }
  return { state: "ok", message: `${new URL(addressOf(endpoint)).host} answers in ${probe.ms} ms.` };
});

function networkCheck(
  id: string,
  title: string,
  judge: (probe: NetworkProbe, context: CheckContext) => CheckResult,
): Check {
  return {
    id,
    title,
    // Longer than that of the call, so that the call times out first.
    limitMs: callLimitMs + 2000,
    run: async (context) =>
      context.network === undefined ? offline : judge(await context.network(), context),
  };
}

function failureOf({ outcome }: NetworkProbe) {
  return outcome.kind === "failure" ? outcome.failure.reason : undefined;
}

function unreachable(endpoint: Endpoint, { outcome, at }: NetworkProbe): CheckResult {
  const explanation = explain({
    ...assess(outcome, { call: "models", endpoint, now: at }),
    context: {
      history: newKey,
      mask: "",
      usualShape: true,
      endpoint,
      model: undefined,
      accepted: false,
      timeoutMs: callLimitMs,
    },
  });
  const message = inLines(explanation);
  return { state: "fail", code: exitCodes.unreachable, message, hint: explanation.hint };
}

/** The clock error that is worth a warning, in minutes. */
const notableMinutes = 2;

/** The clock error that breaks certificates and expiry dates, in minutes. */
const wrongMinutes = 15;

/** Whether this machine's clock is right, by an answer's `Date` header. */
export const clockCheck = networkCheck("clock", "Clock", ({ outcome, ms, at }) => {
  const date = outcome.kind === "answer" ? Date.parse(outcome.headers.date ?? "") : Number.NaN;
  if (Number.isNaN(date)) return { state: "skipped", message: "No answer gave the time." };
  // The header has whole seconds and was written around the middle of the call.
  const ahead = (at.getTime() - ms / 2 - date) / 60_000;
  const off = Math.abs(ahead);
  if (off < notableMinutes) return { state: "ok", message: "This machine's clock is right." };
  const message = `This machine's clock is ${Math.round(off)} minutes ${ahead > 0 ? "fast" : "slow"}.`;
  const hint = "Set the clock, or let the system set it.";
  if (off < wrongMinutes) return { state: "warn", message, hint };
  return { state: "fail", code: exitCodes.usage, message, hint };
});
