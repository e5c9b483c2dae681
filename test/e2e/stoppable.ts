import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { program } from "../support/program.ts";
import { openTerminal, type Terminal } from "../support/terminal.ts";

/** A way in which a person or a machine ends the program. */
export type Stop = "Ctrl-C" | "Ctrl-D" | "SIGTERM" | "closed terminal";

/** The program's exit code when it was stopped like this. */
export const codeAfter: Record<Stop, number> = {
  "Ctrl-C": 130,
  "Ctrl-D": 130,
  SIGTERM: 143,
  "closed terminal": 129,
};

/** A run of the built command in a terminal, which can be stopped in every way. */
export interface Stoppable extends Terminal {
  /** Stops it, waits for its end, and expects the terminal as it was before. */
  stop(how: Stop): Promise<number>;
}

/**
 * Starts the built command in a terminal, below a shell that notes its exit code: when a terminal
 * is closed, nobody is left to report it to.
 *
 * @param folder - where the exit code is noted
 */
export function startStoppable(
  args: readonly string[],
  { env, folder }: { readonly env: Readonly<Record<string, string>>; readonly folder: string },
): Stoppable {
  const noted = join(folder, "exit-code");
  rmSync(noted, { force: true });
  const script = 'trap : HUP INT TERM; noted="$1"; shift; "$@"; echo "<$?>" > "$noted"; exit 0';
  const terminal = openTerminal("/bin/sh", ["-c", script, "sh", noted, process.execPath, program, ...args], {
    env,
    rows: 90,
  });
  const ended = () => {
    try {
      const code = /<(\d+)>/.exec(readFileSync(noted, "utf8"))?.[1];
      return code === undefined ? undefined : Number(code);
    } catch {
      return undefined;
    }
  };
  return {
    ...terminal,
    stop: async (how) => {
      const shell = await terminal.pid;
      const tty = readlinkSync(`/proc/${shell}/fd/0`);
      switch (how) {
        case "Ctrl-C":
          terminal.press("ctrl-c");
          break;
        case "Ctrl-D":
          terminal.press("ctrl-d");
          break;
        case "SIGTERM":
          process.kill(childOf(shell), "SIGTERM");
          break;
        case "closed terminal":
          // The shell that a person has would pass this on to its jobs.
          process.kill(childOf(shell), "SIGHUP");
          terminal.hangUp();
          break;
      }
      await expect.poll(ended, { message: `${how}; screen:\n${terminal.screen()}` }).toBeDefined();
      if (how !== "closed terminal") {
        await terminal.exit();
        expectRestored(terminal.everything(), tty);
      }
      expect(terminal.screen()).not.toMatch(/\bat .*\.js:\d+|inside mistral-key/);
      return ended() ?? -1;
    },
  };
}

/** The process that a process has started. */
export function childOf(pid: number): number {
  const child = /\d+/.exec(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"))?.[0];
  // The process 0 would be everybody.
  if (child === undefined) throw new Error(`Process ${pid} has no child.`);
  return Number(child);
}

function expectRestored(written: string, tty: string): void {
  const last = (pattern: RegExp) => [...written.matchAll(pattern)].at(-1)?.[0];
  expect(last(/\x1b\[\?2004[hl]/g) ?? "\x1b[?2004l").toBe("\x1b[?2004l");
  expect(last(/\x1b\[\?25[hl]/g) ?? "\x1b[?25h").toBe("\x1b[?25h");
  const state = execFileSync("stty", ["-a", "-F", tty], { encoding: "utf8" });
  for (const mode of ["icanon", "echo", "isig", "icrnl", "opost", "iexten"]) {
    expect(state).toMatch(new RegExp(`(?<!-)\\b${mode}\\b`));
  }
}
