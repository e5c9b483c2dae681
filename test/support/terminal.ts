import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";

/** How to start a program under test. */
export interface TerminalOptions {
  /** The program's whole environment; `PATH`, `LANG`, `TERM` and `TZ` have defaults. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Width in columns; 80 by default. */
  readonly cols?: number;
  /** Height in rows; 50 by default. */
  readonly rows?: number;
}

/** How a program ended. `signal` is the number of the signal that killed it, `undefined` when it exited. */
export interface Exit {
  readonly code: number;
  readonly signal: number | undefined;
}

/**
 * Runs the program below the leader of the terminal's session, which stays until all output was read:
 * when a session's leader ends, unread output may be lost. It reports through the terminal itself, in
 * escape sequences without a meaning.
 */
const leader = `
  const { spawn } = require("node:child_process");
  const [command, ...args] = process.argv.slice(1);
  for (const name of ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGTSTP"]) process.on(name, () => {});
  const report = (...facts) => require("node:fs").writeSync(1, "\\x1b]6973;" + facts.join(";") + "\\x07");
  const child = spawn(command, args, { stdio: "inherit" });
  child.on("spawn", () => report("pid", child.pid));
  child.on("error", (error) => { console.error(error.message); report("exit", 127, 0); });
  child.on("exit", (code, signal) => {
    report("exit", code ?? 0, signal === null ? 0 : require("node:os").constants.signals[signal]);
  });
  setInterval(() => {}, 60000);
`;
const report = /\x1b\]6973;(\w+);(\d+)(?:;(\d+))?\x07/g;
const beginningOfReport = /\x1b(?:\](?:6(?:9(?:7(?:3[^\x07]*)?)?)?)?)?$/;

const keys = {
  enter: "\r",
  space: " ",
  tab: "\t",
  escape: "\x1b",
  backspace: "\x7f",
  up: "\x1b[A",
  down: "\x1b[B",
  right: "\x1b[C",
  left: "\x1b[D",
  home: "\x1b[H",
  end: "\x1b[F",
  delete: "\x1b[3~",
} as const;

/** A key by name; `ctrl-c` and the like for letters with Control. */
export type KeyName = keyof typeof keys | `ctrl-${string}`;

/** A real pseudo-terminal with a program in it, and the screen as a user sees it. */
export interface Terminal {
  /** The text on the screen and in the scrollback, without trailing blanks. */
  screen(): string;
  /** Waits until the screen shows a text; after `timeoutMs` (30 s) fails with the screen in the message. */
  waitFor(expected: string | RegExp, timeoutMs?: number): Promise<string>;
  /** Sends text as if it was typed, in one piece. */
  type(text: string): void;
  /** Pastes a text, with the markers of bracketed paste unless `bracketed` is false. */
  paste(text: string, options?: { readonly bracketed?: boolean }): void;
  press(key: KeyName): void;
  resize(cols: number, rows: number): void;
  /** Sends a signal to the program. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Everything the program wrote, with escape sequences. */
  everything(): string;
  /** Waits for the end; after `timeoutMs` (30 s) fails with the screen in the message. */
  exit(timeoutMs?: number): Promise<Exit>;
  /** Resolves when the program ends, however long it takes. */
  readonly exited: Promise<Exit>;
  /** The program's process id. */
  readonly pid: Promise<number>;
  /** Closes the terminal, as when its window is closed. */
  hangUp(): void;
  /** Kills the program if it still runs. Call it in every test. */
  close(): Promise<void>;
}

