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
  readonly #matcher: Matcher;
  readonly #mask: Buffer;
  #state = 0;
  /** Offsets in the stream of the last bytes that were matched: a ring, and how many there were in all. */
  readonly #places: Float64Array;
  #matched = 0;
  /** How many bytes of a line break came since. */
  #inBreak = 0;
  /** What is held back, and its offset in the stream. */
  #held: Buffer = Buffer.alloc(0);
  #passed = 0;
  /** Up to where the last mask stands for the bytes. */
  #masked = 0;

  constructor(key: ApiKey) {
    super();
    const forms = formsOf(key);
    this.#matcher = matcherOf(forms);
    this.#mask = Buffer.from(key.mask);
    this.#places = new Float64Array(Math.max(...forms.map(({ length }) => length)));
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const { next, depth, isForm } = this.#matcher;
    const places = this.#places;
    const first = this.#passed + this.#held.length;
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const start = this.#passed;
    const pass = (end: number) => {
      if (end > this.#passed) this.push(bytes.subarray(this.#passed - start, end - start));
      this.#passed = Math.max(this.#passed, end);
    };
    /** Where the bytes begin that may be the beginning of a form. */
    const beginning = () => places[(this.#matched - (depth[this.#state] ?? 0)) % places.length] ?? 0;
    let free = 0;
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index] ?? 0;
      const place = first + index;
      if (
        byte === lineFeed ||
        byte === carriageReturn ||
        (this.#inBreak > 0 && (byte === space || byte === tab))
      ) {
        this.#inBreak += 1;
        if (this.#inBreak > longestBreak) this.#state = 0;
        if ((depth[this.#state] ?? 0) <= harmless) free = place + 1;
        continue;
      }
      this.#inBreak = 0;
      places[this.#matched++ % places.length] = place;
      this.#state = next[this.#state * 256 + byte] ?? 0;
      if (isForm[this.#state] !== 1) continue;
      pass(Math.max(beginning(), free));
      // One mask for matches that overlap.
      if (beginning() >= this.#masked) this.push(this.#mask);
      this.#passed = this.#masked = place + 1;
    }
    const end = first + chunk.length;
    pass(this.#state === 0 ? end : Math.max(beginning(), free));
    this.#held = Buffer.from(bytes.subarray(this.#passed - start));
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.#held.length > 0) this.push(this.#held);
    done();
  }
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

/**
 * Looks for several texts at once (Aho and Corasick, 1975). State 0 is the beginning; every other
 * state stands for the beginning of a text, the longest one that the bytes so far end with.
 */
interface Matcher {
  /** The state behind a state and a byte, at 256 × state + byte. */
  readonly next: Uint16Array;
  /** How many bytes a state stands for. */
  readonly depth: Uint16Array;
  /** Whether a state stands for a whole text: 1. */
  readonly isForm: Uint8Array;
}

function matcherOf(texts: readonly Buffer[]): Matcher {
  const most = 1 + texts.reduce((sum, { length }) => sum + length, 0);
  const next = new Uint16Array(most * 256);
  const depth = new Uint16Array(most);
  const isForm = new Uint8Array(most);
  let states = 1;
  for (const text of texts) {
    let state = 0;
    for (const [index, byte] of text.entries()) {
      const at = state * 256 + byte;
      if (next[at] === 0) {
        depth[states] = index + 1;
        next[at] = states++;
      }
      state = next[at] ?? 0;
    }
    isForm[state] = 1;
  }
  // Where no text goes on, the longest beginning that the bytes still end with does: what a state's
  // fallback leads to. By depth, so that the fallback is complete already.
  const fallback = new Uint16Array(most);
  const byDepth = Array.from({ length: states }, (_, state) => state).sort(
    (a, b) => (depth[a] ?? 0) - (depth[b] ?? 0),
  );
  for (const state of byDepth) {
    const from = (fallback[state] ?? 0) * 256;
    for (let byte = 0; byte < 256; byte++) {
      const at = state * 256 + byte;
      const target = next[at] ?? 0;
      if (target === 0) next[at] = state === 0 ? 0 : (next[from + byte] ?? 0);
      else if (state !== 0) fallback[target] = next[from + byte] ?? 0;
    }
  }
  return { next, depth, isForm };
}
