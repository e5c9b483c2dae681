import type { ProcessContext } from "../files/process-context.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";

/** Which key is at a target, as far as it can be read there. */
export type KeyThere = "same" | "another" | "none" | "unreadable";

/**
 * A place that a key is delivered to: a dotenv file, another tool's settings, a secret of a service.
 * Every method ends within a minute, and throws a MistralKeyError that says what is in the way and
 * what to do about it; none shows a key, or hands it to a program but on its standard input.
 */
export interface Target {
  /** In words, to stand in a sentence: `the dotenv file .env`, `GitHub Actions of ada/engine`. */
  describe(): string;

  /**
   * Makes sure that a delivery can succeed (the program is there and signed in, the file may be
   * written), without changing anything.
   */
  check(): Promise<void>;

  /** Puts a key there, in the place of one that an earlier delivery left. */
  deliver(key: ApiKey): Promise<void>;

  /** Which key is there. A place that never shows what it keeps answers `unreadable`. */
  readBack(key: ApiKey): Promise<KeyThere>;

  /**
   * Takes this key away from there, and nothing else: another key that is there by now stays, where
   * it can be read which one it is.
   *
   * @param key - the one that is stored
   * @returns what is there now, as a sentence
   */
  forget(key: ApiKey): Promise<string>;
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
