import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { patientTimers } from "../../support/patient-timers.ts";
import { type Asking, ask, askOne, digest, key } from "./asking.ts";

const awaitPrompt = (terminal: Asking) => terminal.waitFor("stays hidden");

async function expectKey(terminal: Asking): Promise<void> {
  expect(await terminal.answerTo("key")).toBe(digest(key));
  await terminal.waitFor("<exit 0>");
}

describe("a key that is pasted", () => {
  it.each([
    ["alone", key],
    ["as a shell line, with a Windows newline", `export MISTRAL_API_KEY='${key}'\r\n`],
  ])("%s, with markers, shows its length and waits for Enter", async (_what, text) => {
    await askOne("key", async (terminal) => {
      terminal.paste(text);
      const screen = await terminal.waitFor("32 characters, looks right");
      expect(screen).toContain("••••••••  32");
      terminal.press("enter");
      await expectKey(terminal);
    });
  });

  it("without markers is the same", async () => {
    await askOne("key", async (terminal) => {
      terminal.paste(`  "${key}" `, { bracketed: false });
      await terminal.waitFor("32 characters, looks right");
      terminal.press("enter");
      await expectKey(terminal);
    });
  });

  it.each(["\n", "\r\n"])("without markers and with %j at its end is complete", async (end) => {
    await askOne("key", async (terminal) => {
      terminal.type(`${key}${end}`);
      await expectKey(terminal);
    });
  });

  it.each([1, 5])("in chunks of %i, with markers", async (size) => {
    await askOne("key", async (terminal) => {
      await typeInChunks(terminal, `\x1b[200~${key}\r\x1b[201~`, size);
      await terminal.waitFor("32 characters");
      terminal.press("enter");
      await expectKey(terminal);
    });
  });

  it("is not redrawn for each character", async () => {
    await askOne("key", async (terminal) => {
      const before = terminal.everything().length;
      terminal.type(key);
      await terminal.waitFor("32 characters");
      const drawings = terminal.everything().slice(before).split("Your key").length - 1;
      expect(drawings).toBeLessThan(5);
      terminal.press("enter");
      await expectKey(terminal);
    });
  });
});

describe("what else a terminal sends", () => {
  it("is no part of a key", async () => {
    await ask(["key"], { env: patientTimers }, async (terminal) => {
      await awaitPrompt(terminal);
      terminal.type(`\x1b]11;rgb:1e1e/1e1e/1e1e\x07\x1b[M !!${key.slice(0, 8)}`);
      await terminal.waitFor("8 characters");
      for (const piece of ["\x1bP>|term", " 1.0", "\x1b", "\\", key.slice(8)]) terminal.type(piece);
      await terminal.waitFor("32 characters, looks right");
      terminal.type("\x1b[13u");
      await expectKey(terminal);
    });
  });

  it("ends the question where it is Ctrl-C as a number", async () => {
    await askOne("key", async (terminal) => {
      terminal.type("\x1b[99;5u");
      await terminal.waitFor("<exit 130>");
    });
  });
});

describe("a paste of several lines", () => {
  it.each([true, false])(
    "is refused with the reason, and answers no other question (markers: %s)",
    async (bracketed) => {
      await ask(["key", "choose"], {}, async (terminal) => {
        await awaitPrompt(terminal);
        terminal.paste(`${key}\n${key.toLowerCase()}\nthird\n`, { bracketed });
        if (bracketed) {
          await terminal.waitFor("3 lines");
          terminal.press("enter");
        }
        await terminal.waitFor("! That was 3 lines; a key is one line.");
        terminal.paste(key);
        await terminal.waitFor("32 characters");
        terminal.press("enter");
        expect(await terminal.answerTo("key")).toBe(digest(key));
        await terminal.waitFor("Where are you now?");
        terminal.press("up");
        await terminal.waitFor("› I am new");
        terminal.press("enter");
        expect(await terminal.answerTo("choose")).toBe("new");
      });
    },
  );

  it("is refused too when its lines come one after the other", async () => {
    await ask(["key"], { env: patientTimers }, async (terminal) => {
      await awaitPrompt(terminal);
      terminal.type(`${key}\r`);
      terminal.type("second line\r");
      await terminal.waitFor("! That was 2 lines");
      terminal.press("ctrl-c");
    });
  });
});

