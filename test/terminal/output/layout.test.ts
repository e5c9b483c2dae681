import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displayWidth, hang, keyValueRows, padEnd, wrap } from "../../../src/terminal/output/layout.ts";

describe("displayWidth", () => {
  it("counts columns, not characters", () => {
    expect(displayWidth("key")).toBe(3);
    expect(displayWidth("\x1b[1mkey\x1b[22m")).toBe(3);
    expect(displayWidth("\x1b]8;;https://a.example\x07key\x1b]8;;\x07")).toBe(3);
    expect(displayWidth("鍵")).toBe(2);
    expect(displayWidth("✓ › ●")).toBe(5);
  });
});

describe("wrap", () => {
  it("breaks at spaces", () => {
    expect(wrap("one two three", 8)).toEqual(["one two", "three"]);
  });

  it("keeps an address whole, so that it can be copied", () => {
    const address = "https://console.mistral.ai/api-keys";
    expect(wrap(`see ${address} now`, 12)).toEqual(["see", address, "now"]);
  });

  it("keeps a line for the shell whole, so that no part of it is run alone", () => {
    const line = `Unlock it, in bash: (read -rs p; printf %s "$p" | daemon)`;
    expect(wrap(line, 30)).toEqual(["Unlock it, in bash:", `(read -rs p; printf %s "$p" | daemon)`]);
    expect(wrap(line, 80)).toEqual([line]);
  });

  it.each(["mistral-key rotate --all --auto", "npx mistral-key init --with-key < FILE"])(
    "keeps %s whole, so that it can be copied",
    (command) => {
      expect(wrap(`To end it: ${command}`, 20)).toEqual(["To end it:", command]);
      expect(wrap(command, 20)).toEqual([command]);
    },
  );

  it.each([
    'eval "$(mistral-key env)"',
    "$env:MISTRAL_API_KEY = npx mistral-key get -p work",
    "for /f %k in ('npx mistral-key get') do @set MISTRAL_API_KEY=%k",
    "unset MISTRAL_API_KEY",
    "set -e MISTRAL_API_KEY",
    "Remove-Item Env:MISTRAL_API_KEY",
    "/usr/bin/zsh -ic 'COMMAND'",
    "security unlock-keychain ~/Library/Keychains/login.keychain-db",
    "aws secretsmanager create-secret --name work/mistral",
    "sudo apt-get install gnome-keyring",
    "git rm --cached .env",
    "dbus-run-session -- bash",
    "pass edit work/mistral",
  ])("keeps %s whole after what it is for", (command) => {
    expect(wrap(`To do it: ${command}`, 20)).toEqual(["To do it:", command]);
    expect(wrap(`To do it: ${command} and more.`, 20).length).toBeGreaterThan(2);
  });

  it("wraps a sentence about the program like any other", () => {
    const sentence = "mistral-key does not know that shell.";
    expect(wrap(sentence, 20)).toEqual(["mistral-key does not", "know that shell."]);
  });

  it("breaks a long word where lines must not be longer", () => {
    expect(wrap("abcdefgh", 3, true)).toEqual(["abc", "def", "gh"]);
  });

  it("never makes a line too long, and loses no word", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "é", "鍵"), minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(word), fc.integer({ min: 10, max: 60 }), (words, width) => {
        const lines = wrap(words.join(" "), width);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join(" ").trim()).toBe(words.join(" "));
      }),
    );
  });
});

it("indents later lines to match the first", () => {
  expect(hang("  › ", "one two three", 12)).toBe("  › one two\n    three");
});

it("pads by columns", () => {
  expect(padEnd("\x1b[1m鍵\x1b[22m", 4)).toBe("\x1b[1m鍵\x1b[22m  ");
});

describe("keyValueRows", () => {
  const rows = [
    { label: "Key", value: "laptop, in workspace Research" },
    { label: "Account", value: "ada@example.com" },
  ];

  it("puts the values in a column of their own", () => {
    expect(keyValueRows(rows, 60)).toEqual([
      "Key      laptop, in workspace Research",
      "Account  ada@example.com",
    ]);
  });

  it("wraps a value within its column", () => {
    expect(keyValueRows(rows, 32)).toEqual([
      "Key      laptop, in workspace",
      "         Research",
      "Account  ada@example.com",
    ]);
  });

  it("puts values under their labels when there is too little room", () => {
    expect(keyValueRows(rows, 24)).toEqual([
      "Key",
      "  laptop, in workspace",
      "  Research",
      "Account",
      "  ada@example.com",
    ]);
  });
});
