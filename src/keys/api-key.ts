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

  /**
   * Wraps the exact text of a key, as a store or `readPastedKey` gave it.
   *
   * @throws TypeError when the text is empty. The message does not hold the text.
   */
  static of(value: string): ApiKey {
    if (value.length === 0) throw new TypeError("An API key cannot be empty.");
    return new ApiKey(value);
  }

  /**
   * Whether a text can be a key at all: visible ASCII characters only, as HTTP headers carry and
   * every store keeps them.
   */
  static accepts(text: string): boolean {
    return /^[\x21-\x7e]+$/.test(text);
  }

  /** The key itself. For stores, the API client, `get`, `run`, `env` and targets only. */
  reveal(): string {
    return this.#value;
  }

  /** First and last four characters, the way the Mistral console lists keys: `HQSx...Ug6Y`. */
  get mask(): string {
    return maskKey(this.#value);
  }

  /** How many characters the key has. */
  get length(): number {
    return this.#value.length;
  }

  /**
   * Whether the key has the shape Mistral gives keys today: 32 ASCII letters and digits. A hint,
   * never a reason to refuse: Mistral may change the shape at any time. Seen in public reports,
   * August 2026; no page of Mistral's says so.
   */
  get hasUsualShape(): boolean {
    return /^[A-Za-z0-9]{32}$/.test(this.#value);
  }

  /** Whether both are the same key. */
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
