import type { ApiKey } from "../../keys/api-key.ts";

/** How a question that does not ask for a key handles a pasted one. */
export interface PastedKeyQuestion<Pasted> {
  /**
   * If set, a pasted key of the usual shape is accepted: it stays hidden, Enter confirms it, and this
   * function's result is the answer. If not set, a pasted key is ignored.
   */
  readonly onKeyPasted?: ((key: ApiKey) => Pasted) | undefined;
}

/** One row of a {@link Prompts.choose} list. */
export interface Choice<Value> {
  readonly value: Value;
  readonly name: string;
  /** Printed dim, beside the name. */
  readonly description?: string;
}

/** Options of {@link Prompts.choose}. */
export interface ChooseQuestion<Value, Pasted = unknown> extends PastedKeyQuestion<Pasted> {
  readonly message: string;
  readonly choices: readonly Choice<Value>[];
  readonly initial?: Value;
}

/** Options of {@link Prompts.confirm}. */
export interface ConfirmQuestion<Pasted = unknown> extends PastedKeyQuestion<Pasted> {
  readonly message: string;
  readonly initial: boolean;
}

/** Options of {@link Prompts.text}. */
export interface TextQuestion<Pasted = unknown> extends PastedKeyQuestion<Pasted> {
  readonly message: string;
  /** Shown while nothing is entered. */
  readonly example?: string;
  /** If set, asks for a day, maybe on a calendar: earliest and preselected day, as `YYYY-MM-DD`. */
  readonly day?: { readonly first: string; readonly initial: string };
  /** Returns why a text is invalid, as a sentence, or `undefined`. */
  readonly check?: (text: string) => string | undefined;
}

/** A key of {@link Prompts.press}: a letter or `enter`, and what it does. */
export interface PressKey<Value> {
  readonly press: string;
  readonly does: string;
  readonly value: Value;
}

/** Options of {@link Prompts.press}. */
export interface PressQuestion<Value, Pasted = unknown> extends PastedKeyQuestion<Pasted> {
  readonly keys: readonly PressKey<Value>[];
}

/**
 * Answers other than a key: `back` on `b` and Enter; `stuck` if pasting seems not to work, that is, on the
 * second Ctrl-V that pasted nothing or Enter with nothing entered.
 */
export type InsteadOfKey = "back" | "stuck";

/** Options of {@link Prompts.key}. */
export interface KeyQuestion<Instead extends InsteadOfKey = never> {
  readonly message: string;
  /** What Enter on empty input selects: a made-up key, in a demonstration. */
  readonly offered?: ApiKey | undefined;
  readonly instead?: readonly Instead[] | undefined;
}

/** Options of {@link Prompts.passphrase}. */
export interface PassphraseQuestion {
  readonly message: string;
  /** For a new passphrase: the fewest characters it may have. It is asked for twice, until both match. */
  readonly atLeast?: number;
}

/**
 * Questions to the user, on stderr. Each throws `Cancelled` on Ctrl-C, on Ctrl-D with nothing typed, and
 * when the terminal goes away; each restores the terminal. Type-ahead never answers a question, nor does a
 * paste, except where text is asked for; keys that a question does not offer are ignored.
 */
export interface Prompts {
  /** A choice from a list: arrows, `j` and `k`, or its number, then Enter. */
  choose<Value, Pasted = never>(question: ChooseQuestion<Value, Pasted>): Promise<Value | Pasted>;

  confirm<Pasted = never>(question: ConfirmQuestion<Pasted>): Promise<boolean | Pasted>;

  /** A line of text. A pasted key is never shown. */
  text<Pasted = never>(question: TextQuestion<Pasted>): Promise<string | Pasted>;

  /** One of the offered keys, without Enter except in plain prompts; the line lists the keys. */
  press<Value, Pasted = never>(question: PressQuestion<Value, Pasted>): Promise<Value | Pasted>;

  /**
   * Captures a key without showing any part of it. While it is entered, shows how many characters arrived
   * and whether the shape is the usual one; if it is not, asks whether to use it anyway.
   */
  key<Instead extends InsteadOfKey = never>(question: KeyQuestion<Instead>): Promise<ApiKey | Instead>;

  /** A passphrase, hidden, exactly as entered; never empty. */
  passphrase(question: PassphraseQuestion): Promise<string>;

  /**
   * Discards keyboard input while `work` runs without prompting: anything typed or pasted meanwhile, such
   * as the key a second time, is neither echoed nor answers the next question. Ctrl-C works. Do not wrap a
   * program that takes over the terminal.
   */
  quietly<Result>(work: () => Promise<Result>): Promise<Result>;
}
