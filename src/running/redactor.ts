import { Transform, type TransformCallback } from "node:stream";
import type { ApiKey } from "../keys/api-key.ts";
import { base64TextOf, inUrlAlphabet } from "../keys/base64-text.ts";

const [tab, lineFeed, carriageReturn, space] = [9, 10, 13, 32];
/** In bytes. The mask shows more: a line that ends with no more of the key is not held back. */
const harmless = 3;
/** Longest line break plus indentation, in bytes, across which a match continues. */
const longestBreak = 256;

/**
 * Passes bytes through as they arrive and replaces every form of a key with its mask, even one wrapped
 * across lines of any width. Holds back only a possible start of a form, for as long as it may match: a
 * key that arrives in pieces, however slowly, is still masked.
 */
export class Redactor extends Transform {
  readonly #forms: Buffer[][] = Array.from({ length: 256 }, () => []);
  readonly #mask: Buffer;
  /** Forms that the latest bytes may be the start of, longest match first. */
  #begun: readonly BegunForm[] = [];
  /** Bytes of the current line break so far. */
  #inBreak = 0;
  /** Bytes held back, and their offset in the stream. */
  #held: Buffer = Buffer.alloc(0);
  #passed = 0;
  /** Stream offset after the last masked byte. */
  #masked = 0;

  constructor(key: ApiKey) {
    super();
    this.#mask = Buffer.from(key.mask);
    for (const form of formsOf(key)) this.#forms[form.readUInt8()]?.push(form);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const first = this.#passed + this.#held.length;
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const start = this.#passed;
    const pass = (end: number) => {
      if (end > this.#passed) this.push(bytes.subarray(this.#passed - start, end - start));
      this.#passed = Math.max(this.#passed, end);
    };
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index] ?? 0;
      const place = first + index;
      if (
        byte === lineFeed ||
        byte === carriageReturn ||
        (this.#inBreak > 0 && (byte === space || byte === tab))
      ) {
        this.#inBreak += 1;
        if (this.#inBreak > longestBreak) this.#begun = [];
        for (const one of this.#begun) if (one.length <= harmless) one.start = place + 1;
        continue;
      }
      this.#inBreak = 0;
      const beginning = this.#forms[byte] ?? [];
      if (this.#begun.length === 0 && beginning.length === 0) continue;
      const begun = this.#begun.filter(({ form, length }) => form[length] === byte);
      for (const one of begun) one.length += 1;
      for (const form of beginning) begun.push({ form, length: 1, start: place });
      this.#begun = begun;
      const whole = begun.find(({ form, length }) => length === form.length);
      if (whole === undefined) continue;
      pass(whole.start);
      // One mask for overlapping matches.
      if (whole.start >= this.#masked) this.push(this.#mask);
      this.#passed = this.#masked = place + 1;
    }
    pass(Math.min(first + chunk.length, ...this.#begun.map((one) => one.start)));
    this.#held = Buffer.from(bytes.subarray(this.#passed - start));
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.#held.length > 0) this.push(this.#held);
    done();
  }
}

/** A partial match: `length` bytes of a form so far. */
interface BegunForm {
  readonly form: Buffer;
  length: number;
  /** Stream offset of its first byte to hide. */
  start: number;
}

// In characters. A shorter form would also match, and damage, unrelated output.
const shortestForm = 8;

/**
 * Every way a program is likely to print a key: verbatim, URL-encoded, in a JSON string, and inside
 * base64 (standard and URL-safe) at each of its three offsets.
 */
function formsOf(key: ApiKey): readonly Buffer[] {
  const text = key.reveal();
  const encoded = encodeURIComponent(text);
  const derived = [
    encoded,
    encoded.replace(/%[0-9A-F]{2}/g, (sequence) => sequence.toLowerCase()),
    JSON.stringify(text).slice(1, -1),
    ...([0, 1, 2] as const).flatMap((offset) => {
      const { inside } = base64TextOf(Buffer.from(text), offset);
      return [inside, inUrlAlphabet(inside)];
    }),
  ];
  const forms = new Set([text, ...derived.filter((form) => form.length >= shortestForm)]);
  return [...forms].map((form) => Buffer.from(form));
}
