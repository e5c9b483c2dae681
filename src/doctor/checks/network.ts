import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { exitCodes } from "../../exit-codes.ts";
import { codeOf } from "../../files/file-errors.ts";
import { readSmallFile } from "../../files/read-file.ts";
import { assess } from "../../mistral/assess.ts";
import { consolePages } from "../../mistral/console-pages.ts";
import { addressOf } from "../../mistral/endpoint.ts";
import { chooseRoute } from "../../mistral/proxy.ts";
import { explainForeignAnswer, wordsFor } from "../../verification/explain-unreachable.ts";
import { type Check, type CheckContext, type CheckResult, localLimitMs, offline } from "../check.ts";
import { callLimitMs, type NetworkProbe, networkLimitMs } from "../network-probe.ts";

const proxyVariables = ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"] as const;

/** Whether the proxy variables make sense. Shows of a proxy only host and port, since its address may hold a password. */
export const proxyCheck: Check = {
  id: "proxy",
  title: "Proxy",
  limitMs: localLimitMs,
  run: async ({ endpoint, deps: { env }, processContext }) => {
    const url = new URL(addressOf(endpoint));
    const route = chooseRoute(url, env);
    if (route.kind === "unusable") {
      return {
        state: "fail",
        code: exitCodes.usage,
        message: `${route.variable} is not the address of a proxy that can be used.`,
        hint: "Write it as http://PROXY:PORT or https://PROXY:PORT; SOCKS proxies cannot be used.",
      };
    }
    const torn = proxyVariables.find((name) => {
      const [lower, upper] = [env[name.toLowerCase()], env[name]];
      return lower && upper && lower !== upper;
    });
    if (torn !== undefined && processContext.platform !== "win32") {
      const message = `${torn.toLowerCase()} and ${torn} are set to different values; the first is used.`;
      return { state: "warn", message, hint: "Unset one of them." };
    }
    if (route.kind === "proxy") {
      return { state: "ok", message: `Calls go through the proxy ${route.proxy.host} (${route.variable}).` };
    }
    const isSet = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"].some((name) => env[name]);
    return isSet
      ? { state: "ok", message: `A proxy is set, and calls to ${url.hostname} go without it.` }
      : { state: "ok", message: "None is set; calls go straight to Mistral." };
  },
};

const setCertificates =
  "Set NODE_EXTRA_CA_CERTS to a file that holds the authority's certificate (PEM), or unset it.";

/** Whether the certificates that are trusted are as they should be. */
export const certificatesCheck: Check = {
  id: "certificates",
  title: "Certificates",
  limitMs: localLimitMs,
  run: async ({ deps: { env, now } }) => {
    if (env.NODE_TLS_REJECT_UNAUTHORIZED === "0") {
      return {
        state: "fail",
        code: exitCodes.usage,
        message:
          "NODE_TLS_REJECT_UNAUTHORIZED is 0: no certificate is checked, so anybody in between can read your key.",
        hint: "Unset it. If a company's proxy made it necessary, set NODE_EXTRA_CA_CERTS to the company's certificate instead.",
      };
    }
    const path = env.NODE_EXTRA_CA_CERTS;
    if (!path)
      return { state: "ok", message: "The authorities that come with Node.js are trusted, no others." };
    const certificates = readCertificates(path);
    if (typeof certificates === "string") {
      const message = `The file that NODE_EXTRA_CA_CERTS names ${certificates}, so Node.js ignores it.`;
      return { state: "fail", code: exitCodes.usage, message, hint: setCertificates };
    }
    // A system's whole collection always has a few old ones.
    if (certificates.every(({ validTo }) => Date.parse(validTo) < now().getTime())) {
      return {
        state: "warn",
        message: "Every certificate in the file that NODE_EXTRA_CA_CERTS names is out of date.",
        hint: "Ask whoever gave you the file for a current one.",
      };
    }
    const authorities = certificates.length === 1 ? "1 authority" : `${certificates.length} authorities`;
    return { state: "ok", message: `NODE_EXTRA_CA_CERTS adds ${authorities}.` };
  },
};

/** The certificates in a file, at least one, or what is wrong with it as the end of a sentence. */
function readCertificates(path: string): readonly X509Certificate[] | string {
  let text: string;
  try {
    text = readSmallFile(path, { links: "followed", longest: 16 * 1024 * 1024 }).bytes.toString("latin1");
  } catch (error) {
    return codeOf(error) === "ENOENT" ? "is not there" : "could not be read";
  }
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return "holds no certificate (PEM)";
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return "holds a damaged certificate";
  }
}

/** Whether the name of the API can be looked up. */
export const dnsCheck: Check = {
  id: "dns",
  title: "DNS",
  limitMs: networkLimitMs,
  run: async ({ endpoint, deps, network }) => {
    if (network === undefined) return offline;
    const url = new URL(addressOf(endpoint));
    const host = url.hostname.replace(/^\[|\]$/g, "");
    if (isIP(host) !== 0)
      return { state: "skipped", message: `${host} is no name, so there is nothing to look up.` };
    if (chooseRoute(url, deps.env).kind === "proxy") {
      return { state: "skipped", message: "The proxy looks names up." };
    }
    const [lookup, { outcome }] = await Promise.all([lookUp(host), network()]);
    const failedInCall = outcome.kind === "failure" && outcome.failure.reason === "dns";
    if ("ms" in lookup && !failedInCall)
      return { state: "ok", message: `${host} is found in ${lookup.ms} ms.` };
    const code = "code" in lookup ? ` (${lookup.code})` : "";
    return {
      state: "fail",
      code: exitCodes.unreachable,
      message: `The name ${host} cannot be looked up${code}.`,
      hint: "Check the network connection. Behind a company's proxy, set HTTPS_PROXY, which looks names up itself.",
    };
  },
};

