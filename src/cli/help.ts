import type { Command, Help } from "commander";

/** The least room beside a name in which a description can be read; with less, it stands below the name. */
const leastRoom = 30;

/** The widest that help gets, in columns. */
const widest = 100;

/**
 * Lays help out for the terminal, also where names and descriptions do not fit side by side.
 *
 * @param write - gets the text
 * @param columns - the width of the terminal, asked only when help is written
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
