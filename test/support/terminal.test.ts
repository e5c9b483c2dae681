import { describe, expect, it } from "vitest";
import { openTerminal, type Terminal } from "./terminal.ts";

/** Runs a shell script in a terminal. */
async function inTerminal(script: string, use: (terminal: Terminal) => Promise<void>): Promise<void> {
  const terminal = openTerminal("/bin/sh", ["-c", script]);
  try {
    await use(terminal);
  } finally {
    await terminal.close();
  }
}

describe("openTerminal", () => {
  it("loses nothing of what is written last", async () => {
    await inTerminal("i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); echo line $i; done", async (terminal) => {
      await terminal.exit();
      expect(terminal.screen().split("\n")).toHaveLength(2000);
      expect(terminal.everything()).not.toContain("6973");
    });
  });

  it("reports how the program ended, and tells an exit code from a signal", async () => {
    await inTerminal("exit 130", async (terminal) => {
      expect(await terminal.exit()).toEqual({ code: 130, signal: undefined });
    });
    await inTerminal("kill -INT $$; sleep 5", async (terminal) => {
      expect(await terminal.exit()).toEqual({ code: 0, signal: 2 });
    });
  });

  it("reports that a program could not be started", async () => {
    const terminal = openTerminal("/nowhere/at-all", []);
    try {
      expect((await terminal.exit()).code).toBe(127);
      expect(terminal.screen()).toContain("ENOENT");
    } finally {
      await terminal.close();
    }
  });

  it("types, presses keys and sends signals", async () => {
    await inTerminal("read line; echo got $line; read line; echo never", async (terminal) => {
      terminal.type("hello");
      terminal.press("enter");
      await terminal.waitFor("got hello");
      await terminal.kill("SIGTERM");
      expect((await terminal.exit()).signal).toBe(15);
    });
  });

  it("fails with the screen in the message when something does not come", async () => {
    await inTerminal("echo only this; sleep 60", async (terminal) => {
      await terminal.waitFor("only this");
      await expect(terminal.waitFor("something else", 100)).rejects.toThrow(
        /Waited 100 ms.*"something else".*still running.*\| only this/s,
      );
      await expect(terminal.exit(100)).rejects.toThrow(/to end.*\| only this/s);
    });
  });

  it("fails at once when the program has ended and the state can no longer come", async () => {
    await inTerminal("echo only this; exit 3", async (terminal) => {
      await expect(terminal.waitFor("something else", 60_000)).rejects.toThrow(
        /ended with \{"code":3\}.*only this/s,
      );
    });
  });

  it("leaves no process behind", async () => {
    let pid = 0;
    await inTerminal("sleep 1000 & echo child $!; wait", async (terminal) => {
      const screen = await terminal.waitFor(/child \d+/);
      pid = Number(/child (\d+)/.exec(screen)?.[1]);
    });
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
