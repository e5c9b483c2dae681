import { consolePages } from "../../mistral/console-pages.ts";
import { addressOf, type Endpoint } from "../../mistral/endpoint.ts";
import { findingOf, type StrangeAnswer } from "../../mistral/finding.ts";
import { wordsFor } from "../../verification/explain-unreachable.ts";
import type { Check, Finding } from "../check.ts";
import { callLimitMs, type NetworkProbe, networkLimitMs } from "../network-probe.ts";
import { offline } from "./offline.ts";
import { isTlsFailure } from "./tls.ts";

/** An answer that takes longer is worth a word, in milliseconds. */
const slowMs = 3000;

/** Judges what came of a call without a key; Mistral refuses it with 401, and that is as it should be. */
export function judgeApi(endpoint: Endpoint, { outcome, ms }: NetworkProbe): Finding {
  const { host } = new URL(addressOf(endpoint));
  if (outcome.kind === "failure") {
    const { reason } = outcome.failure;
    if (reason === "dns" || isTlsFailure(reason)) {
      return { state: "skipped", message: "Not reached, for the reason above." };
    }
    const { what, hint } = wordsFor(outcome.failure, endpoint, callLimitMs);
    return { state: "fail", kind: "unreachable", message: `Mistral could not be reached: ${what}.`, hint };
  }
  const finding = findingOf(outcome, "models");
  if ("strange" in finding && finding.strange !== undefined) {
    return { state: "fail", kind: "unreachable", ...wordsForStrange(finding.strange, host, outcome.status) };
  }
  switch (finding.diagnosis) {
    case "server-error":
    case "over-capacity":
      return {
        state: "fail",
        kind: "unreachable",
        message: `${host} answers that something is wrong with it (HTTP ${outcome.status}).`,
        hint: `Try again later; see ${consolePages.status}`,
      };
    case "model-not-found":
      return {
        state: "fail",
        kind: "unreachable",
        message: `There is no Mistral API at ${addressOf(endpoint)} (HTTP ${outcome.status}).`,
        hint: "Check the address in --server-url or MISTRAL_KEY_SERVER_URL; it ends before /v1.",
      };
    default:
      return ms > slowMs
        ? { state: "warn", message: `${host} answers, and took ${(ms / 1000).toFixed(1)} s for it.` }
        : { state: "ok", message: `${host} answers in ${ms} ms.` };
  }
}

function wordsForStrange(
  strange: StrangeAnswer,
  host: string,
  status: number,
): { readonly message: string; readonly hint: string } {
  switch (strange) {
    case "web-page":
    case "redirect":
      return {
        message: `Not Mistral but a sign-in page or another address answers as ${host} (HTTP ${status}).`,
        hint: "Open any page in the browser and sign in to the network there, then try again.",
      };
    case "blocked-page":
      return {
        message: `A firewall or a company's proxy answers in place of ${host} (HTTP ${status}).`,
        hint: "Try another network, or ask whoever runs this one to let the host through.",
      };
    case "proxy-password":
      return {
        message: "The proxy wants a name and a password (HTTP 407).",
        hint: "Put them into the variable: HTTPS_PROXY=http://NAME:PASSWORD@PROXY:PORT",
      };
    case "unreadable":
      return {
        message: `What answers as ${host} is not Mistral's API (HTTP ${status}).`,
        hint: "Check the address in --server-url, or whether something in between changes the answers.",
      };
  }
}

/** Whether the API can be reached, and how fast. */
export const apiCheck: Check = {
  id: "api",
  title: "Mistral API",
  limitMs: networkLimitMs,
  look: async ({ endpoint, network }) =>
    network === undefined ? offline : judgeApi(endpoint, await network()),
};
