import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputParser } from "../../../src/terminal/prompts/input-parser.ts";
import { sequenceFamilies } from "../../../src/terminal/prompts/input-sequences.ts";
import type { InputPiece } from "../../../src/terminal/prompts/key-listener.ts";

const key = (name: string): InputPiece => ({ kind: "key", key: name });
const text = (typed: string): InputPiece => ({ kind: "text", text: typed });
const paste = (pasted: string): InputPiece => ({ kind: "paste", text: pasted });

/** What comes of bytes, each character of `chunks` one of them, when nothing follows for a while. */
function parseBytes(...chunks: readonly string[]): InputPiece[] {
  const parser = new InputParser();
  const pieces = chunks.flatMap((chunk) => parser.push(Buffer.from(chunk, "latin1")));
  return joined([...pieces, ...parser.flush()]);
}

function parse(...chunks: readonly string[]): InputPiece[] {
  return parseBytes(...chunks.map((chunk) => Buffer.from(chunk).toString("latin1")));
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

/** Sequences of each family of the table, as bytes, and what they come to. */
const examples: Readonly<Record<string, readonly (readonly [string, string, readonly InputPiece[]])[]>> = {
  "mouse report in three bytes (X10), and of highlighted text": [
    ["a click", "\x1b[M !!", []],
    ["a click far to the right", "\x1b[M\x20\xff\xfe", []],
    ["a click as characters of UTF-8 (1005)", "\x1b[M\x20\xc3\x84!", []],
    ["highlighting", "\x1b[t!!", []],
    ["the end of highlighting", "\x1b[T!!!!!!", []],
    ["one that Ctrl-C breaks off", "\x1b[M !\x03", [key("ctrl-c")]],
  ],
  "function key of the Linux console": [["F1", "\x1b[[A", []]],
  "control sequence (CSI)": [
    ["an arrow", "\x1b[A", [key("up")]],
    ["an arrow with Ctrl", "\x1b[1;5D", [key("ctrl-left")]],
    ["an arrow with Alt", "\x1b[1;3C", [key("alt-right")]],
    [
      "Home and End, in each of their forms",
      "\x1b[H\x1b[1~\x1b[7~\x1b[F\x1b[4~\x1b[8~",
      [...Array.from({ length: 3 }, () => key("home")), ...Array.from({ length: 3 }, () => key("end"))],
    ],
    ["Delete", "\x1b[3~", [key("delete")]],
    ["Insert, Page Up and F5", "\x1b[2~\x1b[5~\x1b[15~", []],
    ["a tab backwards", "\x1b[Z", []],
    ["the beginning and the end of a paste", "\x1b[200~pasted\x1b[201~", [paste("pasted")]],
    ["focus that comes and goes", "\x1b[I\x1b[O", []],
    ["a mouse report (SGR)", "\x1b[<0;12;34M\x1b[<0;12;34m", []],
    ["a mouse report (urxvt)", "\x1b[32;12;34M", []],
    ["what kind of terminal it is", "\x1b[?62;1;4c\x1b[>1;10;0c\x1b[=0c", []],
    ["where the cursor is", "\x1b[24;80R\x1b[?24;80;1R", []],
    ["how the terminal is", "\x1b[0n\x1b[?2004;1$y\x1b[8;24;80t\x1b[?1u", []],
  ],
  "key of the keypad, or an old function key (SS3)": [
    ["F1", "\x1bOP", []],
    ["F1 with Ctrl, as it was once sent", "\x1bO5P", []],
    ["an arrow in application mode", "\x1bOA\x1bOD", [key("up"), key("left")]],
    ["Enter of the keypad", "\x1bOM", [key("enter")]],
    ["digits of the keypad", "\x1bOp\x1bOy", [text("09")]],
  ],
  "Alt with a key that sends a sequence": [["an arrow", "\x1b\x1b[A", [key("up")]]],
  "Alt with a character": [
    ["a letter", "\x1bb", [key("alt-b")]],
    ["Backspace", "\x1b\x7f", [key("alt-backspace")]],
    ["a letter that is no byte", "\x1b\xc3\xa9", [key("alt-é")]],
  ],
  Esc: [
    ["alone", "\x1b", [key("escape")]],
    ["twice", "\x1b\x1b", [key("escape"), key("escape")]],
    ["before Enter", "\x1b\r", [key("escape"), key("enter")]],
    ["before Ctrl-C", "\x1b\x03", [key("escape"), key("ctrl-c")]],
    ["before a string", "\x1b\x1b]11;x\x07", [key("escape")]],
  ],
};

describe.each(sequenceFamilies.map(({ name }) => name))("%s", (name) => {
  it.each(examples[name] ?? [])("%s", (_what, bytes, pieces) => {
    expect(parseBytes(bytes)).toEqual(pieces);
  });

  it("has examples, which text around does not change, wherever they are cut", () => {
    expect(examples[name]?.length).toBeGreaterThan(0);
    for (const [, bytes, pieces] of examples[name] ?? []) {
      const whole = joined([text("ab"), ...pieces, text("yz")]);
      // What is pressed behind Esc belongs to it.
      if (/\x1b$/.test(bytes)) continue;
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        expect(parseBytes(`ab${bytes.slice(0, cut)}`, `${bytes.slice(cut)}yz`)).toEqual(whole);
      }
      const single = [..."ab", ...bytes, ..."yz"];
      expect(parseBytes(...single)).toEqual(whole);
    }
  });
});

