import type { Command, Help } from "commander";

/** Minimum columns for a description beside a name; with less, it goes below. */
const leastRoom = 30;

/** Maximum width in columns. */
const widest = 100;

/**
 * Lays out help for the terminal, even if names and descriptions do not fit side by side.
 *
 * @param write - gets the text
 * @param columns - returns the terminal width; called only to write help
 */
export function layOutHelp(command: Command, write: (text: string) => void, columns: () => number): void {
  command
    .configureOutput({
      writeOut: write,
      writeErr: () => {},
      getOutHasColors: () => false,
      getOutHelpWidth: () => Math.min(columns(), widest),
    })
    .configureHelp({ minWidthToWrap: 1, formatItem });
}

function formatItem(term: string, termWidth: number, description: string, helper: Help): string {
  const width = helper.helpWidth ?? widest;
  const room = width - termWidth - 4;
  const below = room < leastRoom;
  const lines = helper.boxWrap(description, below ? width - 6 : room).split("\n");
  if (below) return [`  ${term}`, ...lines.map((line) => `      ${line}`)].join("\n");
  const [first = "", ...others] = lines;
  const indent = " ".repeat(termWidth + 4);
  return [`  ${term.padEnd(termWidth)}  ${first}`, ...others.map((line) => indent + line)].join("\n");
}
