import type { ApiKey } from "../../keys/api-key.ts";

/** One row of a {@link Prompts.choose} list. */
export interface Choice<Value> {
  readonly value: Value;
  readonly name: string;
  /** Printed dim, beside the name. */
  readonly description?: string;
}

/** One of the keys of {@link Prompts.press}: a letter, `enter`, `space` or `escape`, and what it does. */
export interface PressKey<Value> {
  readonly press: string;
  readonly does: string;
  readonly value: Value;
}

/** What {@link Prompts.press} is asked with. */
export interface PressQuestion<Value> {
  readonly keys: readonly PressKey<Value>[];
  /** What to say when something is pasted, which is no answer. */
  readonly onPaste?: string;
}

/** What {@link Prompts.key} is asked with. */
export interface KeyQuestion {
  readonly message: string;
  /** Where given, `b` and Enter do this, and then the question comes again. */
  readonly onBack?: (() => Promise<void>) | undefined;
}

/**
 * Questions to a person, on stderr. Each throws `Cancelled` on Ctrl-C, on Ctrl-D where nothing is
 * typed, and when the terminal goes away; each leaves the terminal as it was and returns a plain
 * value. What was typed before a question was asked does not answer it, nor does a paste, except
 * where text is asked for.
 */
export interface Prompts {
  choose<Value>(question: {
    readonly message: string;
    readonly choices: readonly Choice<Value>[];
    readonly initial?: Value;
  }): Promise<Value>;

  confirm(question: { readonly message: string; readonly initial: boolean }): Promise<boolean>;

  /**
   * A line of text. `example` is shown while nothing is entered; `check` gives the sentence to show
   * when the text will not do, or `undefined`.
   */
  text(question: {
    readonly message: string;
    readonly initial?: string;
    readonly example?: string;
    readonly check?: (text: string) => string | undefined;
  }): Promise<string>;

  /** One of the offered keys, at once and without Enter; the keys are printed as the line to read. */
  press<Value>(question: PressQuestion<Value>): Promise<Value>;

  /**
   * Captures a key without showing it or any part of it. While it is typed or pasted, tells how
   * many characters came in and whether the shape is the usual one; asks whether to use it all the
   * same when it is not.
   */
  key(question: KeyQuestion): Promise<ApiKey>;

  /**
   * A passphrase, not shown, exactly as it was entered; never empty.
   *
   * @param question.confirm - for a new one: asks for it twice, until both are the same
   */
  passphrase(question: { readonly message: string; readonly confirm?: boolean }): Promise<string>;

  /**
   * Keeps the keyboard silent while something is done that asks nothing: what is typed or pasted
   * meanwhile, a key for the second time say, neither shows on the screen nor answers the next
   * question. Ctrl-C works. Not around a program that has the terminal for itself.
   */
  quietly<Result>(work: () => Promise<Result>): Promise<Result>;
}
