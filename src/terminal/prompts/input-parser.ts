import { StringDecoder } from "node:string_decoder";
import { terminalSequences } from "../../outside-text.ts";
import type { InputPiece } from "./key-listener.ts";

/** What a parser waits for: the rest of what Esc may begin, of a sequence, or of a paste. */
export type Awaited = "escape" | "sequence" | "paste";

/**
 * What a terminal sends, by the grammar of ECMA-48: text; a paste; a mouse report in three bytes or a
 * function key of the Linux console; a string (OSC, DCS, APC and their like); a control sequence or a key
 * in application mode; Alt with a character; a control character. What was broken off ends there.
 */
const token = new RegExp(
  [
    "(?<text>[^\\x00-\\x1f\\x7f-\\x9f]+)",
    "\\x1b\\[200~(?<paste>.*?)(?:\\x1b\\[201~|(?=\\x03)|$)",
    "\\x1b\\[(?:M[^\\x00-\\x1f]{0,3}|\\[[ -~]?)",
    "\\x1b[\\]PX^_][^\\x00-\\x07\\x0e-\\x1f]*(?:\\x07|\\x1b\\\\)?",
    "\\x1b(?:\\[(?<numbers>[0-?]*)[ -/]*|O)(?<final>[@-~])?",
    "\\x1b(?<alt>[^\\x00-\\x1f\\x80-\\x9f])",
    "(?<control>.)",
  ].join("|"),
  "suy",
);

