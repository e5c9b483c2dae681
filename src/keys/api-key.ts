import { inspect } from "node:util";
import { maskKey } from "./mask.ts";

/**
 * A Mistral API key that never prints itself: `String(key)`, template literals, `JSON.stringify`
 * and `util.inspect` all give the mask. Only {@link ApiKey.reveal} gives the key.
 */
export class ApiKey {
  readonly #value: string;

  private constructor(value: string) {
    this.#value = value;
  }

  /** @throws TypeError when the text is empty */
  static of(value: string): ApiKey {
    if (value.length === 0) throw new TypeError("An API key cannot be empty.");
    return new ApiKey(value);
  }

  /**
   * Whether a text can be a key: printable ASCII without spaces, which HTTP headers and every store
   * preserve.
   */
  static accepts(text: string): boolean {
    return /^[\x21-\x7e]+$/.test(text);
  }

  /** The key in clear text, for code that has to send, store, deliver or match it. */
  reveal(): string {
    return this.#value;
  }

  /** First and last four characters, the way the Mistral console lists keys: `HQSx...Ug6Y`. */
  get mask(): string {
    return maskKey(this.#value);
  }

  get length(): number {
    return this.#value.length;
  }

  /**
   * Whether the key has today's usual shape: 32 ASCII letters and digits. Only a hint, never a reason
   * to reject a key: Mistral may change the shape at any time. Source: public reports, August 2026;
   * Mistral does not document it.
   */
  get hasUsualShape(): boolean {
    return /^[A-Za-z0-9]{32}$/.test(this.#value);
  }

  equals(other: ApiKey): boolean {
    return this.#value === other.#value;
  }

  toString(): string {
    return this.mask;
  }

  toJSON(): string {
    return this.mask;
  }

  [inspect.custom](): string {
    return `ApiKey(${this.mask})`;
  }
}
