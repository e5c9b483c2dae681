import { createHash } from "node:crypto";
import { afterAll, expect } from "vitest";
import { bundleProgram } from "../../support/bundle.ts";
import { openTerminal, type Terminal, type TerminalOptions } from "../../support/terminal.ts";

/** A made-up key. Each of its parts is as telling as the whole, and is searched for, too. */
export const key = "testKey0".repeat(4);

/** What the program prints of a hidden answer. */
export const digest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** Something that each question shows once it is asked. */
export const shown = {
  choose: "Enter choose",
  confirm: "(Y/n)",
  text: "? Name  laptop",
  press: "Ctrl-C stop",
  key: "paste it here",
  passphrase: "it stays hidden",
} as const;

/** A terminal in which questions are asked line by line. */
export const dumb = { env: { TERM: "dumb", LANG: "C" } };

/** The last words of each question there, behind which the cursor waits. */
export const plainlyShown = {
  choose: "Number, then Enter (2):",
  confirm: "Yes or no, then Enter (yes):",
  text: "? Name (laptop):",
  press: "b, then Enter: back\n>",
  key: "? Your key: paste it here; it stays hidden",
  passphrase: "? Passphrase: it stays hidden",
} as const;

/** The names of questions of every kind. */
export const questions = Object.keys(shown) as (keyof typeof shown)[];

/** Questions being asked in a terminal. */
export interface Asking extends Terminal {
  /** The answer to a question, as the program printed it. */
  answerTo(question: string): Promise<unknown>;
  /** The process that asks, which a shell started. */
  askingPid(): Promise<number>;
}

const built = await bundleProgram(new URL("./programs/ask.ts", import.meta.url));
afterAll(() => built.remove());

/** The program that asks, for tests that start it in their own way. */
export const program = built.path;

/**
 * Runs `use` with a terminal in which these questions are asked, one after the other. They are asked
 * under a shell, which then tells the state of the terminal. Whatever a test does, the key may show
 * nowhere and the terminal must be as it was.
 */
export async function ask(
  questions: readonly string[],
  options: TerminalOptions,
  use: (terminal: Asking) => Promise<void>,
): Promise<void> {
  // Ctrl-C is for the program; the shell continues after it.
  const script = 'trap : INT; "$0" "$@"; echo "<exit $?>"; stty -a; echo "<stty>"';
  const terminal = openTerminal("/bin/sh", ["-c", script, process.execPath, program, ...questions], options);
  try {
    await use({
      ...terminal,
      answerTo: async (question) => {
        const pattern = new RegExp(`<${question}: (.*)>`);
        const screen = await terminal.waitFor(pattern);
        return JSON.parse(pattern.exec(screen)?.[1] ?? "");
      },
      askingPid: async () => Number(/<pid (\d+)>/.exec(await terminal.waitFor(/<pid \d+>/))?.[1]),
    });
    await terminal.waitFor("<stty>");
    await terminal.exit();
    expectRestored(terminal.everything());
    expect(terminal.everything()).not.toContain("testKey0");
  } finally {
    await terminal.close();
  }
}

/** Asks one question, and continues when it shows. */
export async function askOne(
  question: keyof typeof shown,
  use: (terminal: Asking) => Promise<void>,
): Promise<void> {
  await ask([question], {}, async (terminal) => {
    await terminal.waitFor(shown[question]);
    await use(terminal);
  });
}

function expectRestored(written: string): void {
  const last = (pattern: RegExp) => [...written.matchAll(pattern)].at(-1)?.[0];
  expect(last(/\x1b\[\?2004[hl]/g) ?? "\x1b[?2004l").toBe("\x1b[?2004l");
  expect(last(/\x1b\[\?25[hl]/g) ?? "\x1b[?25h").toBe("\x1b[?25h");
  const state = written.slice(written.lastIndexOf("<exit"));
  expect(state).toMatch(/[^-]icanon/);
  expect(state).toMatch(/[^-]echo\b/);
  expect(state).toMatch(/[^-]isig/);
}
