import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputParser } from "../../../src/terminal/prompts/input-parser.ts";
import type { InputPiece } from "../../../src/terminal/prompts/key-listener.ts";

const key = (name: string): InputPiece => ({ kind: "key", key: name });
const text = (typed: string): InputPiece => ({ kind: "text", text: typed });
const paste = (pasted: string): InputPiece => ({ kind: "paste", text: pasted });

/** What chunks yield when nothing follows for a while. */
function parse(...chunks: readonly (string | Uint8Array)[]): InputPiece[] {
  const parser = new InputParser();
  const pieces = chunks.flatMap((chunk) => parser.push(Buffer.from(chunk)));
  return joined([...pieces, ...parser.flush()]);
}

/** Joins neighbouring texts, which chunks may have cut apart. */
function joined(pieces: readonly InputPiece[]): InputPiece[] {
  const result: InputPiece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (piece.kind === "text" && last?.kind === "text")
      result[result.length - 1] = text(last.text + piece.text);
    else result.push(piece);
  }
  return result;
}

describe("what a terminal sends, wherever it is cut:", () => {
  it.each<readonly [string, string, readonly InputPiece[]]>([
    ["an arrow", "\x1b[A", [key("up")]],
    ["an arrow in application mode", "\x1bOA", [key("up")]],
    ["an arrow with Ctrl, and one with Alt", "\x1b[1;5D\x1b[1;3C", [key("ctrl-left"), key("alt-right")]],
    ["Home in each of its forms", "\x1b[H\x1b[1~\x1b[7~", [key("home"), key("home"), key("home")]],
    ["End in each of its forms", "\x1b[F\x1b[4~\x1b[8~", [key("end"), key("end"), key("end")]],
    ["Delete", "\x1b[3~", [key("delete")]],
    ["Enter of the keypad", "\x1bOM", [key("enter")]],
    ["Insert, Page Up, F5, F1, and F1 of the Linux console", "\x1b[2~\x1b[5~\x1b[15~\x1bOP\x1b[[A", []],
    ["a letter with Alt", "\x1bb", [key("alt-b")]],
    ["Backspace with Alt", "\x1b\x7f", [key("alt-backspace")]],
    ["Esc before Enter", "\x1b\r", [key("escape"), key("enter")]],
    ["Esc before Ctrl-C", "\x1b\x03", [key("escape"), key("ctrl-c")]],
    ["a paste", "\x1b[200~pasted\x1b[201~", [paste("pasted")]],
    ["an old mouse report", "\x1b[M !!", []],
    ["mouse reports of today", "\x1b[<0;12;34M\x1b[<0;12;34m\x1b[32;12;34M", []],
    ["focus that comes and goes", "\x1b[I\x1b[O", []],
    ["what kind of terminal it is", "\x1b[?62;1;4c\x1b[>1;10;0c", []],
    ["where the cursor is, and how the terminal is", "\x1b[24;80R\x1b[?2004;1$y\x1b[8;24;80t", []],
    ["an answer about a colour, ended by BEL", "\x1b]11;rgb:1e1e/1e1e/1e1e\x07", []],
    ["an answer about a colour, ended by ST", "\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\", []],
    ["DCS, APC, PM and SOS", "\x1bP>|term 1.0\x1b\\\x1b_Gi=31;OK\x1b\\\x1b^x\x1b\\\x1bXx\x1b\\", []],
    ["a string with UTF-8 in it", "\x1b]lé ✓\x1b\\", []],
  ])("%s", (_what, sequence, pieces) => {
    const whole = joined([text("ab"), ...pieces, text("yz")]);
    const bytes = Buffer.from(sequence);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(parse("ab", bytes.subarray(0, cut), bytes.subarray(cut), "yz")).toEqual(whole);
    }
    expect(parse("ab", ...[...bytes].map((byte) => Uint8Array.of(byte)), "yz")).toEqual(whole);
  });

  it("Esc, when nothing follows", () => {
    expect(parse("\x1b")).toEqual([key("escape")]);
    expect(parse("\x1b\x1b")).toEqual([key("escape"), key("escape")]);
  });
});

describe("a truncated sequence", () => {
  it.each([
    ["Ctrl-C", "\x03", [key("ctrl-c")]],
    ["Ctrl-Z", "\x1a", [key("ctrl-z")]],
    ["an arrow", "\x1b[A", [key("up")]],
    ["a paste", "\x1b[200~x\x1b[201~", [paste("x")]],
  ])("ends before %s", (_what, bytes, pieces) => {
    for (const begun of ["\x1b]52;c;", "\x1b[12", "\x1b[M "]) {
      // A mouse report may hold any character but a control one.
      expect(parse(`${begun}${bytes}`)).toEqual(pieces);
    }
  });

  it("is dropped when nothing more comes", () => {
    for (const begun of ["\x1b]52;c;x", "\x1b[12;", "\x1b[M ", "\x1bO"]) {
      const parser = new InputParser();
      expect(parser.push(Buffer.from(begun))).toEqual([]);
      expect(parser.awaited).toBe("sequence");
      expect(parser.flush()).toEqual([]);
      expect(parser.awaited).toBeUndefined();
      expect(parser.push(Buffer.from("key"))).toEqual([text("key")]);
    }
  });
});