/** What may become one of these when more comes. */
const begun =
  /^\x1b(?:\x1b?|O|\[(?:[0-?]*[ -/]*|M[^\x00-\x1f]{0,2}|\[|200~(?!.*(?:\x1b\[201~|\x03)).*)|[\]PX^_][^\x00-\x07\x0e-\x1f]*\x1b?)$/s;

/** Keys that send `CSI letter` or, by their number, `CSI number ~`. */
const namedKeys: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  "1~": "home",
  "3~": "delete",
  "4~": "end",
  "7~": "home",
  "8~": "end",
};

/** How much of a paste is kept, in characters. More than any key, passphrase or name. */
const pasteLimit = 64 * 1024;

/**
 * Takes apart what a terminal sends, in whatever chunks it comes. Holds back the beginning of a
 * sequence until the rest is there. What is not text (answers, reports, unknown keys) gives no piece.
 */
export class InputParser {
  readonly #decoder = new StringDecoder("utf8");
  #held = "";

  /** What is waited for, where the beginning of something is held back. */
  get awaited(): Awaited | undefined {
    if (this.#held === "") return undefined;
    if (/^\x1b+$/.test(this.#held)) return "escape";
    return this.#held.startsWith("\x1b[200~") ? "paste" : "sequence";
  }

  push(chunk: Buffer): InputPiece[] {
    return this.#parse(this.#decoder.write(chunk), (rest) => begun.test(rest));
  }

  /** Gives what is held back, when nothing more has come for a while: Esc is a key then, and half a sequence is dropped. */
  flush(): InputPiece[] {
    return this.#parse(this.#decoder.end(), () => false);
  }

  #parse(text: string, mayGoOn: (rest: string) => boolean): InputPiece[] {
    const pieces: InputPiece[] = [];
    let rest = withPlainKeys(this.#held + text);
    while (rest !== "" && !mayGoOn(rest)) {
      token.lastIndex = 0;
      const found = token.exec(rest);
      const piece = found?.groups && readToken(found.groups);
      if (piece !== undefined) pieces.push(piece);
      rest = rest.slice(token.lastIndex);
    }
    this.#held = rest;
    return pieces;
  }
}

function readToken(found: Readonly<Record<string, string | undefined>>): InputPiece | undefined {
  const { text, paste, numbers, final, alt, control } = found;
  if (text !== undefined) return { kind: "text", text };
  if (paste !== undefined) return { kind: "paste", text: cleanPaste(paste) };
  const key =
    final !== undefined
      ? keyOfSequence(numbers, final)
      : alt !== undefined
        ? `alt-${keyOfControl(alt) ?? alt}`
        : control && keyOfControl(control);
  return key === undefined ? undefined : { kind: "key", key };
}

function keyOfSequence(numbers: string | undefined, final: string): string | undefined {
  // Enter of the keypad; in a control sequence it would be a mouse report.
  if (numbers === undefined && final === "M") return "enter";
  const [, number, held = "", event] = /^(\d*)(?:;(\d*)(?::(\d))?)?$/.exec(numbers ?? "") ?? [];
  const name = namedKeys[final === "~" ? `${number}~` : /^1?$/.test(number ?? "-") ? final : ""];
  if (name === undefined || event === letGo) return undefined;
  const { alt, ctrl } = readHeld(held);
  return `${ctrl ? "ctrl-" : ""}${alt ? "alt-" : ""}${name}`;
}

const controlKeys: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\b": "backspace",
  "\x7f": "backspace",
  "\x1b": "escape",
};

function keyOfControl(character: string): string | undefined {
  const code = character.charCodeAt(0);
  const letter = code >= 1 && code <= 26 ? `ctrl-${String.fromCharCode(code + 96)}` : undefined;
  return controlKeys[character] ?? letter;
}

/** The kind of event, in kitty's protocol, when a key is let go. */
const letGo = "3";

/** Reads what is held down with a key, as xterm and kitty send it. */
function readHeld(held: string) {
  const bits = Number(held || 1) - 1;
  return {
    shift: (bits & 1) !== 0,
    alt: (bits & 2) !== 0,
    ctrl: (bits & 4) !== 0,
    // Super, hyper or meta; Caps Lock and Num Lock are above.
    desktop: (bits & 56) !== 0,
  };
}

/**
 * Puts in the place of a key that is sent as a number what a plainer terminal would send: a program
 * before may have left it so. Sources: kitty's keyboard protocol (2025), `CSI code:shifted:base ; held:event u`;
 * xterm's modifyOtherKeys (patch 400, 2025), `CSI 27 ; held ; code ~`; Microsoft's win32-input-mode
 * (terminal repository, spec #4999), `CSI key ; scan code ; character ; down ; … _`.
 */
function withPlainKeys(text: string): string {
  if (!text.includes("\x1b[")) return text;
  return text
    .replace(
      /\x1b\[(\d+)(?::(\d*))?(?::(\d+))?(?:;(\d*)(?::(\d))?)?(?:;[\d:]*)?u/g,
      (_, code, shifted, base, held = "", event) =>
        event === letGo ? "" : typedBy(Number(code), held, { shifted, base }),
    )
    .replace(/\x1b\[27;(\d+);(\d+)~/g, (_, held, code) => typedBy(Number(code), held))
    .replace(/\x1b\[(\d*);\d*;(\d*);(\d*)[\d;]*_/g, (_, key, code, down) => {
      if (down !== "1") return "";
      return Number(code) === 0 ? (windowsArrows[key] ?? "") : String.fromCharCode(code);
    });
}

/** By their virtual key code. */
const windowsArrows: Readonly<Record<string, string>> = {
  37: "\x1b[D",
  38: "\x1b[A",
  39: "\x1b[C",
  40: "\x1b[B",
};

function typedBy(
  code: number,
  held: string,
  { shifted, base = code }: { readonly shifted?: string; readonly base?: string | number } = {},
): string {
  const { shift, alt, ctrl, desktop } = readHeld(held);
  if (desktop) return "";
  const plain = characterOf(ctrl ? base : code);
  const typed = shift ? (shifted ? characterOf(shifted) : plain.toUpperCase()) : plain;
  const sent = ctrl && /^[@-~]$/.test(typed) ? String.fromCharCode(typed.charCodeAt(0) & 0x1f) : typed;
  return alt ? `\x1b${sent}` : sent;
}

/** Kitty's number of the keypad's Enter. */
const keypadEnter = 57414;

/** Nothing for the private use area, where the keys are that have no character. */
function characterOf(number: string | number): string {
  const code = Number(number);
  if (code === keypadEnter) return "\r";
  return code > 0x10ffff || (code >= 0xe000 && code <= 0xf8ff) ? "" : String.fromCodePoint(code);
}

/** Text that was copied with its colours brings sequences along. */
function cleanPaste(text: string): string {
  return text
    .slice(0, pasteLimit)
    .replace(terminalSequences, "")
    .replace(/\r\n?/g, "\n")
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}
