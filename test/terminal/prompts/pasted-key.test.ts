import { describe, expect, it } from "vitest";
import { ask, digest, dumb, key } from "./asking.ts";

/** Something that each question shows once it is asked, and in a dumb terminal. */
const shown = {
  "choose-or-key": ["Enter choose", "Number, then Enter (2):"],
  "confirm-or-key": ["(Y/n)", "Enter (yes):"],
  "text-or-key": ["? Name  laptop", "? Name (laptop):"],
  "press-or-key": ["Ctrl-C stop", "b, then Enter: back\n>"],
} as const;
const questions = Object.keys(shown) as (keyof typeof shown)[];

// Every test here checks at its end that the key was never shown.
describe.each(questions)("a key pasted at %s", (question) => {
  it("is accepted with Enter", async () => {
    await ask([question], {}, async (terminal) => {
      await terminal.waitFor(shown[question][0]);
      terminal.paste(key);
      await terminal.waitFor("Your key  ••••••••  32 characters, looks right");
      terminal.press("enter");
      expect(await terminal.answerTo(question)).toBe(digest(key));
    });
  });

  it("is accepted when the terminal marks no pastes, with the newline after it", async () => {
    await ask([question], {}, async (terminal) => {
      await terminal.waitFor(shown[question][0]);
      terminal.paste(`${key}\n`, { bracketed: false });
      expect(await terminal.answerTo(question)).toBe(digest(key));
    });
  });

  it("is accepted in a dumb terminal, and is hidden there, too", async () => {
    await ask([question], dumb, async (terminal) => {
      await terminal.waitFor(shown[question][1]);
      terminal.paste(`${key}\n`, { bracketed: false });
      expect(await terminal.answerTo(question)).toBe(digest(key));
      expect(terminal.everything()).toMatch(/^[\r\n\x20-\x7e]*$/);
    });
  });
});

it("is asked for again, unseen, when other words came with it", async () => {
  await ask(["text-or-key"], {}, async (terminal) => {
    await terminal.waitFor("? Name  laptop");
    terminal.paste(`API key\n${key}`);
    await terminal.waitFor("Your key  ••••••••  That was 2 lines; a key is one line.");
    terminal.press("ctrl-u");
    terminal.paste(key);
    await terminal.waitFor("32 characters, looks right");
    terminal.press("enter");
    expect(await terminal.answerTo("text-or-key")).toBe(digest(key));
  });
});

it("can be abandoned with b", async () => {
  await ask(["choose-or-key"], {}, async (terminal) => {
    await terminal.waitFor("Enter choose");
    terminal.paste(key);
    await terminal.waitFor("32 characters");
    terminal.press("ctrl-u");
    await terminal.waitFor("b and Enter: back");
    terminal.type("b");
    await terminal.waitFor(/Your key {2}back$/);
    terminal.press("enter");
    await terminal.waitFor(/› back\n[\s\S]*Enter choose/);
    terminal.press("enter");
    expect(await terminal.answerTo("choose-or-key")).toBe("account");
  });
});

describe("a key pasted where none is accepted", () => {
  it.each([
    ["alone", key],
    ["on the line below its name", `API key\n${key}`],
    ["among other words", `my key is ${key}, I think`],
  ])("is not shown by a text question, which says so: %s", async (_how, text) => {
    await ask(["text"], {}, async (terminal) => {
      await terminal.waitFor("? Name  laptop");
      terminal.paste(text);
      await terminal.waitFor(/! That looks like a key[\s\S]*\? Name {2}laptop/);
      terminal.press("enter");
      expect(await terminal.answerTo("text")).toBe("");
    });
  });

  it.each([
    ["alone", key],
    ["among other words", `my key is ${key}`],
  ])("is not shown by a dumb terminal: %s", async (_how, text) => {
    await ask(["text"], dumb, async (terminal) => {
      await terminal.waitFor("? Name (laptop):");
      terminal.paste(text, { bracketed: false });
      await terminal.waitFor(/That looks like a key[\s\S]*\? Name \(laptop\):/);
      terminal.press("enter");
      expect(await terminal.answerTo("text")).toBe("");
    });
  });

  it("does not answer a list, which says so", async () => {
    await ask(["choose"], {}, async (terminal) => {
      await terminal.waitFor("Enter choose");
      terminal.paste(`${key}\n`);
      await terminal.waitFor(/! That looks like a key[\s\S]*Enter choose/);
      terminal.press("up");
      await terminal.waitFor("› I am new");
      terminal.press("enter");
      expect(await terminal.answerTo("choose")).toBe("new");
    });
  });
});