describe("a string", () => {
  it.each([
    ["OSC, ended by BEL", "\x1b]11;rgb:1e1e/1e1e/1e1e\x07"],
    ["OSC, ended by ST", "\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\"],
    ["OSC with UTF-8 in it", "\x1b]lé ✓\x1b\\"],
    ["DCS", "\x1bP>|term 1.0\x1b\\"],
    ["APC", "\x1b_Gi=31;OK\x1b\\"],
    ["PM", "\x1b^private\x1b\\"],
    ["SOS", "\x1bXtext\x1b\\"],
  ])("%s, is passed over wherever it is cut", (_what, sequence) => {
    const bytes = Buffer.from(sequence).toString("latin1");
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(parseBytes(`ab${bytes.slice(0, cut)}`, `${bytes.slice(cut)}yz`)).toEqual([text("abyz")]);
    }
  });

  it.each([
    ["Ctrl-C", "\x03", [key("ctrl-c")]],
    ["Ctrl-D", "\x04", [key("ctrl-d")]],
    ["Ctrl-Z", "\x1a", [key("ctrl-z")]],
    ["an arrow", "\x1b[A", [key("up")]],
    ["a paste", "\x1b[200~x\x1b[201~", [paste("x")]],
  ])("that is not ended is ended by %s", (_what, bytes, pieces) => {
    expect(parse(`\x1b]52;c;${bytes}`)).toEqual(pieces);
  });

  it("that is not ended holds nothing, however long it is, and is over when nothing more comes", () => {
    const parser = new InputParser();
    const push = (bytes: string) => parser.push(Buffer.from(bytes));
    expect(push("\x1b]52;c;")).toEqual([]);
    for (let piece = 0; piece < 1000; piece += 1) expect(push("x".repeat(10_000))).toEqual([]);
    expect(parser.awaited).toBe("sequence");
    expect(parser.flush()).toEqual([]);
    expect(push("key")).toEqual([text("key")]);
  });
});

describe("8-bit controls", () => {
  const sevenBit = {
    "\x1b[": 0x9b,
    "\x1bO": 0x8f,
    "\x1b]": 0x9d,
    "\x1bP": 0x90,
    "\x1b_": 0x9f,
    "\x1b^": 0x9e,
    "\x1bX": 0x98,
  };

  it.each([
    ["an arrow", "\x1b[A", [key("up")]],
    ["the keypad", "\x1bOp", [text("0")]],
    ["a paste", "\x1b[200~one\x1b[201~", [paste("one")]],
    ["OSC", "\x1b]11;x\x9c", []],
    ["DCS", "\x1bPx\x9c", []],
    ["APC", "\x1b_x\x9c", []],
    ["PM", "\x1b^x\x9c", []],
    ["SOS", "\x1bXx\x9c", []],
  ])("do the same: %s", (_what, sequence, pieces) => {
    const eightBit = Object.entries(sevenBit).reduce(
      (bytes, [introducer, code]) => bytes.replaceAll(introducer, String.fromCharCode(code)),
      sequence,
    );
    const whole = joined([text("ab"), ...pieces, text("yz")]);
    expect(parseBytes(`ab${eightBit}yz`)).toEqual(whole);
    // A terminal that speaks UTF-8 may encode them in it.
    expect(parse(`ab${eightBit}yz`)).toEqual(whole);
  });

  it("that introduce nothing are no text", () => {
    expect(parse("a\u0085\u0080b")).toEqual([text("ab")]);
  });
});