async function lookUp(host: string): Promise<{ readonly ms: number } | { readonly code: string }> {
  const { lookup } = await import("node:dns/promises");
  const started = performance.now();
  try {
    await lookup(host);
    return { ms: Math.round(performance.now() - started) };
  } catch (error) {
    return { code: error instanceof Error && "code" in error ? String(error.code) : "no answer" };
  }
}

/** Whether the connection to the API is safe. */
export const tlsCheck: Check = {
  id: "tls",
  title: "TLS",
  limitMs: networkLimitMs,
  run: async ({ endpoint, network }) => {
    if (network === undefined) return offline;
    const { outcome } = await network();
    const url = new URL(addressOf(endpoint));
    if (url.protocol === "http:") {
      return { state: "skipped", message: `${url.host} is this machine; calls to it are not encrypted.` };
    }
    if (outcome.kind === "answer") return { state: "ok", message: `The certificate of ${url.host} is good.` };
    if (!isTlsFailure(outcome.failure.reason)) {
      return { state: "skipped", message: "There was no connection to look at." };
    }
    const { what, hint } = wordsFor(outcome.failure, endpoint, callLimitMs);
    return { state: "fail", code: exitCodes.unreachable, message: `No safe connection: ${what}.`, hint };
  },
};

function isTlsFailure(reason: string): boolean {
  return reason === "certificate" || reason === "tls";
}

/** An answer that takes longer is worth a word, in milliseconds. */
const slowMs = 3000;

/** Whether the API can be reached, and how fast. Without a key Mistral answers 401, and that is as it should be. */
export const apiCheck: Check = {
  id: "api",
  title: "Mistral API",
  limitMs: networkLimitMs,
  run: async ({ endpoint, network }) =>
    network === undefined ? offline : judgeProbe(endpoint, await network()),
};

function judgeProbe(endpoint: CheckContext["endpoint"], { outcome, ms, at }: NetworkProbe): CheckResult {
  const { host } = new URL(addressOf(endpoint));
  const unreachable = (message: string, hint: string | null) =>
    ({ state: "fail", code: exitCodes.unreachable, message, hint: hint ?? undefined }) as const;
  if (outcome.kind === "failure") {
    const { reason } = outcome.failure;
    if (reason === "dns" || isTlsFailure(reason)) {
      return { state: "skipped", message: "Not reached, for the reason above." };
    }
    const { what, hint } = wordsFor(outcome.failure, endpoint, callLimitMs);
    return unreachable(`Mistral could not be reached: ${what}.`, hint);
  }
  const assessment = assess(outcome, { call: "models", endpoint, now: at });
  if ("foreign" in assessment) {
    const place = { endpoint, timeoutMs: callLimitMs, accepted: false };
    const { sentence, causes, hint } = explainForeignAnswer(assessment.foreign, assessment.status, place);
    return unreachable([sentence, ...causes].join(" "), hint);
  }
  switch (assessment.diagnosis) {
    case "server-error":
    case "over-capacity":
      return unreachable(
        `${host} answers that something is wrong with it (HTTP ${outcome.status}).`,
        `Try again later; see ${consolePages.status}`,
      );
    case "model-not-found":
      return unreachable(
        `There is no Mistral API at ${addressOf(endpoint)} (HTTP ${outcome.status}).`,
        "Check the address in --server-url or MISTRAL_KEY_SERVER_URL; it ends before /v1.",
      );
    default:
      return ms > slowMs
        ? { state: "warn", message: `${host} answers, and took ${(ms / 1000).toFixed(1)} s for it.` }
        : { state: "ok", message: `${host} answers in ${ms} ms.` };
  }
}

/** A clock this far off is worth a word, in seconds. */
const notableSeconds = 120;

/** A clock this far off makes certificates and expiry dates wrong, in seconds. */
const wrongSeconds = 15 * 60;

/** Whether this machine's clock is right, by the `Date` of an answer. */
export const clockCheck: Check = {
  id: "clock",
  title: "Clock",
  limitMs: networkLimitMs,
  run: async ({ network }) => {
    if (network === undefined) return offline;
    const { outcome, ms, at } = await network();
    const date = outcome.kind === "answer" ? Date.parse(outcome.headers.date ?? "") : Number.NaN;
    if (Number.isNaN(date)) return { state: "skipped", message: "No answer told the time." };
    // The header has whole seconds and was written somewhere in the middle of the call.
    const seconds = Math.round((at.getTime() - ms / 2 - date) / 1000);
    const off = Math.abs(seconds);
    if (off < notableSeconds) return { state: "ok", message: "This machine's is right." };
    const message = `This machine's is ${inWords(off)} ${seconds > 0 ? "fast" : "slow"}.`;
    const hint =
      "Set the clock, or let the system keep it: timedatectl set-ntp true (Linux), the date settings elsewhere.";
    if (off < wrongSeconds) return { state: "warn", message, hint };
    return { state: "fail", code: exitCodes.usage, message, hint };
  },
};

function inWords(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
