import { joinHints } from "../../errors.ts";
import { codeOfDiagnosis, codeOfKind, exitCodes } from "../../exit-codes.ts";
import { commandFor } from "../../hints.ts";
import { dayOf, formatDay } from "../../keys/expiry.ts";
import { matchesFingerprint } from "../../keys/fingerprint.ts";
import { endsHow } from "../../profiles/key-end.ts";
import type { Profile } from "../../profiles/profile.ts";
import { isEnding, isRefused } from "../../status/survey.ts";
import { offerOtherStore } from "../../stores/other-store.ts";
import { absentFrom, noKey } from "../../stores/stored-key.ts";
import { findUnlistedKey, notYetListed } from "../../stores/unlisted-key.ts";
import { explain } from "../../verification/explain.ts";
import { inLines } from "../../verification/explanation.ts";
import { verdictOf } from "../../verification/verdict.ts";
import { commandOf } from "../../verification/verification-document.ts";
import { recall } from "../../verification/verify-profile.ts";
import {
  type Check,
  type CheckContext,
  type CheckResult,
  isDamaged,
  offline,
  withoutProfile,
} from "../check.ts";

/** Whether the keychain can be used now. */
export const keychainCheck: Check = {
  id: "keychain",
  title: "Keychain",
  run: async ({ deps, store }) => {
    const keychain = await deps.store("keychain");
    const failure = await keychain.findFailure();
    if (failure === undefined) {
      return { state: "ok", message: `${keychain.describe()} can be used.` };
    }
    const isUsed = deps.profiles.list().some((row) => "profile" in row && row.profile.store === "keychain");
    if (!isUsed && store.kind !== "keychain") {
      const message = `Not needed: no profile keeps its key there. (${failure.message})`;
      return { state: "ok", message };
    }
    const { kind, message, hint } = isUsed ? failure : offerOtherStore(failure, undefined);
    const state = kind.replace("store-", "");
    return { state: "fail", code: codeOfKind[kind], message: `${message} (${state})`, hint };
  },
};

/** Whether the key is where its profile says, and what is known against it without asking Mistral. */
export const keyCheck: Check = {
  id: "key",
  title: "Stored key",
  run: async (context) => {
    const { known, profile, deps, network, store } = context;
    if (isDamaged(context)) return withoutProfile;
    if (known === undefined) {
      const unlisted = await findUnlistedKey(deps, profile);
      if (unlisted !== undefined) {
        const { message, hint } = notYetListed(unlisted);
        return { state: "warn", message, hint };
      }
      return {
        state: "warn",
        message: `Nothing is known about a key of profile "${profile}".`,
        hint: `Get one and store it: ${commandFor(profile, "init")}`,
      };
    }
    const result = await judgeStore(context, known);
    // A missing or different key is the greater problem.
    if (result.state === "fail" || result.state === "warn") return result;
    const says: string[] = [];
    const hints: string[] = [];
    if (isEnding(known, deps.now())) {
      says.push(`It ${endsHow(known, deps.now())}.`);
      // An unfinished rotation has a check of its own.
      if (!deps.journal.list().some(({ name }) => name === profile))
        hints.push(`Replace it: ${commandFor(profile, "rotate")}`);
    }
    // With the network, Mistral is asked anyway.
    if (network === undefined && known.lastVerifiedAt !== null && isRefused(known)) {
      const day = formatDay(dayOf(new Date(known.lastVerifiedAt)));
      says.push(`Mistral refused it at the last check, on ${day}.`);
      hints.push(`To check it again: ${commandFor(profile, "verify")}`);
    }
    // A move to another store that was killed at its end leaves a copy behind.
    const copy = await findUnlistedKey(deps, profile, [known.store === "file" ? "keychain" : "file"]);
    if (copy !== undefined && copy.store.kind !== store.kind) {
      says.push(`A key of this profile is also in ${copy.store.describe()}.`);
      hints.push(`To erase that one: ${commandFor(profile, `remove --store ${copy.store.kind}`)}`);
    }
    if (says.length === 0) return result;
    return { state: "warn", message: [result.message, ...says].join(" "), hint: hints.join("\n") };
  },
};

async function judgeStore(
  { profile, store, inspection }: CheckContext,
  known: Profile,
): Promise<CheckResult> {
  const inspected = await inspection();
  const holder = store.describe();
  const where = `${known.key} of profile "${profile}" is in ${holder}`;
  switch (inspected.state) {
    case "found":
      if (matchesFingerprint(inspected.key, known.fingerprint)) return { state: "ok", message: `${where}.` };
      return {
        state: "warn",
        message: `There is a different key in ${holder} (${inspected.key.mask}) from the one that profile "${profile}" describes (${known.key}).`,
        hint: `Check the one it holds: ${commandFor(profile, "verify")}`,
      };
    case "missing":
      if (store.kind !== known.store) throw noKey(profile, store, known);
      return {
        state: "fail",
        code: exitCodes.noKey,
        message: `The key of profile "${profile}" ${absentFrom(store, known, inspected.place)}.`,
        hint: `Put it back, or store a new one: ${commandFor(profile, "init")}`,
      };
    case "unread":
      return {
        state: "skipped",
        message: `${where}, according to the profile. It was not read, because ${inspected.because}.`,
      };
    case "unusable":
      // The keychain's own check reports what is wrong with it.
      if (store.kind === "keychain" && inspected.failure.kind !== "store-damaged") {
        return { state: "skipped", message: `The key was not read. ${inspected.failure.message}` };
      }
      throw inspected.failure;
  }
}

/** Whether Mistral accepts the key and a model answers, as in `verify`, but records nothing. */
export const mistralCheck: Check = {
  id: "mistral",
  title: "Key at Mistral",
  limitMs: 30_000,
  run: async ({ deps, profile, known, store, endpoint, inspection, network }) => {
    if (network === undefined) return offline;
    const inspected = await inspection();
    if (inspected.state !== "found") {
      const hint = inspected.state === "unread" ? `To try it: ${commandFor(profile, "verify")}` : undefined;
      return { state: "skipped", message: "No key was read, so none was tried.", hint };
    }
    if ((await network()).outcome.kind === "failure") {
      return { state: "skipped", message: "Mistral was not reached, for the reason above." };
    }
    const { key } = inspected;
    const { history } = recall(deps, { profile, key, store, endpoint }, known);
    const api = await deps.mistral(endpoint);
    const check = await api.checkKey(key, { history, signal: deps.signal });
    const explanation = explain(check);
    const { hint, next = [] } = explanation;
    const message = inLines(explanation);
    const commands = next.map(({ command, does }) => `To ${does}: ${commandOf(profile, command)}`);
    const advice = joinHints(hint, ...commands);
    const verdict = verdictOf(check);
    if (verdict === "usable") return { state: "ok", message };
    // A passing limit is no fault of this machine or key.
    if (verdict === "limited" && check.diagnosis !== "no-plan")
      return { state: "warn", message, hint: advice };
    return { state: "fail", code: codeOfDiagnosis[check.diagnosis], message, hint: advice };
  },
};
