import { commandFor } from "../../hints.ts";
import type { ApiKey } from "../../keys/api-key.ts";
import { dayOf, daysLeft, formatDay, warningDays } from "../../keys/expiry.ts";
import { matchesFingerprint } from "../../keys/fingerprint.ts";
import type { Profile } from "../../profiles/profile.ts";
import { isRefusal } from "../../verification/verdict.ts";
import { type Check, type Finding, localLimitMs, type Patient } from "../check.ts";

/**
 * Whether the key is where its profile says, and whether it may be dead or soon will be. Reads it
 * only where that can ask nobody anything. Mistral is not asked; that is `verify`.
 */
export const keyCheck: Check = {
  id: "key",
  title: "Stored key",
  // A passphrase takes its time, and more on a busy machine.
  limitMs: 3 * localLimitMs,
  look: async (patient) => {
    if (patient.known === undefined) return nothingStored(patient);
    const finding = await lookIntoStore(patient);
    const trouble = judgeLife(patient.known, patient.deps.now());
    // A key that is gone, or is another one than the profile tells of, is the greater trouble.
    if (trouble === undefined || finding.state === "fail" || finding.state === "warn") return finding;
    return { ...trouble, state: "warn", message: `${finding.message} ${trouble.message}` };
  },
};

async function lookIntoStore(patient: Patient): Promise<Finding> {
  const { profile, known, storeKind, deps } = patient;
  const store = await deps.store(storeKind);
  const inspection = await store.inspect({ profile, slot: "current" });
  const holder = store.describe();
  const where = `${known?.key ?? "The key"} of profile ${profile} is in ${holder}`;
  switch (inspection.state) {
    case "found":
      return compare(patient, inspection.key, holder, where);
    case "missing":
      return {
        state: "fail",
        kind: "no-key",
        message: `The key of profile ${profile} is not in ${inspection.place} any more.`,
        hint: `Put it back, or store a new one: ${commandFor(profile, "init")}`,
      };
    case "unread":
      return {
        state: "skipped",
        message: `${where}, as far as its profile tells. It was not read, because ${inspection.because}.`,
      };
    case "unusable": {
      const { kind, message, hint } = inspection.failure;
      // What is wrong with the keychain itself is said by its own check.
      if (storeKind === "keychain" && kind !== "store-damaged") {
        return { state: "skipped", message: `The key was not read. ${message}` };
      }
      return { state: "fail", kind, message, hint };
    }
  }
}

/** What is known against a key without a look at it: what Mistral said of it last, and its last day. */
function judgeLife(
  { name, expiresAt, lastDiagnosis, lastVerifiedAt }: Profile,
  now: Date,
): { readonly message: string; readonly hint: string } | undefined {
  const left = typeof expiresAt === "string" ? daysLeft(expiresAt, now) : Number.POSITIVE_INFINITY;
  const refusedAt = lastDiagnosis !== null && isRefusal(lastDiagnosis) ? lastVerifiedAt : null;
  if (refusedAt === null && left > warningDays) return undefined;
  const said: string[] = [];
  if (refusedAt !== null) {
    const day = formatDay(dayOf(new Date(refusedAt)));
    said.push(`Mistral refused the key at the last check, on ${day}.`);
  }
  if (typeof expiresAt === "string" && left <= warningDays) {
    const day = formatDay(expiresAt);
    said.push(`The key's last day ${left < 0 ? "was" : "is"} ${day}, as you entered it.`);
  }
  const verify = `To see whether it works: ${commandFor(name, "verify")}`;
  const rotate = `To put a new one in its place: ${commandFor(name, "rotate")}`;
  return { message: said.join(" "), hint: refusedAt !== null || left < 0 ? `${verify}\n${rotate}` : rotate };
}

function nothingStored({ profile }: Patient): Finding {
  return {
    state: "warn",
    message: `Nothing is known about a key of profile ${profile}.`,
    hint: `Get one and store it: ${commandFor(profile, "init")}`,
  };
}

function compare({ profile, known }: Patient, key: ApiKey, holder: string, where: string): Finding {
  if (known === undefined || matchesFingerprint(key, known.fingerprint)) {
    return { state: "ok", message: `${where}.` };
  }
  return {
    state: "warn",
    message: `${holder} holds another key (${key.mask}) than profile ${profile} describes (${known.key}).`,
    hint: `Check the one it holds: ${commandFor(profile, "verify")}`,
  };
}
