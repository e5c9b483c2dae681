import { describe, expect, it } from "vitest";
import { type Asking, ask, askOne, digest, key, shown } from "./asking.ts";

describe("choose", () => {
  it("begins with the initial choice and takes the one that is pointed at", async () => {
    await ask(["choose"], {}, async (terminal) => {
      const screen = await terminal.waitFor(shown.choose);
      expect(screen).toContain("› I have an account     go to API Keys");
      terminal.press("up");
      await terminal.waitFor("› I am new");
      terminal.press("enter");
      expect(await terminal.answerTo("choose")).toBe("new");
      expect(terminal.screen()).toContain("✓ Where are you now? I am new to Mistral");
    });
  });

  it.each([
    ["k", "new"],
    ["j", "key"],
    ["3", "key"],
  ])("takes the row that %s points at", async (typed, value) => {
    await ask(["choose"], {}, async (terminal) => {
      await terminal.waitFor("↑↓ or 1-3 move   Enter choose");
      terminal.type(typed);
      await terminal.waitFor(value === "new" ? "› I am new" : "› I have a key");
      terminal.press("enter");
      expect(await terminal.answerTo("choose")).toBe(value);
    });
  });

  it.each([40, 80])("shows a long list on 24 rows of %i columns, and its digits", async (cols) => {
    await ask(["many"], { cols, rows: 24 }, async (terminal) => {
      const screen = await terminal.waitFor("Enter choose");
      expect(screen.split("\n").length).toBeLessThanOrEqual(24);
      terminal.type("2");
      await terminal.waitFor(/› Key 2\b/);
      terminal.type("7");
      const moved = await terminal.waitFor("› Key 27");
      expect(moved.split("\n").length).toBeLessThanOrEqual(24);
      terminal.press("enter");
      expect(await terminal.answerTo("many")).toBe(27);
    });
  });

  it("is not answered by a paste", async () => {
    await askOne("choose", async (terminal) => {
      terminal.paste("I have a key\nand more\n");
      terminal.press("up");
      await terminal.waitFor("› I am new");
      terminal.press("enter");
      expect(await terminal.answerTo("choose")).toBe("new");
    });
  });

  it.each([
    ["letters", (terminal: Asking) => terminal.type("i have a k")],
    ["a letter and Enter in one piece", (terminal: Asking) => terminal.type("n\r")],
    ["the number of no row", (terminal: Asking) => terminal.type("8")],
    ["an arrow to the side", (terminal: Asking) => terminal.press("left")],
  ])("stays where it is with %s", async (_what, press) => {
    await ask(["choose"], { env: { NO_COLOR: "1" } }, async (terminal) => {
      await terminal.waitFor(shown.choose);
      press(terminal);
      // What arrives together with other letters is ignored like them.
      await expect
        .poll(() => {
          terminal.press("up");
          return terminal.screen();
        })
        .toContain("› I am new");
      expect(terminal.everything()).not.toContain("› I have a key");
      terminal.press("enter");
      expect(await terminal.answerTo("choose")).toBe("new");
    });
  });

  it("wraps a long question after its symbol", async () => {
    await ask(["choose"], { cols: 25 }, async (terminal) => {
      await terminal.waitFor("? Where are you\n  now?");
      terminal.press("enter");
      await terminal.waitFor("✓ Where are you\n  now? I have an account");
    });
  });

  it("puts descriptions below where 40 columns have no room beside, in ASCII and without colour", async () => {
    const env = { NO_COLOR: "1", LANG: "C" };
    await ask(["choose"], { cols: 40, env }, async (terminal) => {
      const screen = await terminal.waitFor("Enter choose");
      expect(screen).toContain("> I have an account\n");
      expect(screen).toContain("go to API Keys");
      terminal.press("enter");
      expect(await terminal.answerTo("choose")).toBe("account");
      expect(terminal.screen()).toContain("[ok] Where are you now?");
      expect(terminal.everything()).toMatch(/^[\x00-\x7f]*$/);
      expect(terminal.everything()).not.toMatch(/\x1b\[[0-9;]*m/);
    });
  });
});

describe("confirm", () => {
  it.each([
    ["", true],
    ["y", true],
    ["no", false],
  ])("takes %j and Enter", async (text, expected) => {
    await askOne("confirm", async (terminal) => {
      terminal.type(text);
      terminal.press("enter");
      expect(await terminal.answerTo("confirm")).toBe(expected);
    });
  });

  it("is not answered by a paste", async () => {
    await askOne("confirm", async (terminal) => {
      terminal.paste("n\n");
      terminal.type("y");
      await terminal.waitFor("(Y/n) y");
      terminal.press("enter");
      expect(await terminal.answerTo("confirm")).toBe(true);
    });
  });
});

describe("text", () => {
  it("shows an example until something is entered, and not beside the answer", async () => {
    await ask(["date"], {}, async (terminal) => {
      await terminal.waitFor("? Its last day  such as 21 Feb 2027");
      terminal.type("2027-02-21");
      await terminal.waitFor(/\? Its last day 2027-02-21$/);
      terminal.press("enter");
      expect(await terminal.answerTo("date")).toBe("2027-02-21");
      expect(terminal.screen()).toMatch(/^✓ Its last day 2027-02-21$/m);
    });
  });

  it("says why a text is invalid, and continues", async () => {
    await askOne("text", async (terminal) => {
      terminal.type("bad");
      terminal.press("enter");
      await terminal.waitFor("! Another name, please.");
      terminal.press("backspace");
      terminal.type("r");
      terminal.press("enter");
      expect(await terminal.answerTo("text")).toBe("bar");
    });
  });

  it("takes a line that comes in one piece, with its Enter", async () => {
    await askOne("text", async (terminal) => {
      terminal.type("a name that is long\r");
      expect(await terminal.answerTo("text")).toBe("a name that is long");
    });
  });

  it("takes a paste of several lines as one, without Enter", async () => {
    await askOne("text", async (terminal) => {
      terminal.paste("my\nlaptop\n");
      await terminal.waitFor("my laptop");
      expect(terminal.screen()).not.toContain("<text");
      terminal.press("enter");
      expect(await terminal.answerTo("text")).toBe("my laptop");
    });
  });
});

describe("press", () => {
  it.each([
    ["enter", "open"],
    ["s", "skip"],
    ["S", "skip"],
    ["b", "back"],
  ])("takes %s at once", async (press, value) => {
    await ask(["press"], {}, async (terminal) => {
      const screen = await terminal.waitFor(shown.press);
      expect(screen).toContain("  Enter open in the browser   s skip   b back   Ctrl-C stop");
      if (press === "enter") terminal.press("enter");
      else terminal.type(press);
      expect(await terminal.answerTo("press")).toBe(value);
    });
  });

  it.each([
    ["a paste", { bracketed: true }],
    ["a paste that the terminal does not mark", { bracketed: false }],
  ])("is not answered by %s", async (_, how) => {
    await askOne("press", async (terminal) => {
      terminal.paste(`bb${key}\n`, how);
      // What arrives together with a paste is ignored like it.
      await expect
        .poll(() => {
          terminal.type("s");
          return terminal.screen();
        })
        .toContain("› skip");
      expect(await terminal.answerTo("press")).toBe("skip");
    });
  });

  it("breaks its line in 40 columns", async () => {
    await ask(["press"], { cols: 40 }, async (terminal) => {
      const screen = await terminal.waitFor(shown.press);
      expect(screen).toContain("  Enter open in the browser   s skip\n  b back   Ctrl-C stop");
      terminal.type("b");
      expect(await terminal.answerTo("press")).toBe("back");
    });
  });
});

describe("passphrase", () => {
  const passphrase = `  ${key} with spaces `;

  it("is accepted exactly as entered, and neither it nor its length is shown", async () => {
    await askOne("passphrase", async (terminal) => {
      terminal.type(passphrase);
      await terminal.waitFor("••••••••  entered");
      terminal.press("enter");
      expect(await terminal.answerTo("passphrase")).toBe(digest(passphrase));
      expect(terminal.screen()).not.toMatch(/\d characters/);
    });
  });

  it("may be pasted, with the newline after it", async () => {
    await askOne("passphrase", async (terminal) => {
      terminal.paste(`${key}\n`);
      await terminal.waitFor("entered");
      terminal.press("enter");
      expect(await terminal.answerTo("passphrase")).toBe(digest(key));
    });
  });

  it("is refused when it is several lines or nothing", async () => {
    await askOne("passphrase", async (terminal) => {
      terminal.press("enter");
      await terminal.waitFor("Nothing was entered");
      terminal.paste("one\ntwo");
      await terminal.waitFor("••  That was more than one line");
      terminal.press("enter");
      await terminal.waitFor(/it stays hidden\n.*more than one line/);
      terminal.press("ctrl-c");
    });
  });

  it("is asked for until it is long enough and both entries match, when it is new", async () => {
    await ask(["new-passphrase"], {}, async (terminal) => {
      await terminal.waitFor(/\? Passphrase {2}it stays hidden$/);
      terminal.type("7 chars");
      terminal.press("enter");
      await terminal.waitFor(/\? Passphrase {2}it stays hidden\n.*fewer than 8 characters/);
      for (const [first, second] of [
        ["8 chars!", "8 chars?"],
        ["8 chars.", "8 chars."],
      ] as const) {
        await terminal.waitFor(/\? Passphrase {2}it stays hidden/);
        terminal.type(first);
        terminal.press("enter");
        await terminal.waitFor(/\? The same again {2}it stays hidden$/);
        terminal.type(second);
        terminal.press("enter");
        if (first !== second) await terminal.waitFor("The two are not the same");
      }
      expect(await terminal.answerTo("new-passphrase")).toBe(digest("8 chars."));
    });
  });
});
