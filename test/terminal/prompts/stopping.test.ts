import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openTerminal, type Terminal } from "../../support/terminal.ts";
import { ask, askOne, digest, dumb, key, plainlyShown, program, questions, shown } from "./asking.ts";

const shell = ["/bin/bash", ["--norc", "--noprofile", "-i"], { env: { PS1: "$ " } }] as const;

describe("stopping", () => {
  describe.each([
    ["a terminal", {}, shown],
    ["a dumb terminal", dumb, plainlyShown],
  ])("in %s", (_where, options, shown) => {
    const ways = questions.flatMap((question) => [
      ["ctrl-c", question] as const,
      ["ctrl-d", question] as const,
    ]);
    it.each(ways)(
      "%s at %s, with nothing entered, ends it and restores the terminal",
      async (press, question) => {
        await ask([question], options, async (terminal) => {
          await terminal.waitFor(shown[question]);
          terminal.press(press);
          const screen = await terminal.waitFor("<exit 130>");
          expect(screen).toContain("<cancelled>");
          // On a line of its own.
          expect(screen).toMatch(/^ *<cancelled>/m);
          expect(screen).not.toMatch(/Error|at .*:\d+:\d+/);
        });
      },
    );
  });

  it.each(questions)("Ctrl-C at %s right after what would answer it ends it", async (question) => {
    for (const answer of [`${key}\n`, "\r"]) {
      await ask([question], {}, async (terminal) => {
        await terminal.waitFor(shown[question]);
        terminal.type(`${answer}\x03`);
        expect(await terminal.waitFor("<exit 130>")).toContain("<cancelled>");
      });
    }
  });

  it.each(["key", "passphrase"] as const)(
    "Ctrl-C at %s, with something entered, does the same",
    async (question) => {
      await ask([question], {}, async (terminal) => {
        await terminal.waitFor(shown[question]);
        terminal.type(key);
        await terminal.waitFor("••••••••");
        terminal.press("ctrl-c");
        await terminal.waitFor("<exit 130>");
      });
    },
  );

  it.each(["SIGTERM", "SIGHUP", "SIGINT"] as const)(
    "%s at a question restores the terminal",
    async (signal) => {
      for (const question of ["key", "choose"] as const) {
        await ask([question], {}, async (terminal) => {
          await terminal.waitFor(shown[question]);
          process.kill(await terminal.askingPid(), signal);
          expect(await terminal.waitFor("<exit 130>")).toContain(`got ${signal}`);
        });
      }
    },
  );

  it("an unexpected signal restores the terminal, too", async () => {
    await askOne("choose", async (terminal) => {
      process.kill(await terminal.askingPid(), "SIGUSR2");
      await terminal.waitFor(/<exit \d+>/);
    });
  });

  it("ends when the terminal goes away", async () => {
    for (const question of ["key", "choose", "quietly"]) {
      const terminal = openTerminal(process.execPath, [program, question]);
      try {
        await terminal.waitFor(/stays hidden|Enter choose|busy/);
        const pid = await terminal.pid;
        terminal.hangUp();
        await expect.poll(() => isRunning(pid)).toBe(false);
      } finally {
        await terminal.close();
      }
    }
  });

  it.runIf(existsSync("/bin/bash"))(
    "Ctrl-Z gives the shell a working terminal, and fg continues",
    async () => {
      const terminal = openTerminal(...shell);
      try {
        await terminal.waitFor("$");
        // Under another program, as npx is: both have to stop, or the shell waits for ever.
        terminal.type(`sh -c '${process.execPath} ${program} key; echo ended'\r`);
        await terminal.waitFor(shown.key);
        terminal.press("ctrl-z");
        await terminal.waitFor("Stopped");
        terminal.type("stty -a; echo 'here I a'm\r");
        const state = await terminal.waitFor("here I am");
        expect(state).toMatch(/[^-]icanon/);
        expect(state).toMatch(/[^-]echo\b/);
        await resumeAndPaste(terminal);
      } finally {
        await terminal.close();
      }
    },
  );

  it.runIf(existsSync("/bin/bash"))(
    "a SIGSTOP from outside shows nothing of a key after fg either",
    async () => {
      const terminal = openTerminal(...shell);
      try {
        await terminal.waitFor("$");
        terminal.type(`${process.execPath} ${program} key\r`);
        await terminal.waitFor(shown.key);
        const pid = Number(/<pid (\d+)>/.exec(await terminal.waitFor(/<pid \d+>/))?.[1]);
        process.kill(pid, "SIGSTOP");
        await terminal.waitFor("Stopped");
        await resumeAndPaste(terminal);
      } finally {
        await terminal.close();
      }
    },
  );

  it("Ctrl-Z hides what is typed after it, when no shell takes the terminal", async () => {
    await askOne("key", async (terminal) => {
      terminal.press("ctrl-z");
      // It has the terminal again, which it asks to mark pastes.
      await expect.poll(() => terminal.everything().split("\x1b[?2004h").length).toBe(3);
      terminal.paste(key);
      await terminal.waitFor("32 characters");
      terminal.press("enter");
      expect(await terminal.answerTo("key")).toBe(digest(key));
    });
  });
});

/** Resumes the stopped program in the shell, and pastes the key that it asks for. */
async function resumeAndPaste(terminal: Terminal): Promise<void> {
  terminal.type("fg\r");
  await terminal.waitFor(/\$ fg\n.*paste it here/s);
  terminal.paste(key);
  await terminal.waitFor("32 characters, looks right");
  terminal.press("enter");
  await terminal.waitFor(`<key: "${digest(key)}">`);
  expect(terminal.everything()).not.toContain(key);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that has exited stays in the process table until its exit code is read.
    return process.platform !== "linux" || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
