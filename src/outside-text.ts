import type { ApiKey } from "./keys/api-key.ts";
import { base64TextOf } from "./keys/base64-text.ts";

/**
 * Sequences that a terminal acts on, after ESC or as C1 characters: CSI; OSC, DCS, SOS, PM and APC with
 * their payload; two-character ones (after ESC only). Source: ECMA-48.
 */
export const terminalSequences =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]/g;
const lineBreaks = /[\t\n\v\f\r\x85\u2028\u2029]+/g;
let unseenCharacters: RegExp | undefined;

/**
 * Matches control characters, everything invisible or that changes the writing direction, and lone
 * surrogates; but not a joiner after a letter or emoji that it can belong to. Compiled on first use,
 * which is rare: as a literal it would add a millisecond to every start.
 */
function unseen(): RegExp {
  if (unseenCharacters !== undefined) return unseenCharacters;
  const oneOf = (...properties: readonly string[]) =>
    `[${properties.map((name) => `\\p{${name}}`).join("")}]`;
  const invisible = oneOf("Cc", "Cf", "Default_Ignorable_Code_Point", "Zl", "Zp", "Co", "Cs");
  const joinable = oneOf("L", "M", "Extended_Pictographic", "Emoji_Modifier");
  const joiner = String.raw`[\u200c\u200d\ufe0f]`;
  unseenCharacters = new RegExp(`(?!${joiner})${invisible}|(?<!(?![A-Za-z])${joinable})${joiner}`, "gu");
  return unseenCharacters;
}

const plain = /^[ -~]*$/;

/** Longer names and messages are cut. No address or file name is this long. */
const longestText = 255;

const withheld = "(left out, since it holds the key)";

/**
 * Makes an outside text (a server's name for something, another program's message) safe to store, print
 * and put into `--json`: one line, without controls, terminal sequences and invisible characters, the
 * given keys masked.
 *
 * Also finds a key that was escaped (`\u0047`, `%47`, `&#71;`), encoded (base64, hex, reversed), split up
 * or written in another case, and half a key. Every such text passes through here first.
 *
 * @param keys - the keys in use, which the author of the text may have received
 * @param longest - the maximum length, in characters
 */
export function cleanText(text: string, keys: readonly ApiKey[] = [], longest = longestText): string {
  // Masked before it is cut, or half a key could remain.
  return cut(maskIn(text.slice(0, longest * 64), keys), longest);
}

/**
 * Shows a file name, path or value as it is, escaping what a terminal would act on or not show:
 * `.env\x1b]0;PWN\x07`. Nothing is lost.
 */
export function showName(name: string): string {
  return plain.test(name) ? name : name.replace(unseen(), escapeOf);
}

/** {@link showName} for several lines, which stay separate. */
export function showLines(text: string): string {
  return text.split("\n").map(showName).join("\n");
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
}

function strip(text: string): string {
  if (plain.test(text)) return text.trim();
  return text.replace(terminalSequences, "").replace(lineBreaks, " ").replace(unseen(), "").trim();
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const characters = [...text];
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join("")}…`;
}

/**
 * Cleans a text and masks keys in it. If one is only found after decoding, returns the decoded text,
 * without its invisible characters.
 */
function maskIn(text: string, keys: readonly ApiKey[]): string {
  const cleaned = strip(text);
  if (!holdsKey(cleaned, keys)) return keys.reduce(maskPieces, cleaned);
  for (const candidate of [cleaned, strip(decode(cleaned))]) {
    const masked = keys.reduce((shown, key) => shown.replaceAll(key.reveal(), () => key.mask), candidate);
    if (!holdsKey(masked, keys)) return keys.reduce(maskPieces, masked);
  }
  return withheld;
}

/** Masks every piece of a key that is at least half of it. */
function maskPieces(text: string, key: ApiKey): string {
  const value = key.reveal();
  const half = Math.max(Math.ceil(value.length / 2), Math.min(value.length, 8));
  let masked = text;
  for (let start = 0; start + half <= value.length; start += 1) {
    const piece = value.slice(start, start + half);
    for (let at = masked.indexOf(piece); at !== -1; at = masked.indexOf(piece, at + key.mask.length)) {
      let length = half;
      while (start + length < value.length && masked[at + length] === value[start + length]) length += 1;
      masked = masked.slice(0, at) + key.mask + masked.slice(at + length);
    }
  }
  return masked;
}

/** Whether a text holds a key, however it is escaped, encoded, split up or cased. */
function holdsKey(text: string, keys: readonly ApiKey[]): boolean {
  if (keys.length === 0) return false;
  const letters = lettersOf(strip(decode(strip(text))));
  // A short run of letters occurs in many texts.
  return keys
    .flatMap((key) => formsOf(key.reveal()).map(lettersOf))
    .some((wanted) => wanted.length >= 16 && letters.includes(wanted));
}

/** A key as it is, reversed, in hex and in base64. */
function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const inBase64 = ([0, 1, 2] as const).map((offset) => base64TextOf(bytes, offset).inside);
  return [value, [...value].reverse().join(""), bytes.toString("hex"), ...inBase64];
}

function lettersOf(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9]/g, "")
    .toLowerCase();
}

const escapes =
  /\\+(?:u\{([0-9a-f]{1,6})\}|u([0-9a-f]{4})|x([0-9a-f]{2}))|%([0-7][0-9a-f])|&#x0*([0-9a-f]{1,6});?|&#0*(\d{1,7});?/gi;
/** A text that was escaped more often is no echo. */
const decodings = 4;

/** Undoes JSON, JavaScript, URL and HTML escapes, also nested ones. */
function decode(text: string): string {
  let decoded = text;
  for (let round = 0; round < decodings; round += 1) {
    const before = decoded;
    decoded = before.replaceAll("&amp;", "&").replace(escapes, (whole, ...groups: unknown[]) => {
      const [braced, four, two, percent, entityHex, entityDecimal] = groups as (string | undefined)[];
      const hex = braced ?? four ?? two ?? percent ?? entityHex;
      const code = hex === undefined ? Number(entityDecimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    });
    if (decoded === before) break;
  }
  return decoded;
}

/** {@link cleanText} for streamed text that keeps its lines, such as a model's answer. */
export class StreamCleaner {
  readonly #keys: readonly ApiKey[];
  #held = "";

  constructor(keys: readonly ApiKey[]) {
    this.#keys = keys;
  }

  /** Returns what can be shown by now; holds back what may be the start of a piece of a key. */
  push(text: string): string {
    const whole =
      this.#held + text.replace(/\r\n?/g, "\n").replace(unseen(), (one) => (/[\n\t]/.test(one) ? one : ""));
    let start = whole.length;
    // No piece goes on across two characters that are not next to each other in a key.
    const isHeld = () => this.#keys.some((key) => key.reveal().includes(whole.slice(start - 1, start + 1)));
    while (start > 0 && isHeld()) start -= 1;
    this.#held = whole.slice(start);
    return this.#keys.reduce(maskPieces, whole.slice(0, start));
  }

  end(): string {
    const rest = this.#keys.reduce(maskPieces, this.#held);
    this.#held = "";
    return rest;
  }
}
