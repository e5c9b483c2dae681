import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPastedKey } from "../../src/keys/pasted-key.ts";

const key = "testKey0".repeat(4);

const alphabet = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"];
const anyKey = fc.string({ unit: fc.constantFrom(...alphabet), minLength: 32, maxLength: 32 });
const space = fc.string({
  unit: fc.constantFrom(" ", "\t", "\n", "\r\n", "\u200b", "\ufeff", "\u202a", "\u2069"),
  maxLength: 4,
});
const prefix = fc.constantFrom(
  "",
  "MISTRAL_API_KEY=",
  "MISTRAL_API_KEY = ",
  "MISTRAL_API_KEY: ",
  "export MISTRAL_API_KEY=",
  "$ export MISTRAL_API_KEY=",
  "set MISTRAL_API_KEY=",
  "set -gx MISTRAL_API_KEY ",
  "setx MISTRAL_API_KEY ",
  "$env:MISTRAL_API_KEY = ",
  '"MISTRAL_API_KEY": ',
  "- MISTRAL_API_KEY=",
  "-e MISTRAL_API_KEY=",
  "LLM_MISTRAL_KEY=",
  "Bearer ",
  "Authorization: Bearer ",
  "x-api-key: ",
);
const quotes = fc.constantFrom(["", ""], ['"', '"'], ["'", "'"], ["`", "`"], ["“", "”"], ["‘", "’"]);
const suffix = fc.constantFrom("", ";", ",");
const markers = fc.constantFrom(
  ["", ""],
  ["\x1b[200~", "\x1b[201~"],
  ["\x1b[200~", ""],
  ["", "\x1b[201~"],
  ["[200~", "[201~"],
);

describe("readPastedKey", () => {
  it.each([
    ["the key alone", key],
    ["a newline at the end", `${key}\n`],
    ["a Windows newline at the end", `${key}\r\n`],
    ["spaces around it", `  ${key}\t`],
    ["quotes", `"${key}"`],
    ["quotes within quotes", `'"${key}"'`],
    ["a shell line", `export MISTRAL_API_KEY='${key}'`],
    ["a dotenv line with a comment", `MISTRAL_API_KEY="${key}" # made in May`],
    ["a JSON line", `  "MISTRAL_API_KEY": "${key}",`],
    ["an argument of curl", `-H "Authorization: Bearer ${key}"`],
    ["paste markers", `\x1b[200~${key}\x1b[201~`],
    ["paste markers without their escape", `[200~${key}[201~`],
    ["an empty line before and after", `\n\n${key}\n\n`],
  ])("extracts the key from %s", (_what, text) => {
    expect(readPastedKey(text)).toEqual({ outcome: "key", value: key });
  });

  it.each([
    "",
    " ",
    "\r\n",
    '""',
    "MISTRAL_API_KEY=",
    "export MISTRAL_API_KEY=''",
    "Bearer ",
    "\x1b[200~\x1b[201~",
  ])("finds nothing in %j", (text) => {
    expect(readPastedKey(text)).toEqual({ outcome: "empty" });
  });

  it("refuses two lines and says how many there were", () => {
    expect(readPastedKey(`${key}\nsomething else\n`)).toEqual({
      outcome: "unusable",
      reason: "That was 2 lines; a key is one line.",
    });
  });

  it("refuses a key that was broken into pieces rather than joining them", () => {
    expect(readPastedKey(`${key.slice(0, 20)}\n${key.slice(20)}`).outcome).toBe("unusable");
  });

  it.each([
    ["spaces in the middle", "two words"],
    ["a NUL, which would cut it short in a keychain", `${key.slice(0, 16)}\0${key.slice(16)}`],
    ["letters no header can carry", "ключ-ключ-ключ"],
    ["a bullet copied from a hidden field", "•".repeat(32)],
  ])("refuses %s", (_what, text) => {
    expect(readPastedKey(text).outcome).toBe("unusable");
  });

  it.each([
    "Ab3d...Xy4z",
    "MISTRAL_API_KEY=Ab3d...Xy4z",
    "Ab3d\u2026Xy4z",
    `Ab3d${"*".repeat(24)}Xy4z`,
    "\u2022\u2022\u2022\u2022Xy4z",
    "*".repeat(32),
  ])("refuses the short form of a key, %s, and says how to get the whole one", (text) => {
    expect(readPastedKey(text)).toEqual({
      outcome: "unusable",
      reason:
        "That is not the whole key: most of it is left out. Mistral shows it once, when it is made; make another if you do not have it.",
    });
  });

  it("refuses a text that is longer than any key", () => {
    expect(readPastedKey("a".repeat(5000)).outcome).toBe("unusable");
  });

  it("keeps a key of another shape as it is", () => {
    for (const other of ["short", "sk_live-0123.456~abc=", "A".repeat(200), `${key}x`]) {
      expect(readPastedKey(other)).toEqual({ outcome: "key", value: other });
    }
  });

  it("finds the key whatever is pasted around it", () => {
    fc.assert(
      fc.property(
        anyKey,
        space,
        space,
        prefix,
        quotes,
        suffix,
        markers,
        (value, before, after, name, [open, close], end, [start, stop]) => {
          const text = `${start}${before}${name}${open}${value}${close}${end}${after}${stop}`;
          expect(readPastedKey(text)).toEqual({ outcome: "key", value });
        },
      ),
    );
  });

  it("returns a key that parses as itself, and holds nothing that a store or a header cannot", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        const pasted = readPastedKey(text);
        if (pasted.outcome !== "key") return;
        expect(pasted.value).toMatch(/^[\x21-\x7e]+$/);
        expect(readPastedKey(pasted.value)).toEqual(pasted);
      }),
    );
  });

  it("never repeats its input in a reason", () => {
    fc.assert(
      fc.property(anyKey, fc.constantFrom(" ", "\n", "\0", "é"), (value, between) => {
        const pasted = readPastedKey(`${value}${between}${value}`);
        expect(pasted.outcome).toBe("unusable");
        expect(JSON.stringify(pasted)).not.toContain(value.slice(0, 8));
      }),
    );
  });
});