describe("keys that are sent as numbers", () => {
  it.each([
    ["Ctrl-C", "\x1b[99;5u", [key("ctrl-c")]],
    ["Ctrl-Shift-C", "\x1b[67;6u", [key("ctrl-c")]],
    ["Ctrl-C with Num Lock", "\x1b[99;133u", [key("ctrl-c")]],
    ["Ctrl-C on a Cyrillic keyboard", "\x1b[1089::99;5u", [key("ctrl-c")]],
    ["Ctrl-D and Ctrl-Z", "\x1b[100;5u\x1b[122;5u", [key("ctrl-d"), key("ctrl-z")]],
    ["Enter", "\x1b[13u", [key("enter")]],
    ["Enter with Shift", "\x1b[13;2u", [key("enter")]],
    ["Enter of the keypad", "\x1b[57414u", [key("enter")]],
    ["Esc", "\x1b[27u", [key("escape")]],
    ["Backspace", "\x1b[127u", [key("backspace")]],
    ["Tab", "\x1b[9u", [key("tab")]],
    ["a letter", "\x1b[97u\x1b[97;2u", [text("aA")]],
    ["a letter with Caps Lock", "\x1b[97;65u\x1b[97;66u", [text("Aa")]],
    ["a letter that the keyboard tells with Shift", "\x1b[55:47;2u", [text("/")]],
    ["the text that a key made", "\x1b[229;1;229u\x1b[0;1;128512u", [text("å")]],
    ["a key whose symbol with Shift is not told", "\x1b[55;2u", []],
    ["a letter with Alt", "\x1b[98;3u", [key("alt-b")]],
    ["a letter with the desktop's key", "\x1b[118;9u", []],
    ["a key that is held, and let go", "\x1b[97;1:2u\x1b[97;1:3u", [text("a")]],
    ["Ctrl-C that is let go", "\x1b[99;5:3u", []],
    ["an arrow, and one that is let go", "\x1b[1;1:1A\x1b[1;1:3A", [key("up")]],
    ["the keypad", "\x1b[57404u\x1b[57419u\x1b[57423u", [text("5"), key("up"), key("home")]],
    ["Caps Lock, and a media key", "\x1b[57358u\x1b[57428u", []],
    ["the cursor put back, which is no key", "\x1b[u", []],
  ])("in kitty's protocol: %s", (_what, bytes, pieces) => {
    expect(parse(bytes)).toEqual(pieces);
  });

  it.each([
    ["Ctrl-C", "\x1b[27;5;99~", [key("ctrl-c")]],
    ["Ctrl-D and Ctrl-Z", "\x1b[27;5;100~\x1b[27;5;122~", [key("ctrl-d"), key("ctrl-z")]],
    ["Enter", "\x1b[27;5;13~", [key("enter")]],
    ["Esc", "\x1b[27;5;27~", [key("escape")]],
    ["Backspace", "\x1b[27;5;127~", [key("backspace")]],
    ["a letter with Shift", "\x1b[27;2;65~", [text("A")]],
    ["a symbol with Shift", "\x1b[27;2;33~", []],
  ])("in xterm's modifyOtherKeys: %s", (_what, bytes, pieces) => {
    expect(parse(bytes)).toEqual(pieces);
  });

  const windowsKey = (virtual: number, character: number, held = 0, down = 1, repeats = 1) =>
    `\x1b[${virtual};0;${character};${down};${held};${repeats}_`;
  const typed = (characters: string) =>
    Array.from({ length: characters.length }, (_, at) => windowsKey(0, characters.charCodeAt(at))).join("");

  it.each([
    ["Ctrl-C", windowsKey(67, 3, 8), [key("ctrl-c")]],
    ["Ctrl-D and Ctrl-Z", windowsKey(68, 4, 8) + windowsKey(90, 26, 4), [key("ctrl-d"), key("ctrl-z")]],
    ["Enter", windowsKey(13, 13), [key("enter")]],
    ["Esc", windowsKey(27, 27), [key("escape")]],
    ["Backspace", windowsKey(8, 8), [key("backspace")]],
    [
      "the arrows",
      [38, 40, 37, 39].map((virtual) => windowsKey(virtual, 0, 256)).join(""),
      [key("up"), key("down"), key("left"), key("right")],
    ],
    ["a letter, and one with Shift", windowsKey(65, 97) + windowsKey(65, 65, 16), [text("aA")]],
    ["a letter with Alt", windowsKey(66, 98, 2), [key("alt-b")]],
    ["a symbol that AltGr makes", windowsKey(81, 64, 1 | 8), [text("@")]],
    ["a key that is let go", windowsKey(65, 97, 0, 0), []],
    ["Shift alone", windowsKey(16, 0, 16), []],
    ["a letter that repeats", windowsKey(65, 97, 0, 1, 3), [text("aaa")]],
    ["a character in two halves", typed("😀"), [text("😀")]],
    ["a marked paste, character by character", typed("\x1b[200~key\x1b[201~"), [paste("key")]],
    ["an answer of the terminal, character by character", typed("\x1b]11;x\x07"), []],
    ["numbers left out", "\x1b[65;;97;1_", [text("a")]],
  ])("in win32-input-mode: %s", (_what, bytes, pieces) => {
    expect(parse(bytes)).toEqual(pieces);
  });
});

