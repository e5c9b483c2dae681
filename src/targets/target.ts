import type { ProcessContext } from "../files/process-context.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";

/**
 * A place that a key is delivered to: a dotenv file, another tool's settings, a service's secret. Every
 * method ends within a minute, or throws a MistralKeyError that says what is wrong and what to do; none shows
 * a key, or passes one to a program except on its standard input. What `check` and `deliver` resolve with has
 * no meaning.
 */
export interface Target {
  /** What it is, for use in a sentence: `the dotenv file .env`, `GitHub Actions (ada/engine)`. */
  readonly words: string;

  /** When what already runs there gets a delivered key, as a sentence; absent if that is at once, or unknown. */
  readonly takesEffect?: string;

  /**
   * Checks, without changing anything, that a delivery can succeed: the program is installed and signed in,
   * the file is writable.
   */
  check(): Promise<unknown>;

  /** Stores a key there, replacing an earlier one. */
  deliver(key: ApiKey): Promise<unknown>;

  /**
   * Returns the values stored there, the one in use last, or an empty text for none; `undefined` if unreadable.
   *
   * @param key - must not appear in an error
   */
  read(key: ApiKey): Promise<readonly string[] | undefined>;

  /** Whether it holds a key at all: in a comment of its file, which `remove` leaves, or in a second place. */
  holds?(key: ApiKey): Promise<boolean>;

  /**
   * Removes what is there, and nothing else.
   *
   * @param key - the one assumed to be there
   * @returns a sentence about the result
   */
  remove(key: ApiKey): Promise<string>;
}

/** Which key a target has, if it can be read. */
export type KeyThere = "same" | "another" | "none" | "unreadable";

/** Checks which key a target has. */
export async function keyThere(target: Target, key: ApiKey): Promise<KeyThere> {
  const values = await target.read(key);
  if (values === undefined) return "unreadable";
  const there = values.at(-1) ?? "";
  if (there === "") return "none";
  return there === key.reveal() ? "same" : "another";
}

/**
 * Removes a key from a target. A different key stays, if it can be read.
 *
 * @returns what is there now, as a sentence
 */
export async function forgetKey(target: Target, key: ApiKey): Promise<string> {
  const there = await keyThere(target, key);
  if (there === "same" || there === "unreadable" || (await target.holds?.(key)))
    return await target.remove(key);
  if (there === "none") return `There is no key in ${target.words}.`;
  return `There is another key in ${target.words}, which stays there.`;
}

/** What every target needs. */
export interface TargetContext {
  readonly profile: ProfileName;
  readonly processContext: ProcessContext;
  readonly signal: AbortSignal;
  /** The time limit of a program that a target runs, in milliseconds; 25 seconds if absent. */
  readonly programLimitMs?: number | undefined;
}

/** The result of a delivery. Part of the stable `--json` surface. */
export interface DeliveryReport {
  /** The target as one word. */
  readonly target: string;
  readonly ok: boolean;
  /** For people. */
  readonly message: string;
}
