import { receiveKey } from "../../capture/receive-key.ts";
import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { Cancelled, MistralKeyError } from "../../errors.ts";
import { codeOfKind, type ExitCode } from "../../exit-codes.ts";
import { commandFor, shellWord } from "../../hints.ts";
import type { ProfileName } from "../../keys/profile-name.ts";
import { newKey } from "../../mistral/mistral-api.ts";
import { endpointFor } from "../../profiles/profile.ts";
import { readSettings, type Settings } from "../../settings.ts";
import { quietly } from "../../terminal/absence.ts";
import { failureDocument } from "../../terminal/output/failure.ts";
import { checkWithProgress } from "../../verification/check-with-progress.ts";
import { printKeyCard } from "../../verification/key-card.ts";
import { printNotes, printVerdict, printVerdictRows } from "../../verification/print-verdict.ts";
import {
  type CheckedKey,
  exitCodeOfVerification,
  verificationDocument,
} from "../../verification/verification-document.ts";
import {
  type ProfileResult,
  verifyEveryProfile,
  worstExitCode,
} from "../../verification/verify-every-profile.ts";
import { type VerifyRequest, verifyProfile } from "../../verification/verify-profile.ts";

type VerifyOptions = Settings & VerifyRequest;

/** Checks a key with test calls, and saves the result if the key is a stored one. */
export async function verify({ flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const settings = readSettings(flags, deps);
  const minDays = readMinDays(flags.value("minDays"), settings.profile);
  const options = { ...settings, quick: flags.on("quick"), model: flags.value("model"), minDays };
  if (flags.on("stdin")) return await quietly(deps, () => verifyStdin(deps, options));
  return flags.on("all") ? await verifyAll(deps, options) : await verifyStored(deps, options);
}

function readMinDays(text: string | undefined, profile: ProfileName): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text.trim())) return Number(text);
  throw new MistralKeyError("usage", "--min-days needs a number of days.", {
    hint: `For example: ${commandFor(profile, "verify --min-days 14")}`,
  });
}

async function verifyStored(deps: Deps, options: VerifyOptions): Promise<ExitCode> {
  const { output } = deps;
  const verified = await verifyProfile(deps, { ...options, silent: options.json });
  const { check, knowledge } = verified;
  if (options.json) output.json(verificationDocument(verified));
  else printVerdict(output, verified);
  if (!options.json && check.diagnosis === "valid") {
    printKeyCard(output.answers, knowledge, check, verified.now);
  }
  printNotes(output, verified.notes);
  return exitCodeOfVerification(verified);
}

async function verifyStdin(deps: Deps, options: VerifyOptions): Promise<ExitCode> {
  const { json, quick, model } = options;
  const key = await receiveKey(deps, "The key to check");
  const endpoint = endpointFor(options, undefined);
  const check = await checkWithProgress(deps, key, endpoint, {
    history: newKey,
    quick,
    model,
    silent: json,
  });
  const now = deps.now();
  const checked: CheckedKey = { profile: null, key, store: null, check, expiresAt: undefined, now };
  if (json) deps.output.json(verificationDocument(checked));
  else printVerdict(deps.output, checked);
  return exitCodeOfVerification(checked);
}

async function verifyAll(deps: Deps, options: VerifyOptions): Promise<ExitCode> {
  const { output } = deps;
  const { results, unchecked } = await verifyEveryProfile(deps, options);
  if (unchecked > 0 && (options.json || results.length === 0)) throw new Cancelled();
  if (options.json) output.json({ profiles: results.map(documentOf) });
  else {
    printVerdictRows(output.answers, results);
    const faultOf = (one: ProfileResult) =>
      "failure" in one ? one.failure.kind : one.verified.check.diagnosis;
    const faults = results.map(faultOf);
    // One for each fault.
    const explained = results.filter(
      (one, at) => faults.indexOf(faultOf(one)) === at && faultOf(one) !== "valid",
    );
    // With the model that was asked for: the default one may answer well.
    const words = options.model === undefined ? "verify" : `verify --model ${shellWord(options.model)}`;
    const commands = explained.map(({ profile }) => commandFor(profile, words));
    if (commands.length > 0) output.answers.next(`What it means, and what to do: ${commands.join("\n")}`, 0);
  }
  printNotes(
    output,
    results.flatMap((result) => ("failure" in result ? [] : result.verified.notes)),
  );
  if (unchecked > 0) {
    const total = results.length + unchecked;
    throw new Cancelled(
      `Stopped after ${results.length} of ${total} keys; the results above have been saved.`,
    );
  }
  return worstExitCode(results.map(codeOf));
}

function codeOf(result: ProfileResult): ExitCode {
  return "failure" in result ? codeOfKind[result.failure.kind] : exitCodeOfVerification(result.verified);
}

function documentOf(result: ProfileResult): unknown {
  if ("verified" in result) return verificationDocument(result.verified);
  return { profile: result.profile, ok: false, ...failureDocument(result.failure, codeOf(result)) };
}
