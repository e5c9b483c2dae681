import { MistralKeyError } from "../../errors.ts";
import { ApiKey } from "../../keys/api-key.ts";
import { maskKeys } from "../../keys/mask.ts";
import { cleanText } from "../../outside-text.ts";
import { runProgram } from "../../running/start-program.ts";
import type { TargetContext } from "../target.ts";

interface ProgramFacts {
  readonly name: string;
  /** How to get it, as a sentence. */
  readonly install: string;
  /** What to do when it refuses; its own words say why. */
  readonly hint?: string;
  /** Variables that it does not inherit. */
  readonly without?: readonly string[];
}

/** The options of a call. */
export interface ProgramCall {
  /** For stdin: a key, or text with one. */
  readonly input?: ApiKey | string | Buffer;
  /** A key to mask in what it prints. */
  readonly key?: ApiKey | undefined;
  /** Absolute; the home folder if absent, which exists wherever the command was started. */
  readonly cwd?: string;
  /** How to decode its stdout; UTF-8 if absent. */
  readonly encoding?: "latin1";
  /** Matches stderr if there is nothing yet: not a failure, the answer is empty. */
  readonly absent?: RegExp;
}

interface ProgramAnswer {
  readonly stdout: string;
  /** Its stderr, cleaned for display, every key masked. */
  readonly said: string;
}

/** The time limit of a call, in milliseconds; no method of a target makes more than two. */
const defaultLimitMs = 25_000;
/** Not inherited: its output is read here, as a pipe gets it, without colours and tables for a terminal. */
const forcing = ["CLICOLOR_FORCE", "FORCE_COLOR", "GH_FORCE_TTY"];
const unknownWords =
  /unknown (?:flag|command|shorthand|or unexpected option)|unrecognized (?:option|argument)|invalid choice|no such option/i;

/**
 * A program of the user's own that a target runs because it is signed in. A key is passed on its standard
 * input only.
 *
 * @returns runs it to completion; throws MistralKeyError of kind `usage`, with a hint if known, if it fails,
 *   is missing or too old, times out, or cannot be started
 */
export function ownersProgram(
  { name, install, hint, without = [] }: ProgramFacts,
  { processContext, signal, programLimitMs = defaultLimitMs }: TargetContext,
) {
  const { env, platform, home } = processContext;
  const variables = Object.fromEntries([...forcing, ...without].map((variable) => [variable, undefined]));
  return async (
    args: readonly string[],
    { input, key, cwd, encoding, absent }: ProgramCall = {},
  ): Promise<ProgramAnswer> => {
    const keys = [key, input].filter((one) => one instanceof ApiKey);
    const outcome = await runProgram(name, args, {
      env,
      platform,
      signal,
      keys,
      variables,
      cwd: cwd ?? home,
      timeLimitMs: programLimitMs,
      sizeLimit: 1024 * 1024,
      ...(input !== undefined && { input }),
    });
    switch (outcome.kind) {
      case "exited": {
        // It may show another key, too: the one that it replaces.
        const said = cleanText(maskKeys(outcome.stderr.toString()), keys);
        if (outcome.code === 0) return { stdout: outcome.stdout.toString(encoding), said };
        if (absent?.test(said)) return { stdout: "", said };
        if (unknownWords.test(said))
          throw failure(`${name} here is too old for this: ${said}`, `Update it. ${install}`);
        throw failure(`${name} refused: ${said === "" ? `exit code ${outcome.code}` : said}`, hint);
      }
      case "not-found":
        throw failure(`The program ${name} is not installed.`, install);
      case "not-started":
        throw failure(`The program ${name} could not be started (${outcome.code}).`);
      case "timed-out": {
        const limit = `${programLimitMs / 1000} seconds`;
        throw failure(
          `${name} did not finish within ${limit}, and was stopped.`,
          "Try running it by itself.",
        );
      }
      default:
        throw failure(`${name} was stopped before it had finished.`);
    }
  };
}

/** Parses what a program printed as JSON. */
export function parseAnswer(name: string, { stdout }: ProgramAnswer): object {
  try {
    const value: unknown = JSON.parse(stdout);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Same failure; not quoted, as it may hold a secret.
  }
  throw failure(`What ${name} answered is not understood.`);
}

function failure(message: string, hint?: string): MistralKeyError {
  return new MistralKeyError("usage", message, { hint });
}
