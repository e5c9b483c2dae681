import type { ApiKey } from "../keys/api-key.ts";

/** One row of a {@link Prompts.choose} list. */
export interface Choice<Value> {
  readonly value: Value;
  readonly name: string;
  /** Printed dim, beside the name. */
  readonly description?: string;
}

/**
 * Questions to a person, on stderr. Each throws `Cancelled` on Ctrl-C, leaves the terminal as it
 * was, and returns a plain value.
 */
export interface Prompts {
  choose<Value>(question: {
    readonly message: string;
    readonly choices: readonly Choice<Value>[];
    readonly initial?: Value;
  }): Promise<Value>;

  confirm(question: { readonly message: string; readonly initial: boolean }): Promise<boolean>;

  /** A line of text. `check` gives the sentence to show when the text will not do, or `undefined`. */
  text(question: {
    readonly message: string;
    readonly initial?: string;
    readonly check?: (text: string) => string | undefined;
  }): Promise<string>;

  /** One of the offered keys, at once and without Enter; `hints` are printed as the line to read. */
  press<Value>(question: {
    readonly keys: readonly { readonly press: string; readonly does: string; readonly value: Value }[];
  }): Promise<Value>;

  /**
   * Captures a key without showing it. While it is typed or pasted, shows how many characters came
   * in and whether the shape is the usual one. `undefined` when the person entered nothing and
   * `optional` is set.
   */
  key(question: { readonly message: string }): Promise<ApiKey>;
}
