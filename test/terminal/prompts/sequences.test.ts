import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Asker, digest, key, openAsker, questions, shown } from "./asking.ts";

let asker: Asker;
beforeAll(async () => {
  asker = await openAsker();
});
afterAll(() => asker.remove());

describe("at the hidden prompt", () => {
  it.each([
    ["a late answer about the colour", "\x1b]11;rgb:1e1e/1e1e/1e1e\x07"],
    ["a late answer about the version", "\x1bP>|term 1.0\x1b\\"],
    ["an answer of the kitty graphics protocol", "\x1b_Gi=1;OK\x1b\\"],
    ["an old mouse report", "\x1b[M !!"],
    ["a mouse report", "\x1b[<0;10;10M"],
    ["what kind of terminal it is, and where the cursor is", "\x1b[?62;4c\x1b[10;10R"],
    ["focus", "\x1b[I"],
  ])("%s is no part of a key", async (_what, sequence) => {
    await asker.ask(["key"], {}, async (terminal) => {
      await terminal.waitFor(shown.key);
      terminal.type(`${sequence}${key.slice(0, 8)}`);
      await terminal.waitFor("8 characters");
      terminal.type(`${sequence}${key.slice(8)}`);
      await terminal.waitFor("32 characters, looks right");
      terminal.press("enter");
      expect(await terminal.answerTo("key")).toBe(digest(key));
    });
  });

  it("an answer that comes in pieces is no part of a key", async () => {
    await asker.ask(["key"], {}, async (terminal) => {
      await terminal.waitFor(shown.key);
      for (const piece of ["x\x1b", "]11;rgb:1e1e", "/1e1e/1e1e", "\x1b", `\\${key.slice(1)}`])
        terminal.type(piece);
      await terminal.waitFor("32 characters, looks right");
      terminal.press("ctrl-c");
    });
  });
});

describe.each(questions)("at %s", (question) => {
  it.each([
    ["kitty", "\x1b[99;5u"],
    ["xterm", "\x1b[27;5;99~"],
    ["Windows", "\x1b[67;46;3;1;8;1_"],
  ])("Ctrl-C as %s's protocol sends it ends it", async (_whose, sequence) => {
    await asker.ask([question], {}, async (terminal) => {
      await terminal.waitFor(shown[question]);
      terminal.type(sequence);
      expect(await terminal.waitFor("<exit 130>")).toContain("<cancelled>");
    });
  });
});

describe.each([
  ["kitty", { enter: "\x1b[13u", up: "\x1b[1;1:1A", d: "\x1b[100;5u", b: "\x1b[98u" }],
  ["xterm", { enter: "\x1b[27;1;13~", up: "\x1bOA", d: "\x1b[27;5;100~", b: "\x1b[27;1;98~" }],
  [
    "Windows",
    {
      enter: "\x1b[13;28;13;1;0;1_",
      up: "\x1b[38;72;0;1;256;1_",
      d: "\x1b[68;32;4;1;8;1_",
      b: "\x1b[66;48;98;1;0;1_",
    },
  ],
])("in %s's protocol", (_whose, sends) => {
  it("an arrow and Enter choose", async () => {
    await asker.ask(["choose"], {}, async (terminal) => {
      await terminal.waitFor(shown.choose);
      terminal.type(sends.up);
      await terminal.waitFor("› I am new");
      terminal.type(sends.enter);
      expect(await terminal.answerTo("choose")).toBe("new");
    });
  });

  it("a letter is pressed, and Enter ends a key", async () => {
    await asker.ask(["press", "key"], {}, async (terminal) => {
      await terminal.waitFor(shown.press);
      terminal.type(sends.b);
      expect(await terminal.answerTo("press")).toBe("back");
      await terminal.waitFor(shown.key);
      terminal.paste(key);
      await terminal.waitFor("32 characters");
      terminal.type(sends.enter);
      expect(await terminal.answerTo("key")).toBe(digest(key));
    });
  });

  it("Ctrl-D leaves", async () => {
    await asker.ask(["text"], {}, async (terminal) => {
      await terminal.waitFor(shown.text);
      terminal.type(sends.d);
      expect(await terminal.waitFor("<exit 130>")).toContain("<cancelled>");
    });
  });
});