describe("text", () => {
  it("is read as UTF-8, wherever it is cut", () => {
    const bytes = Buffer.from("é✓😀").toString("latin1");
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(parseBytes(bytes.slice(0, cut), bytes.slice(cut))).toEqual([text("é✓😀")]);
    }
  });

  it("is read as Latin 1 where it is no UTF-8", () => {
    expect(parseBytes("caf\xe9 a")).toEqual([text("café a")]);
    expect(parseBytes("caf\xe9")).toEqual([text("café")]);
  });

  it("has no control characters in it", () => {
    expect(parse("a\x00\x1f\x1cb\x7f\b\t\n\x15")).toEqual([
      text("ab"),
      key("backspace"),
      key("backspace"),
      key("tab"),
      key("enter"),
      key("ctrl-u"),
    ]);
  });

  it("stays what it is behind a sequence that is broken off", () => {
    expect(parse("\x1b[12é")).toEqual([text("é")]);
    expect(parse("\x1b[12\r")).toEqual([key("enter")]);
    expect(parse(`\x1b[${"1;".repeat(500)}x`)).toEqual([text("x")]);
  });
});

describe("a paste", () => {
  it("whose end never comes is given when nothing more comes", () => {
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

it("finds the same in chunks of any size, and nothing that is no text", () => {
  const piece = fc.constantFrom(
    ..."abc\r\x03é",
    "\x1b[200~pasted\x1b[201~",
    "\x1b[A",
    "\x1b[3~",
    "\x1b[200~\x1b[201~",
    "\x1b]11;rgb:1/2/3\x07",
    "\x1bP>|term\x1b\\",
    "\x1b[M !!",
    "\x1b[99;5u",
    "\x1b[65;0;97;1;0;1_",
  );
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.integer({ min: 0, max: 9 })), (pieces, lengths) => {
      const bytes = Buffer.from(pieces.join("")).toString("latin1");
      const chunks: string[] = [];
      let at = 0;
      for (const length of [...lengths, bytes.length]) {
        chunks.push(bytes.slice(at, at + length));
        at += length;
      }
      const found = parseBytes(...chunks);
      expect(found).toEqual(parseBytes(bytes));
      const typed = found.map((part) => (part.kind === "text" ? part.text : "")).join("");
      expect(typed).toMatch(/^[abcé]*$/);
    }),
  );
});

it("comes to an end with any bytes", () => {
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