/** Starts a program in a pseudo-terminal. */
export function openTerminal(
  command: string,
  args: readonly string[],
  options: TerminalOptions = {},
): Terminal {
  const { cols = 80, rows = 50 } = options;
  const screen = new xterm.Terminal({ cols, rows, scrollback: 5000, allowProposedApi: true });
  const pty = spawn(process.execPath, ["-e", leader, "--", command, ...args], {
    name: options.env?.TERM ?? "xterm-256color",
    cols,
    rows,
    cwd: options.cwd ?? process.cwd(),
    env: { PATH: process.env.PATH, LANG: "C.UTF-8", TERM: "xterm-256color", TZ: "UTC", ...options.env },
  });
  let raw = "";
  let held = "";
  let ended: Exit | undefined;
  const watchers = new Set<() => void>();
  const wake = () => {
    for (const watcher of [...watchers]) watcher();
  };
  let started: (pid: number) => void = () => {};
  const pid = new Promise<number>((resolve) => {
    started = resolve;
  });
  let end: (exit: Exit) => void = () => {};
  const exited = new Promise<Exit>((resolve) => {
    end = (exit) => {
      // The last bytes may not be on the screen yet.
      screen.write("", () => {
        ended ??= exit;
        wake();
        resolve(ended);
      });
    };
  });
  const closed = new Promise<void>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      end({ code: exitCode, signal: signal || undefined });
      resolve();
    });
  });
  pty.onData((data) => {
    const text = held + data;
    held = beginningOfReport.exec(text)?.[0] ?? "";
    const complete = text.slice(0, text.length - held.length);
    const output = complete.replace(report, "");
    raw += output;
    screen.write(output, wake);
    for (const [, what, number, signal] of complete.matchAll(report)) {
      if (what === "pid") started(Number(number));
      else end({ code: Number(number), signal: Number(signal) || undefined });
    }
  });

  const shown = () => {
    const buffer = screen.buffer.active;
    const lines = Array.from({ length: buffer.length }, (_, row) =>
      (buffer.getLine(row)?.translateToString(true) ?? "").trimEnd(),
    );
    return lines.join("\n").trimEnd();
  };
  const picture = () =>
    `${ended === undefined ? "still running" : `ended with ${JSON.stringify(ended)}`}, screen:\n${shown()
      .split("\n")
      .map((line) => `  | ${line}`)
      .join("\n")}`;

  /** Resolves when `look` returns something; fails after a time, or when nothing more can come. */
  const until = <Found>(
    look: () => Found | undefined,
    what: string,
    timeoutMs: number,
    endsWithProgram: boolean,
  ) =>
    new Promise<Found>((resolve, reject) => {
      const stop = () => {
        watchers.delete(check);
        clearTimeout(timer);
      };
      const check = () => {
        const found = look();
        if (found !== undefined) {
          stop();
          resolve(found);
        } else if (ended !== undefined && endsWithProgram) {
          stop();
          reject(new Error(`The program ended before ${what}; ${picture()}`));
        }
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`Waited ${timeoutMs} ms for ${what}; ${picture()}`));
      }, timeoutMs);
      watchers.add(check);
      check();
    });

  const kill = (target: number, signal: NodeJS.Signals) => {
    try {
      process.kill(target, signal);
    } catch {
      // Gone already.
    }
  };

  return {
    pid,
    exited,
    screen: shown,
    everything: () => raw,
    waitFor: (expected, timeoutMs = 30_000) =>
      until(
        () => {
          const text = shown();
          const found = typeof expected === "string" ? text.includes(expected) : expected.test(text);
          return found ? text : undefined;
        },
        `the screen to show ${typeof expected === "string" ? JSON.stringify(expected) : expected}`,
        timeoutMs,
        true,
      ),
    exit: (timeoutMs = 30_000) => until(() => ended, "the program to end", timeoutMs, false),
    type: (text) => pty.write(text),
    paste: (text, { bracketed = true } = {}) =>
      // Terminals send a pasted newline as Enter.
      pty.write(bracketed ? `\x1b[200~${text.replaceAll("\n", "\r")}\x1b[201~` : text.replaceAll("\n", "\r")),
    press: (key) => pty.write(bytesOf(key)),
    resize: (newCols, newRows) => {
      screen.resize(newCols, newRows);
      pty.resize(newCols, newRows);
    },
    kill: async (signal) => kill(await pid, signal),
    hangUp: () => {
      // It closes the terminal's other end; the package's types omit it.
      if (!("destroy" in pty) || typeof pty.destroy !== "function") throw new Error("No terminal to close.");
      pty.destroy();
    },
    close: async () => {
      // The whole process group, so that no child stays.
      kill(-pty.pid, "SIGKILL");
      await closed;
      screen.dispose();
    },
  };
}

function bytesOf(key: KeyName): string {
  if (key in keys) return keys[key as keyof typeof keys];
  const letter = /^ctrl-([a-z])$/.exec(key)?.[1];
  if (letter === undefined) throw new Error(`There is no key called ${key}.`);
  return String.fromCharCode(letter.charCodeAt(0) - 96);
}
