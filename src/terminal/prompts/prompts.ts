import type { ApiKey } from "../../keys/api-key.ts";

/** What a question that does not ask for a key does when one is pasted at it. */
export interface PastedKeyQuestion<Pasted> {
  /**
   * Where given, a pasted key of the usual shape is taken: it is not shown, Enter confirms it, and
   * what this makes of it is the answer. Where absent, nothing is taken of it.
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

/** What {@link Prompts.choose} is asked with. */
export interface ChooseQuestion<Value, Pasted = unknown> extends PastedKeyQuestion<Pasted> {
  readonly message: string;
  readonly choices: readonly Choice<Value>[];
  readonly initial?: Value;
}

/** What {@link Prompts.confirm} is asked with. */
export interface ConfirmQuestion<Pasted = unknown> extends PastedKeyQuestion<Pasted> {
  readonly message: string;
  readonly initial: boolean;
}

/** What {@link Prompts.text} is asked with. */
export interface TextQuestion<Pasted = unknown> extends PastedKeyQuestion<Pasted> {
  readonly message: string;
  /** Shown while nothing is entered. */
  readonly example?: string;
  /** A day is asked for, which a calendar can be shown for: the earliest, and the one to begin at, as `YYYY-MM-DD`. */
  readonly day?: { readonly first: string; readonly initial: string };
  /** The sentence to show when a text will not do, or `undefined`. */
  readonly check?: (text: string) => string | undefined;
}

/** One of the keys of {@link Prompts.press}: a letter or `enter`, and what it does. */
export interface PressKey<Value> {
  readonly press: string;
  readonly does: string;
  readonly value: Value;
}

/** What {@link Prompts.press} is asked with. */
export interface PressQuestion<Value, Pasted = unknown> extends PastedKeyQuestion<Pasted> {
  readonly keys: readonly PressKey<Value>[];
  /** Whether the line goes away with the question, where something can be redrawn. */
  readonly fleeting?: boolean;
}

/**
 * What may be answered instead of a key: `back` with `b` and Enter; `stuck` is the answer of somebody
 * whose terminal does not seem to paste, at the second Ctrl-V that pasted nothing or Enter with nothing entered.
 */
export type InsteadOfKey = "back" | "stuck";

/** What {@link Prompts.key} is asked with. */
export interface KeyQuestion<Instead extends InsteadOfKey = never> {
  readonly message: string;
  /** What Enter takes while nothing is entered: a key that was made up, in a demonstration. */
  readonly offered?: ApiKey | undefined;
  readonly instead?: readonly Instead[] | undefined;
}

/** What {@link Prompts.passphrase} is asked with. */
export interface PassphraseQuestion {
  readonly message: string;
  /** For a new one: asks for it twice, until both are the same. */
  readonly confirm?: boolean;
}

/**
 * Questions to a person, on stderr. Each throws `Cancelled` on Ctrl-C, on Ctrl-D where nothing is
 * typed, and when the terminal goes away; each leaves the terminal as it was and returns a plain
 * value. What was typed before a question was asked does not answer it, nor does a paste, except
 * where text is asked for; keys that a question does not offer do nothing.
 */
export interface Prompts {
  /** One of several, by the arrows, `j` and `k`, or its number, and Enter. */
  choose<Value, Pasted = never>(question: ChooseQuestion<Value, Pasted>): Promise<Value | Pasted>;

  confirm<Pasted = never>(question: ConfirmQuestion<Pasted>): Promise<boolean | Pasted>;

  /** A line of text. A pasted key never shows here. */
  text<Pasted = never>(question: TextQuestion<Pasted>): Promise<string | Pasted>;

  /** One of the offered keys, at once and without Enter; the keys are printed as the line to read. */
  press<Value, Pasted = never>(question: PressQuestion<Value, Pasted>): Promise<Value | Pasted>;

  /**
   * Captures a key without showing it or any part of it. While it is typed or pasted, tells how
   * many characters came in and whether the shape is the usual one; asks whether to use it all the
   * same when it is not.
   */
  key<Instead extends InsteadOfKey = never>(question: KeyQuestion<Instead>): Promise<ApiKey | Instead>;

  /** A passphrase, not shown, exactly as it was entered; never empty. */
  passphrase(question: PassphraseQuestion): Promise<string>;

  /**
   * Keeps the keyboard silent while something is done that asks nothing: what is typed or pasted
   * meanwhile, a key for the second time say, neither shows on the screen nor answers the next
   * question. Ctrl-C works. Not around a program that has the terminal for itself.
   */
  quietly<Result>(work: () => Promise<Result>): Promise<Result>;
}
