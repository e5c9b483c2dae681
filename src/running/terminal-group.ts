import { readFileSync } from "node:fs";

/** How this process stands to the terminal it was started on. */
export interface TerminalGroup {
  /** Whether there is a terminal. */
  readonly attached: boolean;
  /** Whether this process and its children are what the terminal's keys (Ctrl-C) act on. */
  readonly foreground: boolean;
}

/**
 * Asks the system, where it can be asked quickly, since a job may move between foreground and
 * background while it runs; elsewhere any stream that is a terminal counts as being in front of it.
 *
 * @param hasTerminalStream - whether stdin, stdout or stderr is a terminal
 */
export function terminalGroup(hasTerminalStream: boolean): TerminalGroup {
  try {
    // The name in parentheses may hold anything, so the fields count from the last one: state,
    // parent, group, session, terminal, the terminal's foreground group.
    const stat = readFileSync("/proc/self/stat", "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [, , group, , terminal, foreground] = fields;
    return { attached: terminal !== "0", foreground: terminal !== "0" && group === foreground };
  } catch {
    return { attached: hasTerminalStream, foreground: hasTerminalStream };
  }
}
