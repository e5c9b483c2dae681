import { join } from "node:path";
import { PrivateFolder } from "../../files/private-folder.ts";
import { commandFor } from "../../hints.ts";
import type { ApiKey } from "../../keys/api-key.ts";
import { dayOf, daysLeft, formatDay, warningDays } from "../../keys/expiry.ts";
import { matchesFingerprint } from "../../keys/fingerprint.ts";
import type { Profile } from "../../profiles/profile.ts";
import { fileNameOf, keyOf } from "../../stores/encrypted-file/encrypted-file.ts";
import { isRefusal } from "../../verification/verdict.ts";
import { type Check, type Finding, localLimitMs, type Patient } from "../check.ts";

/**
 * Whether the key is where its profile says, and whether it may be dead or soon will be. Reads it
 * only where that can ask nobody anything: from an unlocked keychain on Linux, or from an encrypted
 * file whose passphrase is in the environment. Mistral is not asked; that is `verify`.
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

function lookIntoStore(patient: Patient): Promise<Finding> {
  switch (patient.storeKind) {
    case "keychain":
      return lookIntoKeychain(patient);
    case "file":
      return lookIntoFile(patient);
    case "memory":
      return Promise.resolve({ state: "ok", message: "The key is in memory, for this run only." });
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

async function lookIntoKeychain(patient: Patient): Promise<Finding> {
  const store = await patient.deps.store("keychain");
  const where = `${patient.known?.key ?? "The key"} of profile ${patient.profile} is in ${store.describe()}`;
  const { state } = await store.availability();
  if (state !== "available")
    return { state: "skipped", message: `The keychain does not let look (${state}).` };
  // On macOS and Windows a read may open a dialog, and so it may in these keychains.
  const mayAsk = patient.surroundings.platform !== "linux" || /KeePassXC|KDE Wallet/.test(store.describe());
  if (mayAsk) return { state: "ok", message: `${where}, as far as its profile tells.` };
  const key = await store.get({ profile: patient.profile, slot: "current" });
  if (key === undefined) {
    return missing(patient, `The key of profile ${patient.profile} is not in ${store.describe()} any more.`);
  }
  return compare(patient, key, store.describe(), where);
}

async function lookIntoFile(patient: Patient): Promise<Finding> {
  const { deps, profile, folder } = patient;
  const keys = new PrivateFolder(join(folder, "keys"));
  const file = fileNameOf({ profile, slot: "current" });
  const content = keys.readBytes(file);
  if (content === undefined) return missing(patient, `${keys.pathOf(file)} is not there.`);
  const { inspectSealed, openSealed } = await import("../../stores/encrypted-file/encrypted-file-format.ts");
  const inspected = await inspectSealed(content);
  if (inspected.outcome === "damaged") return damaged(keys.pathOf(file), inspected.reason);
  const where = `${patient.known?.key ?? "The key"} of profile ${profile} is in an encrypted file`;
  if (!deps.env.MISTRAL_KEY_PASSPHRASE && !deps.env.MISTRAL_KEY_PASSPHRASE_FILE) {
    return { state: "ok", message: `${where}, whole as far as can be told without its passphrase.` };
  }
  const { PassphraseSource } = await import("../../stores/encrypted-file/passphrase.ts");
  const source = new PassphraseSource({
    env: deps.env,
    interactive: false,
    ask: () => Promise.reject(new Error("The doctor asks nobody.")),
    notice: () => {},
  });
  const passphrase = await source.toOpen(profile, 1);
  const opened = await openSealed(content, passphrase, { signal: deps.signal, begin: () => () => {} });
  if (opened.outcome === "damaged") return damaged(keys.pathOf(file), opened.reason);
  if (opened.outcome === "wrong-passphrase") {
    return {
      state: "fail",
      kind: "wrong-passphrase",
      message: `The passphrase in the environment does not open ${keys.pathOf(file)}.`,
      hint: "Set MISTRAL_KEY_PASSPHRASE or MISTRAL_KEY_PASSPHRASE_FILE to the passphrase it was made with.",
    };
  }
  const key = keyOf(opened.plaintext);
  if (key === undefined) return damaged(keys.pathOf(file), "what it holds is not a key");
  return compare(patient, key, "The encrypted file", where);
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

function damaged(path: string, reason: string): Finding {
  return {
    state: "fail",
    kind: "store-damaged",
    message: `${path} cannot be used, because ${reason}.`,
    hint: "If you have a copy of it, put that back.",
  };
}

function missing({ profile }: Patient, message: string): Finding {
  return {
    state: "fail",
    kind: "no-key",
    message,
    hint: `Put it back, or store a new one: ${commandFor(profile, "init")}`,
  };
}
