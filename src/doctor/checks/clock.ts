import type { Check, Finding } from "../check.ts";
import { type NetworkProbe, networkLimitMs } from "../network-probe.ts";
import { offline } from "./offline.ts";

/** A clock this far off is worth a word, in seconds. */
const notableSeconds = 120;

/** A clock this far off makes certificates and expiry dates wrong, in seconds. */
const wrongSeconds = 15 * 60;

/** Judges this machine's clock by the `Date` of an answer. */
export function judgeClock({ outcome, ms, at }: NetworkProbe): Finding {
  const date = outcome.kind === "answer" ? Date.parse(outcome.headers.date ?? "") : Number.NaN;
  if (Number.isNaN(date)) return { state: "skipped", message: "No answer told the time." };
  // The header has whole seconds and was written somewhere in the middle of the call.
  const seconds = Math.round((at.getTime() - ms / 2 - date) / 1000);
  const off = Math.abs(seconds);
  if (off < notableSeconds) return { state: "ok", message: "The clock of this machine is right." };
  const message = `The clock of this machine is ${inWords(off)} ${seconds > 0 ? "fast" : "slow"}.`;
  const hint =
    "Set the clock, or let the system keep it: timedatectl set-ntp true (Linux), the date settings elsewhere.";
  if (off < wrongSeconds) return { state: "warn", message, hint };
  return { state: "fail", kind: "usage", message, hint };
}

function inWords(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

/** Whether this machine's clock is right. */
export const clockCheck: Check = {
  id: "clock",
  title: "Clock",
  limitMs: networkLimitMs,
  look: async ({ network }) => (network === undefined ? offline : judgeClock(await network())),
};
