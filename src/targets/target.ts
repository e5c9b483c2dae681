import type { ProcessContext } from "../files/process-context.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";

/**
 * A place that a key is delivered to: a dotenv file, another tool's settings, a secret of a service.
 * Every method ends within a minute, and throws a MistralKeyError that says what is in the way and
 * what to do about it; none shows a key, or hands it to a program but on its standard input.
 */
export interface Target {
  /** What it is, to stand in a sentence: `the dotenv file .env`, `GitHub Actions of ada/engine`. */
  readonly words: string;

  /**
   * Makes sure that a delivery can succeed (the program is there and signed in, the file may be
   * written), without changing anything.
   */
  check(): Promise<void>;

  /** Puts a key there, in the place of one that an earlier delivery left. */
  deliver(key: ApiKey): Promise<void>;

  /**
   * What is there in the place of a key; empty where there is nothing, `undefined` where it is never shown.
   *
   * @param key - one that must not show in a failure
   */
  read(key: ApiKey): Promise<string | undefined>;

  /**
   * Takes away what is there, and nothing else.
   *
   * @param key - what is there, as far as that can be read
   * @returns what is to be known of it, as a sentence
   */
  remove(key: ApiKey): Promise<string>;
}

/** Which key is at a target, as far as it can be read there. */
export type KeyThere = "same" | "another" | "none" | "unreadable";

/** Looks which key is at a target. */
export async function keyThere(target: Target, key: ApiKey): Promise<KeyThere> {
  const there = await target.read(key);
  if (there === undefined) return "unreadable";
  if (there === "") return "none";
  return there === key.reveal() ? "same" : "another";
}

/**
 * Takes a key away from a target. Another one that is there by now stays, where it can be read which it is.
 *
 * @returns what is there now, as a sentence
 */
export async function forgetKey(target: Target, key: ApiKey): Promise<string> {
  const there = await keyThere(target, key);
  if (there === "none") return `There is no key in ${target.words}.`;
  if (there === "another") return `There is another key in ${target.words}, which stays there.`;
  return await target.remove(key);
}

/** What targets are made with. */
export interface TargetContext {
  readonly profile: ProfileName;
  readonly processContext: ProcessContext;
  readonly signal: AbortSignal;
  /** How long a program that a target goes through may take, in milliseconds; 25 seconds where absent. */
  readonly programLimitMs?: number | undefined;
}

/** What became of a delivery. Part of the stable `--json` surface. */
export interface DeliveryReport {
  /** The target as one word. */
  readonly target: string;
  readonly ok: boolean;
  /** One sentence for people. */
  readonly message: string;
}