describe("a key that is typed", () => {
  it("can be deleted with Backspace, Ctrl-W and Ctrl-U", async () => {
    await askOne("key", async (terminal) => {
      terminal.type(`${key}x`);
      await terminal.waitFor("33 characters, usually 32");
      terminal.press("backspace");
      await terminal.waitFor("32 characters, looks right");
      for (const clear of ["ctrl-u", "ctrl-w"] as const) {
        terminal.press(clear);
        await terminal.waitFor("paste it here");
        terminal.type(key);
        await terminal.waitFor("32 characters, looks right");
      }
      terminal.press("enter");
      await expectKey(terminal);
    });
  });

  it("stays hidden whatever is pressed", async () => {
    await ask(["key", "text"], {}, async (terminal) => {
      await awaitPrompt(terminal);
      terminal.type(key);
      await terminal.waitFor("32 characters");
      for (const press of ["ctrl-t", "ctrl-r", "tab", "up", "down", "home", "escape"] as const) {
        terminal.press(press);
      }
      terminal.press("enter");
      expect(await terminal.answerTo("key")).toBe(digest(key));
      await terminal.waitFor("Name");
      // Neither the history nor the kill ring of a line editor may know it.
      for (const press of ["up", "ctrl-y", "ctrl-p", "ctrl-r"] as const) terminal.press(press);
      terminal.press("enter");
      expect(await terminal.answerTo("text")).toBe("");
    });
  });

  it("is accepted in another shape only after a question", async () => {
    await askOne("key", async (terminal) => {
      terminal.paste(`${key}-${key}`);
      await terminal.waitFor("65 characters, usually 32 letters and digits");
      terminal.press("enter");
      await terminal.waitFor(/^! Your key .* usually 32 letters and digits\n\? Use it anyway\? \(y\/N\)/m);
      terminal.press("enter");
      await terminal.waitFor("paste it here");
      terminal.paste("short");
      await terminal.waitFor(/ 5 characters/);
      terminal.press("enter");
      await terminal.waitFor("Use it anyway? (y/N)");
      terminal.type("y");
      terminal.press("enter");
      expect(await terminal.answerTo("key")).toBe(digest("short"));
    });
  });

  it("may be pasted in place of the answer whether to use another one", async () => {
    await askOne("key", async (terminal) => {
      terminal.paste("my-laptop");
      await terminal.waitFor(/ 9 characters/);
      terminal.press("enter");
      await terminal.waitFor("Use it anyway? (y/N)");
      terminal.paste(key);
      await terminal.waitFor("32 characters, looks right");
      terminal.press("enter");
      await expectKey(terminal);
    });
  });
});

describe("going back instead", () => {
  it("leaves a line that says so, and none about a key", async () => {
    await ask(["key-or-back"], {}, async (terminal) => {
      await terminal.waitFor("b and Enter: back");
      terminal.type("b");
      await terminal.waitFor(/\? Your key {2}back$/);
      terminal.press("enter");
      const screen = await terminal.waitFor(/a step back[\s\S]*b and Enter: back/);
      expect(screen).toMatch(/^ {2}› back\na step back$/m);
      expect(screen).not.toMatch(/✓|•|character/);
      terminal.paste(key);
      await terminal.waitFor("32 characters, looks right");
      terminal.press("enter");
      expect(await terminal.answerTo("key-or-back")).toBe(digest(key));
    });
  });
});

describe("what it says", () => {
  it("says what is awaited when Enter is pressed too early", async () => {
    await askOne("key", async (terminal) => {
      terminal.press("enter");
      await terminal.waitFor("No key was entered yet. Paste");
      terminal.paste(key);
      await terminal.waitFor("looks right");
      expect(terminal.screen()).not.toContain("No key was entered");
      terminal.press("enter");
      await expectKey(terminal);
    });
  });

  it("says how to paste when Ctrl-V does not", async () => {
    await askOne("key", async (terminal) => {
      terminal.press("ctrl-v");
      await terminal.waitFor("Ctrl+Shift+V");
      terminal.paste(key);
      await terminal.waitFor("32 characters, looks right");
      terminal.press("enter");
      await expectKey(terminal);
    });
  });

  it.each([
    ["Ctrl-V twice", "ctrl-v", "did not paste"],
    ["Enter twice with nothing entered", "enter", "No key was entered"],
  ] as const)("answers that pasting does not work after %s", async (_what, press, says) => {
    await ask(["stuck"], {}, async (terminal) => {
      await terminal.waitFor(/stays hidden$/);
      terminal.press(press);
      await terminal.waitFor(new RegExp(`${says}[^?]*$`));
      terminal.press(press);
      expect(await terminal.answerTo("stuck")).toBe("stuck");
      expect(terminal.screen()).toContain("nothing was pasted");
    });
  });

  it.each([
    ["spaces in the middle", "two words", "spaces in the middle"],
    ["characters no key can have", "ключ", "characters that no key can have"],
  ])("refuses %s and says so", async (_what, text, reason) => {
    await askOne("key", async (terminal) => {
      terminal.paste(text);
      await terminal.waitFor(reason);
      terminal.press("enter");
      await terminal.waitFor(new RegExp(`! .*${reason}`));
      terminal.press("ctrl-c");
      await terminal.waitFor("<exit 130>");
    });
  });

  it("says it in 40 columns, without colour and in ASCII", async () => {
    const env = { NO_COLOR: "1", LANG: "C" };
    await ask(["key"], { cols: 40, env }, async (terminal) => {
      await awaitPrompt(terminal);
      terminal.type(`${key}x`);
      await terminal.waitFor("33 characters");
      expect(terminal.screen()).toContain("********");
      terminal.press("enter");
      await terminal.waitFor("Use it anyway?");
      terminal.type("y");
      terminal.press("enter");
      expect(await terminal.answerTo("key")).toBe(digest(`${key}x`));
      expect(terminal.everything()).not.toMatch(/\x1b\[[0-9;]*m/);
      expect(terminal.everything()).toMatch(/^[\x00-\x7f]*$/);
    });
  });

  it("follows the width of the terminal", async () => {
    await ask(["key"], { cols: 100 }, async (terminal) => {
      await awaitPrompt(terminal);
      terminal.type("x".repeat(20));
      await terminal.waitFor("20 characters");
      terminal.resize(40, 30);
      terminal.press("backspace");
      await terminal.waitFor("19 characters");
      terminal.press("ctrl-c");
    });
  });
});

/** With time for the program to read each chunk by itself. */
async function typeInChunks(terminal: Asking, text: string, size: number): Promise<void> {
  for (let start = 0; start < text.length; start += size) {
    terminal.type(text.slice(start, start + size));
    await delay(2);
  }
}
