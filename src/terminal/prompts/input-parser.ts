import { StringDecoder } from "node:string_decoder";
import { terminalSequences } from "../../outside-text.ts";
import type { InputPiece } from "./key-listener.ts";

/** What a parser is waiting for: what follows Esc, or the rest of a sequence or paste. */
export type Awaited = "escape" | "sequence" | "paste";

/**
 * Terminal input by the grammar of ECMA-48: text; a paste; a three-byte mouse report or a Linux console
 * function key; a control string (OSC, DCS, APC and the like); a control sequence or application-mode key;
 * Alt with a character; a control character. A truncated sequence matches as far as it goes.
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

/** A token that more input may complete. */
const begun =
  /^\x1b(?:\x1b?|O|\[(?:[0-?]*[ -/]*|M[^\x00-\x1f]{0,2}|\[|200~(?!.*(?:\x1b\[201~|\x03)).*)|[\]PX^_][^\x00-\x07\x0e-\x1f]*\x1b?)$/s;

/** Keys sent as `CSI letter` or `CSI number ~`. */
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

/** Maximum length of a paste in characters; more than any key, passphrase or name. */
const pasteLimit = 64 * 1024;

/**
 * Parses terminal input, however it is chunked. Holds back an incomplete sequence until the rest arrives.
 * Input that is neither text nor a known key (replies, reports) yields no piece.
 */
export class InputParser {
  readonly #decoder = new StringDecoder("utf8");
  #held = "";

  get awaited(): Awaited | undefined {
    if (this.#held === "") return undefined;
    if (/^\x1b+$/.test(this.#held)) return "escape";
    return this.#held.startsWith("\x1b[200~") ? "paste" : "sequence";
  }

  push(chunk: Buffer): InputPiece[] {
    return this.#parse(this.#decoder.write(chunk), (rest) => begun.test(rest));
  }

  /** Parses held-back input after a timeout: Esc is a key, partial sequences are dropped, pastes kept. */
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
  // Keypad Enter (SS3 M); CSI M would be a mouse report.
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

/** Kitty's event type for a key release. */
const letGo = "3";

/** Decodes modifier keys as xterm and kitty send them. */
function readHeld(held: string) {
  const bits = Number(held || 1) - 1;
  return {
    shift: (bits & 1) !== 0,
    alt: (bits & 2) !== 0,
    ctrl: (bits & 4) !== 0,
    // Super, hyper, meta; Caps and Num Lock are higher bits.
    desktop: (bits & 56) !== 0,
  };
}

/**
 * Rewrites keys sent as numbers to what a plain terminal sends; an earlier program may have left that mode
 * on. Sources: kitty's keyboard protocol (2025), `CSI code:shifted:base ; held:event u`; xterm's
 * modifyOtherKeys (patch 400, 2025), `CSI 27 ; held ; code ~`; Microsoft's win32-input-mode (terminal
 * repository, spec #4999), `CSI key ; scan code ; character ; down ; … _`.
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
    .replace(/\x1b\[\d*;\d*;(\d*);(\d*)[\d;]*_/g, (_, code, down) =>
      down === "1" && Number(code) !== 0 ? String.fromCharCode(code) : "",
    );
}

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

/** Kitty's code for keypad Enter. */
const keypadEnter = 57414;

/** Empty for the private use area, which has the keys without a character. */
function characterOf(number: string | number): string {
  const code = Number(number);
  if (code === keypadEnter) return "\r";
  return code > 0x10ffff || (code >= 0xe000 && code <= 0xf8ff) ? "" : String.fromCodePoint(code);
}

/** Text copied with colours contains escape sequences. */
function cleanPaste(text: string): string {
  return text
    .slice(0, pasteLimit)
    .replace(terminalSequences, "")
    .replace(/\r\n?/g, "\n")
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}
