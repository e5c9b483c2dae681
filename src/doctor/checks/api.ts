import { assess } from "../../mistral/assess.ts";
import { consolePages } from "../../mistral/console-pages.ts";
import { addressOf, type Endpoint } from "../../mistral/endpoint.ts";
import { explainForeignAnswer, wordsFor } from "../../verification/explain-unreachable.ts";
import type { Check, Finding } from "../check.ts";
import { callLimitMs, type NetworkProbe, networkLimitMs } from "../network-probe.ts";
import { offline } from "./offline.ts";
import { isTlsFailure } from "./tls.ts";

/** An answer that takes longer is worth a word, in milliseconds. */
const slowMs = 3000;

/** Judges what came of a call without a key; Mistral refuses it with 401, and that is as it should be. */
export function judgeApi(endpoint: Endpoint, { outcome, ms, at }: NetworkProbe): Finding {
  const { host } = new URL(addressOf(endpoint));
  if (outcome.kind === "failure") {
    const { reason } = outcome.failure;
    if (reason === "dns" || isTlsFailure(reason)) {
      return { state: "skipped", message: "Not reached, for the reason above." };
    }
    const { what, hint } = wordsFor(outcome.failure, endpoint, callLimitMs);
    return { state: "fail", kind: "unreachable", message: `Mistral could not be reached: ${what}.`, hint };
  }
  const assessment = assess(outcome, { call: "models", endpoint, now: at });
  if ("foreign" in assessment) {
    const { sentence, causes, hint } = explainForeignAnswer(assessment.foreign, assessment.status, {
      endpoint,
      timeoutMs: callLimitMs,
      accepted: false,
    });
    const message = [sentence, ...causes].join(" ");
    return { state: "fail", kind: "unreachable", message, ...(hint !== null && { hint }) };
  }
  switch (assessment.diagnosis) {
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

/** Whether the API can be reached, and how fast. */
export const apiCheck: Check = {
  id: "api",
  title: "Mistral API",
  limitMs: networkLimitMs,
  look: async ({ endpoint, network }) =>
    network === undefined ? offline : judgeApi(endpoint, await network()),
};
