import { type Encoding, type LeakPatterns, longestKey, type WantedKey } from "./leak-pattern.ts";

/** A key that was found while something was read from start to end. */
export interface StreamHit {
  readonly wanted: WantedKey;
  readonly encoding: Encoding;
  /** The line it is on, counted from 1. */
  readonly line: number;
}

/** How many keys of one content are told: where there are more, it needs no list. */
const mostHits = 100;

/** Looks for keys in a content that arrives piece by piece, so that it never has to fit in memory. */
export class LeakStream {
  readonly #patterns: LeakPatterns;
  readonly #found: (hit: StreamHit) => void;
  #rest: Buffer = Buffer.alloc(0);
  #linesBefore = 0;
  #hits = 0;

  /** @param found - told of each key, at most a hundred times */
  constructor(patterns: LeakPatterns, found: (hit: StreamHit) => void) {
    this.#patterns = patterns;
    this.#found = found;
  }

  /** Takes the next piece; the last bytes wait until it is known what follows them. */
  push(piece: Buffer): void {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    this.#search(bytes, Math.max(0, bytes.length - longestKey));
  }

  /** Looks into what is left at the end. */
  end(): void {
    this.#search(this.#rest, this.#rest.length);
  }

  #search(bytes: Buffer, limit: number): void {
    let line = this.#linesBefore + 1;
    let counted = 0;
    for (const { wanted, encoding, offset } of this.#patterns.search(bytes, limit)) {
      if (this.#hits >= mostHits) break;
      this.#hits += 1;
      line += newlines(bytes, counted, offset);
      counted = offset;
      this.#found({ wanted, encoding, line });
    }
    this.#linesBefore += newlines(bytes, 0, limit);
    this.#rest = bytes.subarray(limit);
  }
}

function newlines(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = bytes.indexOf(10, from); at !== -1 && at < to; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}
