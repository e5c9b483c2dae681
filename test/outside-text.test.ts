import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ApiKey } from "../src/keys/api-key.ts";
import { cleanText, StreamCleaner, showName } from "../src/outside-text.ts";

const value = "GOODtestKey0testKey0testKey0Last";
const key = ApiKey.of(value);
const characters = [...value];
const hex = (character: string, digits: number) =>
  (character.codePointAt(0) ?? 0).toString(16).padStart(digits, "0");

describe("text from outside", () => {
  it.each([
    ["plain text", "Research", "Research"],
    ["letters of any language", "  Forschung für 研究 🧪 ", "Forschung für 研究 🧪"],
    ["a title for the terminal", "a\x1b]0;PWN\x07b", "ab"],
    ["a title that never ends", "a\x1b]0;PWN", "a"],
    ["colours and cursor moves", "\x1b[31mred\x1b[2J\x1b[1;1H!", "red!"],
    ["sequences in C1 characters", "a\x9b31mb\x9d0;PWN\x9cc", "abc"],
    ["a string of a device", "a\x1bP>|term 1.0\x1b\\b", "ab"],
    ["a sequence inside a sequence", "a\x1b\x1b[m[31mb", "a[31mb"],
    ["lines", "one\r\ntwo\tthree\u2028four", "one two three four"],
    ["other controls", "a\x00\x08\x7f\x85b", "a b"],
    ["zero-width characters and soft hyphens", "a\u200b\u00ad\u2060\ufeff\ufff9b", "ab"],
    ["what turns the direction", "a\u202e\u2066\u200fb", "ab"],
    ["tags and variation selectors", "a\u{e0041}\ufe0f\u{e0101}b", "ab"],
    [
      "what joins letters and emoji",
      "می\u200cخواهم 👩🏽\u200d💻 ❤\ufe0f",
      "می\u200cخواهم 👩🏽\u200d💻 ❤\ufe0f",
    ],
    ["a joiner that joins nothing", "a\u200db\u200d\u200d 1\ufe0f", "ab 1"],
    ["halves of characters", "a\ud800b", "ab"],
    ["escapes that are only text", "50%20off \\u0041 &amp;", "50%20off \\u0041 &amp;"],
  ])("loses nothing but invisible characters: %s", (_what, text, shown) => {
    expect(cleanText(text, [key])).toBe(shown);
  });

  it.each([
    ["as it is", value],
    ["with the first letter as JSON writes it", `\\u0047${value.slice(1)}`],
    ["all in JSON's escapes", characters.map((one) => `\\u${hex(one, 4)}`).join("")],
    ["escaped twice", characters.map((one) => `\\\\u${hex(one, 4)}`).join("")],
    [
      "in JavaScript's other escapes",
      characters.map((one) => `\\u{${hex(one, 1)}}\\x`.slice(0, -2)).join(""),
    ],
    ["in hexadecimal", characters.map((one) => `\\x${hex(one, 2)}`).join("")],
    ["as an address", characters.map((one) => `%${hex(one, 2)}`).join("")],
    ["as an address in an address", characters.map((one) => `%25${hex(one, 2)}`).join("")],
    ["in HTML, decimal", characters.map((one) => `&#${one.codePointAt(0)};`).join("")],
    ["in HTML, hexadecimal", characters.map((one) => `&#x${hex(one, 2)};`).join("")],
    ["in HTML in HTML", characters.map((one) => `&amp;#x${hex(one, 2)};`).join("")],
    ["with invisible characters", characters.join("\u200b")],
    ["with colours inside", `${value.slice(0, 9)}\x1b[31m${value.slice(9)}`],
    ["with joiners behind marks", characters.join("\u034f\u200d")],
    ["with escaped invisible characters", characters.join("\\u200b")],
  ])("masks the key %s", (_how, text) => {
    expect(cleanText(`the key ${text} of`, [key])).toBe(`the key ${key.mask} of`);
  });

  it.each([
    ["spaces", characters.join(" ")],
    ["marks above the letters", characters.join("\u0301")],
    ["dashes", characters.join("-")],
    ["nothing, in capitals", value.toUpperCase()],
    [
      "nothing, in wide letters",
      characters.map((one) => String.fromCodePoint((one.codePointAt(0) ?? 0) + 0xfee0)).join(""),
    ],
  ])("leaves out a text that holds the key with %s in between", (_what, text) => {
    expect(cleanText(`the key ${text}`, [key])).toBe("(left out, since it holds the key)");
  });

  it.each([
    ["backwards", [...value].reverse().join("")],
    ["in hexadecimal digits", Buffer.from(value).toString("hex").toUpperCase()],
    ["in base64", Buffer.from(value).toString("base64")],
    ["in base64 behind one byte", Buffer.from(`:${value}`).toString("base64url")],
    ["in base64 behind two", Buffer.from(`u:${value}`).toString("base64")],
  ])("leaves out a text that holds the key %s", (_how, text) => {
    expect(cleanText(`the key ${text}`, [key])).toBe("(left out, since it holds the key)");
  });

  it("masks a piece of the key, even where the text is cut", () => {
    expect(cleanText(`starts with ${value.slice(0, 20)}`, [key])).toBe(`starts with ${key.mask}`);
    expect(cleanText(`${"x".repeat(240)}${value}`, [key])).not.toContain(value.slice(0, 12));
    expect(cleanText(value, [key], 8)).toBe("GOOD...…");
  });

  it("masks either half of the key, beside the whole key too", () => {
    for (const half of [value.slice(0, 16), value.slice(8, 24), value.slice(16)]) {
      expect(cleanText(`ends with ${half}`, [key])).toBe(`ends with ${key.mask}`);
      expect(cleanText(`${value} or ${half}`, [key])).toBe(`${key.mask} or ${key.mask}`);
    }
  });

  it("is short", () => {
    expect(cleanText("🧪".repeat(300))).toBe(`${"🧪".repeat(254)}…`);
    expect(cleanText("x".repeat(10_000_000)).length).toBe(255);
  });

  it("leaves other keys alone, and terminates for a key that looks like its mask", () => {
    expect(cleanText("testKey1".repeat(4), [key])).toBe("testKey1".repeat(4));
    expect(cleanText("*".repeat(60), [ApiKey.of("*".repeat(15))]).length).toBeLessThan(70);
    expect(cleanText("a...a...a...a...a...", [ApiKey.of("a...".repeat(8))])).toBeTruthy();
  });

  it("never shows a key or a control, whatever surrounds it", () => {
    const noise = fc.string({ unit: "binary", maxLength: 12 });
    const escaped = fc
      .constantFrom(...characters.map((_, at) => at))
      .map((at) => characters.map((one, index) => (index === at ? `\\u${hex(one, 4)}` : one)).join(""));
    fc.assert(
      fc.property(noise, fc.oneof(fc.constant(value), escaped), noise, (before, middle, after) => {
        const cleaned = cleanText(before + middle + after, [key]);
        expect(cleaned).not.toContain(value);
        for (const shown of [cleaned, showName(before + middle + after)]) {
          expect(shown).not.toMatch(/(?!\u200c|\u200d)[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/u);
          expect(stripVTControlCharacters(shown)).toBe(shown);
        }
      }),
    );
  });
});

describe("a text that comes in pieces", () => {
  const clean = (...pieces: readonly string[]) => {
    const cleaner = new StreamCleaner([key]);
    return [...pieces.map((piece) => cleaner.push(piece)), cleaner.end()].join("");
  };

  it("keeps its lines and loses its controls", () => {
    expect(clean("one\r\ntwo\t", "\x1b[31mthree\x00\u202e\n")).toBe("one\ntwo\t[31mthree\n");
  });

  it("is shown as soon as it cannot be part of a key", () => {
    const cleaner = new StreamCleaner([key]);
    expect(cleaner.push("Hello! ")).toBe("Hello! ");
    expect(cleaner.push("say GOODtest")).toBe("say ");
    expect(cleaner.push("ing 研究")).toBe("GOODtesting 研究");
    expect(cleaner.push("3.14159265358979323846")).toBe("3.14159265358979323846");
    expect(cleaner.end()).toBe("");
  });

  it("never contains the key, wherever it is cut", () => {
    const whole = `the key ${value} of`;
    for (let size = 1; size <= whole.length; size += 1) {
      const pieces = whole.match(new RegExp(`.{1,${size}}`, "gs")) ?? [];
      expect(clean(...pieces)).toBe(`the key ${key.mask} of`);
    }
    expect(clean(value)).toBe(key.mask);
    expect(clean(value, value.slice(0, 20))).toBe(key.mask + key.mask);
  });

  it("never contains half of the key when the next letter could begin another piece", () => {
    // "to" is in the key, too, so the last "t" could be the start of another piece.
    const repeating = ApiKey.of("abcdefghijklmnotuvwxyz0123456to0");
    const cleaner = new StreamCleaner([repeating]);
    const shown = [..."abcdefghijklmnoto.."].map((letter) => cleaner.push(letter)).join("") + cleaner.end();
    expect(shown).not.toContain("abcdefghijklmnot");
  });

  it("never contains a self-repeating key that occurs twice in a row", () => {
    const repeating = ApiKey.of("testKey0".repeat(4));
    const cleaner = new StreamCleaner([repeating]);
    const twice = [...repeating.reveal().repeat(2)];
    const shown = twice.map((letter) => cleaner.push(letter)).join("") + cleaner.end();
    expect(shown).toBe(repeating.mask.repeat(2));
  });
});

describe("a name", () => {
  it.each([
    [".env\x1b]0;PWN\x07", ".env\\x1b]0;PWN\\x07"],
    ["caf\u00e9 研究.txt", "caf\u00e9 研究.txt"],
    ["two\nlines", "two\\x0alines"],
    ["a\u200bb\u202egpj.exe", "a\\u200bb\\u202egpj.exe"],
    ["a\u{e0041}b\x9bm", "a\\u{e0041}b\\x9bm"],
    ["C:\\Users\\ada", "C:\\Users\\ada"],
  ])("is shown with its controls escaped", (name, shown) => {
    expect(showName(name)).toBe(shown);
  });
});
