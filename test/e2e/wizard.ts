import type { Terminal } from "../support/terminal.ts";

/** The last step on each screen of `init` that asks what to do: opening API Keys is on that of creating the key. */
const askingSteps = [1, 2, 4] as const;

/** A screen of `init` with this step on it, ready for an answer. */
export function screenOf(step: number): RegExp {
  return new RegExp(`${step} of 5[\\s\\S]*Ctrl-C stop`);
}

/** Chooses a row of a list, this many below the preselected one. */
export async function choose(terminal: Terminal, question: string | RegExp, down: number): Promise<void> {
  await terminal.waitFor(question);
  for (let row = 0; row < down; row += 1) terminal.press("down");
  terminal.press("enter");
}

/**
 * Continues at every screen from the one with step `from` to the one with step `to`.
 *
 * @param on - the key that does it: Enter, where no browser may be opened
 */
export async function walk(terminal: Terminal, from: number, to = 4, on = "n"): Promise<void> {
  for (const step of askingSteps.filter((each) => each >= from && each <= to)) {
    await terminal.waitFor(screenOf(step));
    terminal.type(on);
  }
}

/** Pastes a key where it is asked for, and presses Enter. */
export async function pasteKey(terminal: Terminal, key: string): Promise<void> {
  await terminal.waitFor("it stays hidden");
  terminal.paste(key);
  await terminal.waitFor("32 characters, looks right");
  terminal.press("enter");
}
