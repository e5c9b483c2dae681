import { terminalSequences } from "../../outside-text.ts";
import { sequenceFamilies, stringEnd, stringStart } from "./input-sequences.ts";
import { keyOfControl, type SequenceMeaning } from "./key-codes.ts";
import type { InputPiece } from "./key-listener.ts";

/** What a parser waits for: the rest of what Esc may begin, of a sequence, or of a paste. */
export type Awaited = "escape" | "sequence" | "paste";

/** Ctrl-C is no part of a paste: its end was lost. */
const pasteEnd = /(?:\x1b\[|\x9b)201~|(?=\x03)/;
const pasteEndBegun = /(?:\x1b(?:\[(?:2(?:0(?:1)?)?)?)?|\x9b(?:2(?:0(?:1)?)?)?)$/;

/** How much of a paste is kept, in characters. More than any key, passphrase or name. */
const pasteLimit = 64 * 1024;

/**
 * Takes apart what a terminal sends, in whatever chunks it comes. Holds back the beginning of a
 * sequence until the rest is there. What is not text (answers, reports, unknown keys) gives no piece.
 */
export class InputParser {
  #bytes = "";
  #held = "";
  #paste: string | undefined;
  #inString = false;
  /** For key events that stand for characters, which may again be a sequence. */
  #resent: InputParser | undefined;

  /** What is waited for, where the beginning of something is held back. */
  get awaited(): Awaited | undefined {
    if (this.#paste !== undefined) return "paste";
    if (this.#inString || this.#bytes !== "") return "sequence";
    if (this.#held !== "") return /^\x1b+$/.test(this.#held) ? "escape" : "sequence";
    return this.#resent?.awaited;
  }

  /** @param chunk - UTF-8; bytes that are not are read as Latin 1, where the 8-bit controls are */
  push(chunk: Buffer): InputPiece[] {
    const [text, rest] = decode(this.#bytes + chunk.toString("latin1"));
    this.#bytes = rest;
    return this.#parse(text);
  }

  /** Gives what is held back, when nothing more has come for a while: Esc is a key then, and half a sequence is dropped. */
  flush(): InputPiece[] {
    const pieces = this.#parse(this.#bytes);
    const held = this.#held;
    const paste = this.#paste;
    this.#bytes = "";
    this.#held = "";
    this.#paste = undefined;
    this.#inString = false;
    if (paste !== undefined) pieces.push({ kind: "paste", text: cleanPaste(paste + held) });
    else if (/^\x1b+$/.test(held)) pieces.push(...Array.from(held, () => escapeKey));
    return [...pieces, ...(this.#resent?.flush() ?? [])];
  }

  #parse(text: string): InputPiece[] {
    const pieces: InputPiece[] = [];
    let rest = this.#held + text;
    this.#held = "";
    while (rest !== "") {
      if (this.#paste !== undefined) rest = this.#readPaste(rest, pieces);
      else if (this.#inString) rest = this.#passString(rest);
      else rest = this.#readTyped(rest, pieces);
    }
    return pieces;
  }

  #readTyped(text: string, pieces: InputPiece[]): string {
    const start = text.search(/[\x00-\x1f\x7f-\x9f]/);
    if (start !== 0) {
      const end = start === -1 ? text.length : start;
      pieces.push({ kind: "text", text: text.slice(0, end) });
      return text.slice(end);
    }
    const character = text.charAt(0);
    if (character === "\x1b") return this.#readSequence(text, pieces);
    const rest = text.slice(1);
    if (character >= "\x80") {
      const sevenBit = `\x1b${String.fromCharCode(character.charCodeAt(0) - 0x40)}`;
      return /[[\]OPX^_]$/.test(sevenBit) ? this.#readSequence(sevenBit + rest, pieces) : rest;
    }
    const key = keyOfControl(character);
    if (key !== undefined) pieces.push({ kind: "key", key });
    return rest;
  }

  #readSequence(text: string, pieces: InputPiece[]): string {
    const string = stringStart.exec(text)?.[0];
    if (string !== undefined) {
      this.#inString = true;
      return text.slice(string.length);
    }
    for (const { complete, begun, read } of sequenceFamilies) {
      const found = complete.exec(text);
      if (found === null) {
        if (!begun.test(text)) continue;
        this.#held = text;
        return "";
      }
      this.#take(read(found.slice(1)), pieces);
      return text.slice(found[0].length);
    }
    // It was broken off by what follows its beginning.
    return text.replace(/^\x1b(?:\[[0-?]*[ -/]*|O[0-9;]*)/, "");
  }

  #take(meaning: SequenceMeaning, pieces: InputPiece[]): void {
    if (meaning.kind === "paste-start") this.#paste = "";
    else if (meaning.kind === "resend") {
      this.#resent ??= new InputParser();
      pieces.push(...this.#resent.#parse(meaning.text));
    } else if (meaning.kind === "key" || (meaning.kind === "text" && meaning.text !== ""))
      pieces.push(meaning);
  }

  /** Nothing of a string is kept, so that it may be as long as it likes. */
  #passString(text: string): string {
    const end = stringEnd.exec(text);
    // The first half of ST.
    if (text.endsWith("\x1b") && (end === null || end.index === text.length - 1)) {
      this.#held = "\x1b";
      return "";
    }
    if (end === null) return "";
    this.#inString = false;
    return text.slice(end.index + end[0].length);
  }

  #readPaste(text: string, pieces: InputPiece[]): string {
    const end = pasteEnd.exec(text);
    if (end === null) {
      const begun = pasteEndBegun.exec(text)?.index ?? text.length;
      this.#keep(text.slice(0, begun));
      this.#held = text.slice(begun);
      return "";
    }
    this.#keep(text.slice(0, end.index));
    pieces.push({ kind: "paste", text: cleanPaste(this.#paste ?? "") });
    this.#paste = undefined;
    return text.slice(end.index + end[0].length);
  }

  #keep(text: string): void {
    const before = this.#paste ?? "";
    this.#paste = before + text.slice(0, Math.max(pasteLimit - before.length, 0));
  }
}

const escapeKey: InputPiece = { kind: "key", key: "escape" };

/** Text that was copied with its colours brings sequences along. */
function cleanPaste(text: string): string {
  return text
    .replace(terminalSequences, "")
    .replace(/\r\n?/g, "\n")
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}

const utf8 = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g;
const utf8Begun = /(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})$/;

/**
 * Reads UTF-8 and leaves other bytes as they are: an old mouse report and 8-bit controls are none.
 *
 * @param bytes - one character each
 * @returns the text, and the bytes at the end that are not yet a character
 */
function decode(bytes: string): readonly [string, string] {
  const end = utf8Begun.exec(bytes)?.index ?? bytes.length;
  const text = bytes
    .slice(0, end)
    .replace(utf8, (character) => Buffer.from(character, "latin1").toString("utf8"));
  return [text, bytes.slice(end)];
}