describe("keys that are sent as numbers", () => {
  it.each([
    ["Ctrl-C", "\x1b[99;5u", [key("ctrl-c")]],
    ["Ctrl-Shift-C", "\x1b[67;6u", [key("ctrl-c")]],
    ["Ctrl-C with Num Lock", "\x1b[99;133u", [key("ctrl-c")]],
    ["Ctrl-C on a Cyrillic keyboard", "\x1b[1089::99;5u", [key("ctrl-c")]],
    ["Ctrl-D and Ctrl-Z", "\x1b[100;5u\x1b[122;5u", [key("ctrl-d"), key("ctrl-z")]],
    ["Enter, Backspace and Tab", "\x1b[13u\x1b[127u\x1b[9u", [key("enter"), key("backspace"), key("tab")]],
    ["Enter of the keypad", "\x1b[57414u", [key("enter")]],
    ["a letter with the desktop's key, which is no text", "\x1b[118;9u", []],
    ["Esc", "\x1b[27u", [key("escape")]],
    ["a letter", "\x1b[97u\x1b[97;2u", [text("aA")]],
    ["a letter that the keyboard tells with Shift", "\x1b[55:47;2u", [text("/")]],
    ["a letter with Alt", "\x1b[98;3u", [key("alt-b")]],
    ["a key that is held, and let go", "\x1b[97;1:2u\x1b[97;1:3u", [text("a")]],
    ["an arrow, and one that is let go", "\x1b[1;1:1A\x1b[1;1:3A", [key("up")]],
    ["Caps Lock, and no character at all", "\x1b[57358u\x1b[9999999u", []],
    ["the cursor put back, which is no key", "\x1b[u", []],
  ])("in kitty's protocol: %s", (_what, bytes, pieces) => {
    expect(parse(bytes)).toEqual(pieces);
  });

  it.each([
    ["Ctrl-C", "\x1b[27;5;99~", [key("ctrl-c")]],
    ["Ctrl-D and Ctrl-Z", "\x1b[27;5;100~\x1b[27;5;122~", [key("ctrl-d"), key("ctrl-z")]],
    ["Enter", "\x1b[27;5;13~", [key("enter")]],
    ["Esc", "\x1b[27;5;27~", [key("escape")]],
    ["a letter with Shift", "\x1b[27;2;65~", [text("A")]],
  ])("in xterm's modifyOtherKeys: %s", (_what, bytes, pieces) => {
    expect(parse(bytes)).toEqual(pieces);
  });

  const windowsKey = (virtual: number, character: number, held = 0, down = 1) =>
    `\x1b[${virtual};0;${character};${down};${held};1_`;
  const typed = (characters: string) =>
    [...characters].map((character) => windowsKey(0, character.charCodeAt(0))).join("");

  it.each([
    ["Ctrl-C", windowsKey(67, 3, 8), [key("ctrl-c")]],
    ["Ctrl-D and Ctrl-Z", windowsKey(68, 4, 8) + windowsKey(90, 26, 4), [key("ctrl-d"), key("ctrl-z")]],
    ["Enter", windowsKey(13, 13), [key("enter")]],
    ["Esc", windowsKey(27, 27), [key("escape")]],
    ["a letter, let go again", windowsKey(65, 97) + windowsKey(65, 97, 0, 0), [text("a")]],
    ["Shift alone", windowsKey(16, 0, 16), []],
    ["a marked paste, character by character", typed("\x1b[200~key\x1b[201~"), [paste("key")]],
  ])("in win32-input-mode: %s", (_what, bytes, pieces) => {
    expect(parse(bytes)).toEqual(pieces);
  });
});

describe("text", () => {
  it("is read as UTF-8, wherever it is cut", () => {
    const bytes = Buffer.from("é✓😀");
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(parse(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual([text("é✓😀")]);
    }
  });

  it("has no control characters in it", () => {
    expect(parse("a\x00\x1f\x1c\u0085b\x7f\b\t\n\x15")).toEqual([
      text("ab"),
      key("backspace"),
      key("backspace"),
      key("tab"),
      key("enter"),
      key("ctrl-u"),
    ]);
  });
});

describe("a paste", () => {
  it("whose end never comes is delivered when nothing more comes", () => {
    expect(parse("\x1b[200~half of a key")).toEqual([paste("half of a key")]);
  });

  it("whose end was lost is ended by Ctrl-C", () => {
    expect(parse("\x1b[200~half\x03b")).toEqual([paste("half"), key("ctrl-c"), text("b")]);
  });

  it("keeps its lines and tabs, and no other control characters or sequences", () => {
    expect(parse("\x1b[200~one\r\ntwo\rthree\t\x00\x1b[1mfour\x1b[0m\x1b]0;title\x07\x1b[201~")).toEqual([
      paste("one\ntwo\nthree\tfour"),
    ]);
  });

  it("keeps no more than 64 KiB, and what follows it", () => {
    const lines = [..."x".repeat(100)].map((letter) => letter.repeat(1000));
    expect(parse("\x1b[200~", ...lines, "\x1b[201~\r")).toEqual([paste("x".repeat(64 * 1024)), key("enter")]);
  });
});

it("terminates for any bytes, and finds no controls in text", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
      const parser = new InputParser();
      const pieces = chunks.flatMap((chunk) => parser.push(Buffer.from(chunk)));
      for (const part of [...pieces, ...parser.flush()]) {
        if (part.kind === "text") expect(part.text).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
        if (part.kind === "paste") expect(part.text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
      }
      expect(parser.awaited).toBeUndefined();
    }),
  );
});
