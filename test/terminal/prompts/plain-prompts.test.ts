import { describe, expect, it } from "vitest";
import { ask, digest, dumb, key, plainlyShown as shown } from "./asking.ts";

describe("in a dumb terminal", () => {
  it("asks everything without a single escape sequence or symbol", async () => {
    await ask(["choose", "confirm", "text", "press", "key", "new-passphrase"], dumb, async (terminal) => {
      await terminal.waitFor(shown.choose);
      terminal.type("3\r");
      expect(await terminal.answerTo("choose")).toBe("key");
      await terminal.waitFor(shown.confirm);
      terminal.type("n\r");
      expect(await terminal.answerTo("confirm")).toBe(false);
      await terminal.waitFor(shown.text);
      terminal.type("desk\r");
      expect(await terminal.answerTo("text")).toBe("desk");
      await terminal.waitFor(shown.press);
      terminal.type("s\r");
      expect(await terminal.answerTo("press")).toBe("skip");
      await terminal.waitFor(shown.key);
      terminal.paste(`export MISTRAL_API_KEY=${key}\n`, { bracketed: false });
      await terminal.waitFor("32 characters, looks right");
      expect(await terminal.answerTo("key")).toBe(digest(key));
      await terminal.waitFor(shown.passphrase);
      terminal.type("some words\r");
      await terminal.waitFor("? The same again");
      terminal.type("some words\r");
      expect(await terminal.answerTo("new-passphrase")).toBe(digest("some words"));
      await terminal.waitFor("<exit 0>");
      expect(terminal.everything()).toMatch(/^[\r\n\x20-\x7e]*$/);
    });
  });

  it("accepts the default with Enter alone", async () => {
    await ask(["choose", "confirm", "press"], dumb, async (terminal) => {
      for (const [question, value] of [
        ["choose", "account"],
        ["confirm", true],
        ["press", "open"],
      ] as const) {
        await terminal.waitFor(shown[question]);
        terminal.press("enter");
        expect(await terminal.answerTo(question)).toBe(value);
      }
    });
  });

  it("shows an example when asked to", async () => {
    await ask(["date"], dumb, async (terminal) => {
      await terminal.waitFor(/\? Its last day \(such as 21 Feb 2027\):$/);
      terminal.type("2027-02-21\r");
      expect(await terminal.answerTo("date")).toBe("2027-02-21");
    });
  });

  it("asks again when an answer is invalid", async () => {
    await ask(["choose", "confirm", "text", "press"], dumb, async (terminal) => {
      for (const [question, wrong, reason, right] of [
        ["choose", "7", "Enter a number from 1 to 3.", "1"],
        ["confirm", "maybe", "Enter yes or no.", "yes"],
        ["text", "bad", "Another name, please.", "good"],
        ["press", "x", "Enter one of the letters above.", "b"],
      ] as const) {
        await terminal.waitFor(shown[question]);
        terminal.type(`${wrong}\r`);
        await terminal.waitFor(reason);
        // The question stands there once more.
        await terminal.waitFor(/[:>]$/);
        terminal.type(`${right}\r`);
        await terminal.answerTo(question);
      }
    });
  });

  it("refuses a key of several lines, and asks before it takes one of another shape", async () => {
    await ask(["key"], dumb, async (terminal) => {
      await terminal.waitFor(shown.key);
      terminal.paste(`${key}\n${key.toLowerCase()}\n`, { bracketed: false });
      await terminal.waitFor("[!] That was 2 lines");
      terminal.type(`${key}x\r`);
      await terminal.waitFor("Use it anyway? Yes or no");
      terminal.type("yes\r");
      expect(await terminal.answerTo("key")).toBe(digest(`${key}x`));
    });
  });
});

it("asks in the same way, with symbols, for a screen reader", async () => {
  await ask(["choose", "key"], { env: { ACCESSIBLE: "1" } }, async (terminal) => {
    await terminal.waitFor(shown.choose);
    terminal.type("1\r");
    expect(await terminal.answerTo("choose")).toBe("new");
    await terminal.waitFor(shown.key);
    terminal.type(`${key}\r`);
    expect(await terminal.answerTo("key")).toBe(digest(key));
  });
});
