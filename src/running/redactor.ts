import { Transform, type TransformCallback } from "node:stream";
import type { ApiKey } from "../keys/api-key.ts";
import { formsOf } from "./key-forms.ts";

/**
 * Passes bytes on as they come, with every form of a key replaced by its mask. Holds back only the
 * end of a chunk that may be the beginning of the key, and for as long as it may be: a key that
 * comes in pieces, however slowly, is still masked.
 */
export class Redactor extends Transform {
  readonly #forms: readonly Buffer[];
  readonly #mask: Buffer;
  #held: Buffer = Buffer.alloc(0);
  /** How many of the bytes held back belong to a match whose mask was already passed on. */
  #masked = 0;

  constructor(key: ApiKey) {
    super();
    this.#forms = formsOf(key);
    this.#mask = Buffer.from(key.mask);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const settled = this.#pushMatches(bytes, this.#masked);
    const end = bytes.length - longestUnfinished(bytes, this.#forms);
    if (end > settled) this.push(bytes.subarray(settled, end));
    this.#masked = Math.max(0, settled - end);
    this.#held = Buffer.from(bytes.subarray(end));
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.#held.length > this.#masked) this.push(this.#held.subarray(this.#masked));
    done();
  }

  /** Passes on everything up to the end of the last match, with one mask for matches that overlap. */
  #pushMatches(bytes: Buffer, from: number): number {
    const next = this.#forms.map((form) => bytes.indexOf(form));
    let settled = from;
    for (;;) {
      const which = indexOfSmallest(next);
      const form = this.#forms[which];
      const start = next[which];
      if (form === undefined || start === undefined) return settled;
      if (start >= settled) {
        if (start > settled) this.push(bytes.subarray(settled, start));
        this.push(this.#mask);
      }
      settled = Math.max(settled, start + form.length);
      next[which] = bytes.indexOf(form, start + 1);
    }
  }
}

/** Which number is the smallest of those that are not -1; -1 when all are. */
function indexOfSmallest(numbers: readonly number[]): number {
  let which = -1;
  let smallest = Number.POSITIVE_INFINITY;
  for (const [index, number] of numbers.entries()) {
    if (number !== -1 && number < smallest) {
      which = index;
      smallest = number;
    }
  }
  return which;
}

/** How many bytes at the end may be the beginning of a form. */
function longestUnfinished(bytes: Buffer, forms: readonly Buffer[]): number {
  let longest = 0;
  for (const form of forms) {
    for (let length = Math.min(form.length - 1, bytes.length); length > longest; length--) {
      if (bytes.subarray(bytes.length - length).equals(form.subarray(0, length))) {
        longest = length;
        break;
      }
    }
  }
  return longest;
}
