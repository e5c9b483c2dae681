import { MistralKeyError } from "../../errors.ts";
import { ApiKey } from "../../keys/api-key.ts";
import { cleanText } from "../../outside-text.ts";
import { runProgram } from "../../running/start-program.ts";
import type { TargetContext } from "../target.ts";

/** What is to be known of a program that a target goes through. */
export interface ProgramFacts {
  readonly name: string;
  /** How to get it, as a sentence. */
  readonly install: string;
  /** What to do about what it says of a failure, as a sentence. */
  readonly hintFor?: (said: string) => string | undefined;
}

/** What such a program is called with. */
export interface ProgramCall {
  /** A key, or a text that has one in it. */
  readonly input?: ApiKey | string;
  /** A key that the program may say again. */
  readonly key?: ApiKey | undefined;
  /** Absolute; without it the home folder, which is there wherever the command was started. */
  readonly cwd?: string;
  /** What it says where there is nothing yet, which is no failure: its answer is empty then. */
  readonly absent?: RegExp;
}

/** What a program answered. */
export interface ProgramAnswer {
  readonly stdout: string;
  /** What it said on stderr, fit to be shown. */
  readonly said: string;
}

/** How long a program may take, in milliseconds; no method of a target makes more than two calls. */
const defaultLimitMs = 25_000;
const unknownWords =
  /unknown (?:flag|command|shorthand|or unexpected option)|unrecognized (?:option|argument)|invalid choice|no such option/i;

/**
 * A program of the person's own that a target goes through: it is signed in, this one is not. A key
 * goes to its standard input alone.
 */
export class OwnersProgram {
  readonly #facts: ProgramFacts;
  readonly #context: TargetContext;

  constructor(facts: ProgramFacts, context: TargetContext) {
    this.#facts = facts;
    this.#context = context;
  }

  /**
   * Runs it to its end.
   *
   * @throws MistralKeyError of kind `usage`, with what to do about it, when it fails, is missing, too
   *   old, does not end, or cannot be started
   */
  async run(args: readonly string[], { input, key, cwd, absent }: ProgramCall = {}): Promise<ProgramAnswer> {
    const { name, install, hintFor } = this.#facts;
    const { processContext, signal, programLimitMs = defaultLimitMs } = this.#context;
    const { env, platform, home } = processContext;
    const keys = [key, input].filter((one) => one instanceof ApiKey);
    const outcome = await runProgram(name, args, {
      env,
      platform,
      signal,
      keys,
      cwd: cwd ?? home,
      timeLimitMs: programLimitMs,
      sizeLimit: 1024 * 1024,
      ...(input !== undefined && { input }),
    });
    switch (outcome.kind) {
      case "exited": {
        const said = cleanText(outcome.stderr.toString(), keys);
        if (outcome.code === 0) return { stdout: outcome.stdout.toString(), said };
        if (absent?.test(said)) return { stdout: "", said };
        if (unknownWords.test(said))
          throw failure(`${name} here is too old for this: ${said}`, `Update it. ${install}`);
        throw failure(
          `${name} refused: ${said === "" ? `exit code ${outcome.code}` : said}`,
          hintFor?.(said),
        );
      }
      case "not-found":
        throw failure(`The program ${name} is not installed.`, install);
      case "not-started":
        throw failure(`The program ${name} could not be started (${outcome.code}).`);
      case "timed-out": {
        const limit = `${programLimitMs / 1000} seconds`;
        throw failure(`${name} did not end within ${limit}, and was stopped.`, "Try running it by itself.");
      }
      default:
        throw failure(`${name} was stopped before it had ended.`);
    }
  }

  /** The object that it answered in JSON. */
  parse(stdout: string): object {
    try {
      const value: unknown = JSON.parse(stdout);
      if (typeof value === "object" && value !== null) return value;
    } catch {
      // The same failure; what it wrote instead may hold a secret.
    }
    throw failure(`What ${this.#facts.name} answered is not understood.`);
  }
}

function failure(message: string, hint?: string): MistralKeyError {
  return new MistralKeyError("usage", message, { hint });
}
