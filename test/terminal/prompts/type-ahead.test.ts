import { describe, expect, it } from "vitest";
import { ask, key } from "./asking.ts";

describe("what is typed when nothing is asked", () => {
  it("does not answer the next question", async () => {
    await ask(["wait", "confirm"], {}, async (terminal) => {
      await terminal.waitFor("waiting");
      terminal.type("n\r");
      // The terminal shows it by itself, as it does while no program reads from it.
      await terminal.waitFor(/waiting\nn$/);
      process.kill(await terminal.askingPid(), "SIGUSR2");
      await terminal.waitFor("Go on?");
      terminal.press("enter");
      expect(await terminal.answerTo("confirm")).toBe(true);
    });
  });

  it("neither shows nor answers anything while the program is busy", async () => {
    await ask(["quietly", "confirm"], {}, async (terminal) => {
      await terminal.waitFor("busy");
      terminal.paste(`${key}\nn\n`, { bracketed: false });
      await terminal.waitFor("Go on?");
      terminal.press("enter");
      expect(await terminal.answerTo("confirm")).toBe(true);
    });
  });

  it("does not keep Ctrl-C from ending a busy program", async () => {
    await ask(["quietly"], {}, async (terminal) => {
      await terminal.waitFor("busy");
      terminal.press("ctrl-c");
      await terminal.waitFor("<exit 130>");
    });
  });
});
