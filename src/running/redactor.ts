import { Transform, type TransformCallback } from "node:stream";
import type { ApiKey } from "../keys/api-key.ts";
import { base64TextOf, inUrlAlphabet } from "../keys/base64-text.ts";

const [tab, lineFeed, carriageReturn, space] = [9, 10, 13, 32];
/** So much of the key shows in its mask, too: a line that ends with no more of it is not held back. */
const harmless = 3;
/** The longest line break with indentation, in bytes, that a form is followed over. */
const longestBreak = 256;

/**
 * Passes bytes on as they come, with every form of a key replaced by its mask, also where a form is
 * wrapped into lines of any width. Holds back only what may be the beginning of the key, and for as
 * long as it may be: a key that comes in pieces, however slowly, is still masked.
 */
export class Redactor extends Transform {
  /** The forms by the byte that they begin with. */
  readonly #forms: Buffer[][] = Array.from({ length: 256 }, () => []);
  readonly #mask: Buffer;
  /** The forms that what came last may be the beginning of, the longest beginning first. */
  #begun: readonly BegunForm[] = [];
  /** How many bytes of a line break came since. */
  #inBreak = 0;
  /** What is held back, and its offset in the stream. */
  #held: Buffer = Buffer.alloc(0);
  #passed = 0;
  /** Up to where the last mask stands for the bytes. */
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
      // One mask for matches that overlap.
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

/** A form of the key of which so many bytes have come. */
interface BegunForm {
  readonly form: Buffer;
  length: number;
  /** Where what may not be shown of it begins in the stream. */
  start: number;
}

// A short piece of text also occurs where it means something else, and would damage it.
const shortestForm = 8;

/**
 * Every way a key is likely to be written in the output of a program: as it is, in a URL, in a JSON
 * string, and inside base64 (ordinary and for URLs) at each of the three places it can start at. None
 * holds another one.
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
  const forms = [...new Set([text, ...derived.filter((form) => form.length >= shortestForm)])];
  return forms
    .filter((form) => !forms.some((other) => other !== form && form.includes(other)))
    .map((form) => Buffer.from(form));
}
