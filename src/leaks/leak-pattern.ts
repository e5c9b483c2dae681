import { ApiKey } from "../keys/api-key.ts";
import { base64TextOf, inUrlAlphabet } from "../keys/base64-text.ts";
import { type Fingerprint, matchesFingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";

/**
 * A stored key to look for. Its mask gives the first and last characters, its fingerprint proves a match.
 * So a scan never reads the key, works while the keychain is locked, and asks nobody.
 */
export interface WantedKey {
  readonly profile: ProfileName;
  readonly mask: string;
  readonly fingerprint: Fingerprint;
}

/** A wanted key, and how it is written. */
export interface Match {
  readonly wanted: WantedKey;
  readonly encoding: "plain" | "base64" | "utf-16";
}

/** A key found in some bytes. */
export interface Hit extends Match {
  /** Where it starts, in bytes. */
  readonly offset: number;
}

/** The maximum length of a key in bytes, in any encoding. */
const longestKey = 2048;

/** A way to write a key: how it starts, and how to read on from there. */
interface Pattern extends Match {
  /** At least four bytes. */
  readonly needle: Buffer;
  decode(bytes: Buffer): string;
}

/** Searches for all patterns at once, so the time does not grow with the number of keys. */
export class LeakPatterns {
  /** The first two bytes of the patterns, to pass over other bytes quickly. */
  readonly #starts = new Uint8Array(2 ** 16);
  /** By their first four bytes. */
  readonly #patterns = new Map<number, Pattern[]>();
  /** Keys that are too short to be identified by their mask. */
  readonly skipped: readonly WantedKey[];

  constructor(wanted: readonly WantedKey[]) {
    this.skipped = wanted.filter(({ mask }) => endsOf(mask) === undefined);
    for (const pattern of wanted.flatMap(patternsOf)) {
      const start = pattern.needle.readUInt32LE();
      this.#patterns.set(start, [...(this.#patterns.get(start) ?? []), pattern]);
      this.#starts[pattern.needle.readUInt16LE()] = 1;
    }
  }

  /** Every key in these bytes that starts before `limit`, in order. */
  search(bytes: Buffer, limit: number = bytes.length): readonly Hit[] {
    const hits: Hit[] = [];
    const starts = this.#starts;
    const end = Math.min(limit, bytes.length - 3);
    for (let at = 0; at < end; at += 1) {
      if (starts[(bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)] !== 1) continue;
      for (const { wanted, encoding, decode } of this.#patterns.get(bytes.readUInt32LE(at)) ?? []) {
        const text = decode(bytes.subarray(at, at + longestKey));
        if (startsWithKey(text, wanted)) hits.push({ wanted, encoding, offset: at });
      }
    }
    return hits;
  }

  /** Replaces every word or path segment that holds a key with its mask. */
  mask(text: string): string {
    return text.replace(/[^\s/\\]+/g, (word) => this.search(Buffer.from(word))[0]?.wanted.mask ?? word);
  }
}

/** A key found in a stream. */
export interface StreamHit extends Match {
  /** The line it is on, counted from 1. */
  readonly line: number;
}

/** How often a key is reported for one content, at most. */
const mostHits = 100;

/** Searches content that arrives piece by piece, so that it need not fit in memory. */
export class LeakStream {
  readonly #patterns: LeakPatterns;
  readonly #found: (hit: StreamHit) => void;
  #rest: Buffer = Buffer.alloc(0);
  #linesBefore = 0;
  readonly #hits = new Map<WantedKey, number>();

  /** @param found - called wherever a key is, at most a hundred times for each */
  constructor(patterns: LeakPatterns, found: (hit: StreamHit) => void) {
    this.#patterns = patterns;
    this.#found = found;
  }

  /** Searches the next piece; keeps the last bytes until it is known what follows. */
  push(piece: Buffer): void {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    this.#search(bytes, Math.max(0, bytes.length - longestKey));
  }

  /** Searches the rest. */
  end(): void {
    this.#search(this.#rest, this.#rest.length);
  }

  #search(bytes: Buffer, limit: number): void {
    let line = this.#linesBefore + 1;
    let counted = 0;
    for (const { wanted, encoding, offset } of this.#patterns.search(bytes, limit)) {
      const times = this.#hits.get(wanted) ?? 0;
      if (times >= mostHits) continue;
      this.#hits.set(wanted, times + 1);
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

function endsOf(mask: string): readonly [first: string, last: string] | undefined {
  const [, first, last] = /^([\x21-\x7e]{4})\.\.\.([\x21-\x7e]{4})$/.exec(mask) ?? [];
  return first === undefined || last === undefined ? undefined : [first, last];
}

function patternsOf(wanted: WantedKey): readonly Pattern[] {
  const [first] = endsOf(wanted.mask) ?? [];
  if (first === undefined) return [];
  return [
    { wanted, encoding: "plain", needle: Buffer.from(first), decode: (bytes) => bytes.toString("latin1") },
    {
      wanted,
      encoding: "utf-16",
      needle: Buffer.from(first, "utf16le"),
      // With the big end first, the last character's second byte may be missing at the end of a file.
      decode: (bytes) => Buffer.concat([bytes, Buffer.alloc(1)]).toString("utf16le"),
    },
    ...([0, 1, 2] as const).flatMap((shift) => base64Patterns(wanted, first, shift)),
  ];
}

/** Searches only for those base64 characters of a key that do not depend on the bytes before it. */
function base64Patterns(wanted: WantedKey, first: string, shift: 0 | 1 | 2): readonly Pattern[] {
  const { head, inside } = base64TextOf(Buffer.from(first), shift);
  return [...new Set([inside, inUrlAlphabet(inside)].flatMap(wrappings))].map((text) => ({
    wanted,
    encoding: "base64",
    needle: Buffer.from(text),
    decode: (bytes) => {
      // Also when wrapped into lines: Node's decoder skips line breaks.
      const run = /^[A-Za-z0-9+/_\s-]+/.exec(bytes.toString("latin1"))?.[0] ?? "";
      return Buffer.from(head + run, "base64").toString("latin1", shift);
    },
  }));
}

/** A pattern's text, also with a line break among those first four characters that are looked for. */
function wrappings(text: string): readonly string[] {
  const breaks = [1, 2, 3].flatMap((at) =>
    ["\n", "\r\n"].map((end) => text.slice(0, at) + end + text.slice(at)),
  );
  return [text, ...breaks];
}

/** Whether a text starts with the key. Compares only prefixes that end as the key does. */
function startsWithKey(text: string, { mask, fingerprint }: WantedKey): boolean {
  const [word = ""] = /^[\x21-\x7e]*/.exec(text.slice(0, 512)) ?? [];
  const [first = "", last = ""] = endsOf(mask) ?? [];
  if (!word.startsWith(first)) return false;
  for (let end = word.indexOf(last, first.length); end !== -1; end = word.indexOf(last, end + 1)) {
    if (matchesFingerprint(ApiKey.of(word.slice(0, end + last.length)), fingerprint)) return true;
  }
  return false;
}
