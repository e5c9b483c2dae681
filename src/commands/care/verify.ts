import { receiveKey } from "../../capture/receive-key.ts";
import type { CommandInput } from "../../cli/command-types.ts";
import type { Flags } from "../../cli/flags.ts";
import type { Deps } from "../../deps.ts";
import { MistralKeyError } from "../../errors.ts";
import { type ExitCode, exitCodeOfKind } from "../../exit-codes.ts";
import { commandFor } from "../../hints.ts";
import { defaultProfile, type ProfileName } from "../../keys/profile-name.ts";
import { type KeyCheck, newKey } from "../../mistral/mistral-api.ts";
import { endpointFor } from "../../profiles/profile.ts";
import { readSettings, type Settings } from "../../settings.ts";
import { quietly } from "../../terminal/absence.ts";
import { failureDocument } from "../../terminal/output/failure.ts";
import { checkQuietly, checkWithProgress } from "../../verification/check-with-progress.ts";
import { printKeyCard } from "../../verification/key-card.ts";
import { printNotes, printVerdict, printVerdictRows } from "../../verification/print-verification.ts";
import {
  exitCodeOf,
  type Verification,
  verificationDocument,
} from "../../verification/verification-document.ts";
import {
  type ProfileResult,
  verifyEveryProfile,
  worstExitCode,
} from "../../verification/verify-every-profile.ts";
import { conclude, type FoundKey, findKey, type VerifiedKey } from "../../verification/verify-profile.ts";

interface VerifyOptions extends Settings {
  readonly from: "profile" | "every-profile" | "stdin";
  readonly quick: boolean;
  readonly model: string | undefined;
  readonly minDays: number | undefined;
}

/** Checks a key with test calls, and writes down what came of it where the key is a stored one. */
export async function verify({ flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const options = readOptions(flags, deps);
  switch (options.from) {
    case "stdin":
      return await quietly(deps, () => verifyKeyOnStdin(deps, options));
    case "every-profile":
      return await verifyAll(deps, options);
    case "profile":
      return await verifyStoredKey(deps, options);
  }
}

function readOptions(flags: Flags, deps: Deps): VerifyOptions {
  const settings = readSettings(flags, deps);
  const from = flags.on("stdin") ? "stdin" : flags.on("all") ? "every-profile" : "profile";
  const minDays = readMinDays(flags.value("minDays"), settings.profile);
  if (from === "stdin" && minDays !== undefined) {
    throw new MistralKeyError("usage", "--min-days cannot be used with --stdin.", {
      hint: "Only for a stored key does mistral-key know on which day it ends.",
    });
  }
  const model = flags.value("model")?.trim();
  if (model === "") {
    throw new MistralKeyError("usage", "--model needs the name of a model.", {
      hint: `For example: ${commandFor(settings.profile, "verify --model mistral-small-latest")}`,
    });
  }
  return { ...settings, from, quick: flags.on("quick"), model, minDays };
}

function readMinDays(text: string | undefined, profile: ProfileName): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text.trim())) return Number(text);
  throw new MistralKeyError("usage", "--min-days needs a number of days.", {
    hint: `For example: ${commandFor(profile, "verify --min-days 14")}`,
  });
}

async function verifyStoredKey(deps: Deps, options: VerifyOptions): Promise<ExitCode> {
  const found = await findKey(deps, options);
  const checkOptions = { history: found.history, quick: options.quick, model: options.model };
  const check = options.json ? checkQuietly : checkWithProgress;
  let verified = conclude(deps, found, await check(deps, found.key, found.endpoint, checkOptions));
  if (options.json) deps.output.json(verificationDocument(verified));
  else {
    printOne(deps, verified);
    if (await agreesToTryCodestral(deps, found, verified.check)) {
      const asked = { ...checkOptions, tryCodestral: true };
      verified = conclude(deps, found, await check(deps, found.key, found.endpoint, asked));
      printVerdict(deps.output, verified);
    }
  }
  printNotes(deps.output, verified.notes);
  return exitCodeOf(verified);
}

function printOne({ output }: Pick<Deps, "output">, verified: VerifiedKey): void {
  printVerdict(output, verified);
  const { check, knowledge, storeName, now } = verified;
  if (check.diagnosis === "valid")
    printKeyCard(output.answers, { profile: knowledge, storeName, check, now });
}

/** Sending a key to another address needs the person's word, even though that one is Mistral's as well. */
async function agreesToTryCodestral(deps: Deps, found: FoundKey, check: KeyCheck): Promise<boolean> {
  // Where the verdict goes into a file, nobody has read it yet.
  if (!deps.interactive || !deps.stdoutIsTerminal) return false;
  if (check.diagnosis !== "invalid-key" || found.history.lastAcceptedAt !== null) return false;
  if (!(await deps.mistral(found.endpoint)).canTryCodestral) return false;
  const prompts = await deps.prompts();
  deps.output.print();
  return await prompts.confirm({
    message: "Try it at codestral.mistral.ai, to see whether it is a Codestral key?",
    initial: false,
  });
}

async function verifyKeyOnStdin(deps: Deps, options: VerifyOptions): Promise<ExitCode> {
  const key = await receiveKey(deps, { message: "The key to check", flags: "mistral-key verify --stdin" });
  const endpoint = endpointFor(options, undefined);
  const { quick, model } = options;
  const ask = options.json ? checkQuietly : checkWithProgress;
  const check = await ask(deps, key, endpoint, { history: newKey, quick, model });
  const verification: Verification & { readonly check: KeyCheck } = {
    profile: null,
    key,
    store: null,
    check,
    expiresAt: undefined,
    now: deps.now(),
  };
  if (options.json) deps.output.json(verificationDocument(verification));
  else printVerdict(deps.output, verification);
  return exitCodeOf(verification);
}

async function verifyAll(deps: Deps, options: VerifyOptions): Promise<ExitCode> {
  const { output } = deps;
  const names = deps.profiles.list().map(({ name }) => name);
  // A key may be in the keychain without a profile that lists it.
  const profiles = names.length === 0 ? [defaultProfile] : names;
  const results = await verifyEveryProfile(deps, profiles, options);
  const [only] = results;
  if (names.length === 0 && only !== undefined && "failure" in only) throw only.failure;
  if (options.json) output.json({ profiles: results.map(documentOf) });
  else printVerdictRows(output.answers, results.map(rowOf));
  printNotes(
    output,
    results.flatMap((result) => ("failure" in result ? [] : result.verified.notes)),
  );
  return worstExitCode(results.map(codeOf));
}

function codeOf(result: ProfileResult): ExitCode {
  return "failure" in result ? exitCodeOfKind(result.failure.kind) : exitCodeOf(result.verified);
}

function documentOf(result: ProfileResult): unknown {
  if ("verified" in result) return verificationDocument(result.verified);
  return { profile: result.profile, ok: false, ...failureDocument(result.failure, codeOf(result)) };
}

function rowOf(result: ProfileResult) {
  const { profile } = result;
  return "failure" in result
    ? { profile, code: codeOf(result), failure: result.failure.message }
    : { profile, code: codeOf(result), verification: result.verified };
}
