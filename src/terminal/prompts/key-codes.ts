import type { InputPiece } from "./key-listener.ts";

/** What a complete sequence comes to. */
export type SequenceMeaning =
  | InputPiece
  /** A key event that stands for what a plainer terminal would have sent. */
  | { readonly kind: "resend"; readonly text: string }
  | { readonly kind: "paste-start" }
  /** An answer or a report, of which nothing is meant for anybody. */
  | { readonly kind: "nothing" };

/** The meaning of what no prompt can use. */
export const nothing: SequenceMeaning = { kind: "nothing" };

/** What a control character is as a key; `undefined` for one that is not a key. */
export function keyOfControl(character: string): string | undefined {
  switch (character) {
    case "\r":
    case "\n":
      return "enter";
    case "\t":
      return "tab";
    case "\b":
    case "\x7f":
      return "backspace";
    case "\x1b":
      return "escape";
  }
  const code = character.charCodeAt(0);
  return code >= 1 && code <= 26 ? `ctrl-${String.fromCharCode(code + 96)}` : undefined;
}

/** The keypad and the named keys in kitty's protocol, which numbers them from 57399. */
const kittyKeypad = [..."0123456789./*-+", "enter", "=", ",", "left", "right", "up", "down"];
const firstKittyKey = 0xe000;
const lastKittyKey = 0xf8ff;
const firstOfKittyKeypad = 57399;
const kittyNavigation = ["home", "end", "insert", "delete"];
const firstOfKittyNavigation = 57423;

/** What is held down with a key, as xterm and kitty send it. */
interface Modifiers {
  readonly shift: boolean;
  readonly alt: boolean;
  readonly ctrl: boolean;
  /** Super, Hyper or Meta: the desktop's, and no text. */
  readonly other: boolean;
  readonly capsLock: boolean;
  /** The key was let go. */
  readonly released: boolean;
}

/** Reads `modifiers:event`. */
export function readModifiers(field = ""): Modifiers {
  const [sum, event] = field.split(":");
  const bits = Math.max(Number(sum || 1) - 1, 0);
  const has = (bit: number) => (bits & bit) !== 0;
  return {
    shift: has(1),
    alt: has(2),
    ctrl: has(4),
    other: has(8) || has(16) || has(32),
    capsLock: has(64),
    released: event === "3",
  };
}

/** A key with what is held down with it. */
export function keyOrNothing(
  name: string | undefined,
  { alt, ctrl, other, released }: Modifiers,
): SequenceMeaning {
  if (name === undefined || released || other) return nothing;
  return { kind: "key", key: `${ctrl ? "ctrl-" : ""}${alt ? "alt-" : ""}${name}` };
}

/** A key in kitty's protocol: `CSI code:shifted:base ; modifiers:event ; text u`. */
export function readKittyKey(code: string, modifiers?: string, text?: string): SequenceMeaning {
  const [plain, shifted, base] = code.split(":").map((part) => (part === "" ? undefined : Number(part)));
  if (plain === undefined) return nothing;
  const held = readModifiers(modifiers);
  if (plain < firstKittyKey || plain > lastKittyKey) {
    const typed = text
      ?.split(":")
      .map((part) => characterOf(Number(part)))
      .join("");
    return readCharacterKey(plain, held, { shifted, base, typed });
  }
  const typed = kittyKeypad[plain - firstOfKittyKeypad];
  if (typed?.length === 1) return held.released ? nothing : { kind: "text", text: typed };
  return keyOrNothing(typed ?? kittyNavigation[plain - firstOfKittyNavigation], held);
}

/**
 * A key that has a character, with what is held down.
 *
 * @param known.shifted - what it types with Shift, where that is told
 * @param known.base - what is in its place on a Latin keyboard, where that is told
 * @param known.typed - what it typed, where that is told
 */
export function readCharacterKey(
  code: number,
  { shift, alt, ctrl, other, capsLock, released }: Modifiers,
  known: {
    readonly shifted?: number | undefined;
    readonly base?: number | undefined;
    readonly typed?: string | undefined;
  } = {},
): SequenceMeaning {
  const character = characterOf(code);
  if (released || other || character === "") return nothing;
  const named = keyOfControl(character);
  if (named !== undefined) return shift && named === "tab" ? nothing : { kind: "key", key: named };
  if (ctrl) {
    const letter = code < 128 ? character : characterOf(known.base ?? 0);
    const pressed = /^[@-~]$/.test(letter)
      ? keyOfControl(String.fromCharCode(letter.charCodeAt(0) & 0x1f))
      : undefined;
    return pressed === undefined ? nothing : { kind: "key", key: pressed };
  }
  if (alt) return { kind: "key", key: `alt-${character}` };
  if (known.typed) return asText(known.typed);
  if (!shift && !capsLock) return asText(character);
  if (shift && known.shifted !== undefined) return asText(characterOf(known.shifted));
  const upper = character.toUpperCase();
  if (upper !== character) return asText(shift === capsLock ? character : upper);
  // What else Shift makes of a key depends on the keyboard; a wrong character is worse than none.
  return shift && /[^\s\p{Lu}]/u.test(character) ? nothing : asText(character);
}

function asText(text: string): SequenceMeaning {
  return { kind: "text", text: text.replace(/[\x00-\x1f\x7f-\x9f]/g, "") };
}

function characterOf(code: number): string {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "";
}

/** What the arrows and their like send elsewhere, by their virtual key code on Windows. */
const windowsKeys: Readonly<Record<number, string>> = {
  35: "\x1b[F",
  36: "\x1b[H",
  37: "\x1b[D",
  38: "\x1b[A",
  39: "\x1b[C",
  40: "\x1b[B",
  46: "\x1b[3~",
};

/** A key in win32-input-mode: `CSI virtual key ; scan code ; character ; down ; held ; repeats _`. */
export function readWindowsKey(parameters: readonly string[]): SequenceMeaning {
  const [key = 0, , character = 0, down = 0, held = 0, repeats = 1] = parameters.map(Number);
  if (down !== 1) return nothing;
  const leftAlt = (held & 2) !== 0;
  const ctrl = (held & (4 | 8)) !== 0;
  const typed = character === 0 ? (windowsKeys[key] ?? "") : String.fromCharCode(character);
  // Ctrl and Alt together are AltGr, which types.
  const pressed = leftAlt && !ctrl && character !== 0 ? `\x1b${typed}` : typed;
  return { kind: "resend", text: pressed.repeat(Math.min(Math.max(repeats, 1), 100)) };
}
