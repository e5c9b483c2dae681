import {
  keyOrNothing,
  nothing,
  readCharacterKey,
  readKittyKey,
  readModifiers,
  readWindowsKey,
  type SequenceMeaning,
} from "./key-codes.ts";

/** One family of sequences. */
export interface SequenceFamily {
  readonly name: string;
  /** A complete one, at the beginning of the text. */
  readonly complete: RegExp;
  /** What may become one when more comes. */
  readonly begun: RegExp;
  read(groups: readonly (string | undefined)[]): SequenceMeaning;
}

/**
 * Every family of sequences that a terminal sends as input, in the order in which they are tried.
 * An 8-bit introducer (one C1 character) is read as ESC and its 7-bit form before. Strings (OSC,
 * DCS and their like) are not here, since all of one is passed over: see `stringStart`.
 *
 * Sources: ECMA-48, 5th edition; xterm's ctlseqs (patch 400, 2025); kitty's keyboard protocol
 * (2025); Microsoft's win32-input-mode (terminal repository, spec #4999).
 */
export const sequenceFamilies: readonly SequenceFamily[] = [
  {
    name: "mouse report in three bytes (X10), and of highlighted text",
    // Where a control character breaks it off, the part before is passed over.
    complete:
      /^\x1b\[(?:M(?:[^\x00-\x1f]{3}|[^\x00-\x1f]{0,2}(?=[\x00-\x1f]))|t[^\x00-\x1f]{2}|T[^\x00-\x1f]{6})/,
    begun: /^\x1b\[(?:M[^\x00-\x1f]{0,2}|t[^\x00-\x1f]?|T[^\x00-\x1f]{0,5})$/,
    read: () => nothing,
  },
  {
    name: "function key of the Linux console",
    complete: /^\x1b\[\[[ -~]/,
    begun: /^\x1b\[\[?$/,
    read: () => nothing,
  },
  {
    name: "control sequence (CSI)",
    complete: /^\x1b\[([0-?]{0,256})([ -/]{0,16})([@-~])/,
    begun: /^\x1b\[[0-?]{0,256}[ -/]{0,16}$/,
    read: ([parameters = "", intermediates = "", final = ""]) =>
      /^[<=>?]/.test(parameters) || intermediates !== ""
        ? nothing
        : readControlSequence(parameters.split(";"), final),
  },
  {
    name: "key of the keypad, or an old function key (SS3)",
    complete: /^\x1bO([0-9;]{0,16})([ -/:<-~])/,
    begun: /^\x1bO[0-9;]{0,16}$/,
    read: ([modifiers = "", final = ""]) => {
      const typed = keypad[final];
      if (typed !== undefined) return { kind: "text", text: typed };
      return keyOrNothing(cursorKeys[final], readModifiers(modifiers.split(";").at(-1)));
    },
  },
  {
    name: "Alt with a key that sends a sequence",
    complete: /^\x1b(?=\x1b[[O])/,
    begun: /^\x1b\x1b$/,
    read: () => nothing,
  },
  {
    name: "Alt with a character",
    complete: /^\x1b([^\x00-\x1f\x80-\x9f[\]OPX^_])/u,
    begun: /^\x1b$/,
    read: ([character = ""]) => ({
      kind: "key",
      key: `alt-${character === "\x7f" ? "backspace" : character}`,
    }),
  },
  {
    name: "Esc",
    complete: /^\x1b(?=[\x00-\x1f\x80-\x9f])/,
    begun: /^\x1b$/,
    read: () => ({ kind: "key", key: "escape" }),
  },
];

/**
 * How a string begins that goes on to its terminator: OSC, DCS, SOS, PM, APC. Terminals answer
 * questions about colours, versions and the clipboard with them, sometimes late.
 */
export const stringStart = /^\x1b[\]PX^_]/;

/**
 * Where a string ends: at ST or BEL, or before a control character that none of them holds, such as
 * Ctrl-C, or before ESC, which begins the next sequence.
 */
export const stringEnd = /\x07|\x1b\\|\x9c|(?=[\x00-\x06\x0e-\x1f])/;

const cursorKeys: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  I: "tab",
  M: "enter",
};

/** Keys that send `CSI number ~`. */
const numberedKeys: Readonly<Record<string, string>> = {
  1: "home",
  3: "delete",
  4: "end",
  7: "home",
  8: "end",
};

/** What the keypad types in its application mode, by the last character of the sequence. */
const keypad: Readonly<Record<string, string>> = Object.fromEntries([
  [" ", " "],
  ["X", "="],
  ...[..."jklmnopqrstuvwxy"].map((final, index) => [final, "*+,-./0123456789"[index] ?? ""]),
]);

function readControlSequence(parameters: readonly string[], final: string): SequenceMeaning {
  const [first = "", second, third] = parameters;
  if (final === "_") return readWindowsKey(parameters);
  if (final === "u") return first === "" ? nothing : readKittyKey(first, second, third);
  if (final !== "~") {
    // `CSI number R` is where the cursor is, and so on: a key has no number but 1.
    if (final === "I" || final === "M" || (first !== "" && first !== "1")) return nothing;
    return keyOrNothing(cursorKeys[final], readModifiers(second));
  }
  if (first === "200") return { kind: "paste-start" };
  if (first === "27" && third !== undefined) return readCharacterKey(Number(third), readModifiers(second));
  return keyOrNothing(numberedKeys[first], readModifiers(second));
}
