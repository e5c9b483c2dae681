import { type Encoding, type LeakPatterns, longestKey, type WantedKey } from "./leak-pattern.ts";

/** A key that was found while something was read from start to end. */
export interface StreamHit {
  readonly wanted: WantedKey;
  readonly encoding: Encoding;
  /** The line it is on, counted from 1. */
  readonly line: number;
}

/** Looks for keys in what arrives piece by piece, so that nothing has to fit in memory. */
export class LeakStream {
  readonly #patterns: LeakPatterns;
  #rest: Buffer = Buffer.alloc(0);
  #linesBefore = 0;

  constructor(patterns: LeakPatterns) {
    this.#patterns = patterns;
  }

  /** Takes the next piece; the last bytes wait until it is known what follows them. */
  push(piece: Buffer): readonly StreamHit[] {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    return this.#search(bytes, Math.max(0, bytes.length - longestKey));
  }

  /** Looks into what is left at the end. */
  end(): readonly StreamHit[] {
    return this.#search(this.#rest, this.#rest.length);
  }

  #search(bytes: Buffer, limit: number): readonly StreamHit[] {
    let line = this.#linesBefore + 1;
    let counted = 0;
    const found = this.#patterns.search(bytes, limit).map(({ wanted, encoding, offset }) => {
      line += newlines(bytes, counted, offset);
      counted = offset;
      return { wanted, encoding, line };
    });
    this.#linesBefore += newlines(bytes, 0, limit);
    this.#rest = Buffer.from(bytes.subarray(limit));
    return found;
  }
}

function newlines(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = bytes.indexOf(10, from); at !== -1 && at < to; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}
