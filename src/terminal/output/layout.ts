import stringWidth from "fast-string-width";
import { wrapAnsi } from "fast-wrap-ansi";
import type { KeyValueRow } from "./output.ts";

/** Most texts are, and a table of many rows asks often. */
const plain = /^[ -~]*$/;

/** How many columns a text takes on a terminal; escape sequences take none, wide characters two. */
export function displayWidth(text: string): number {
  return plain.test(text) ? text.length : stringWidth(text);
}

/** How {@link wrap} breaks lines. */
export interface WrapOptions {
  /** Whether a word that is longer than a line is broken, where lines must not be longer. */
  readonly breakWords?: boolean;
}

/** What introduces a line for a shell, and that line: pasted in pieces, it would do something else. A sentence has a full stop. */
const linesForShell = [/^(.* in bash:) (.+)$/, /^(?:(.*:) )?(\S*(?:npx \S+|mistral-key) \S.*[^.])$/];

/**
 * Breaks a text into lines of at most `width` columns, at spaces. A word that is longer, an address
 * say, stays whole, so that it can be copied and clicked; so does a command of this program at the end,
 * and what follows "in bash:". Colours go on in the next line.
 */
export function wrap(text: string, width: number, { breakWords = false }: WrapOptions = {}): string[] {
  const fold = (line: string) =>
    wrapAnsi(line, Math.max(width, 1), { trim: true, hard: breakWords }).split("\n");
  return text.split("\n").flatMap((line) => {
    const lines = fold(line);
    if (breakWords || lines.length === 1) return lines;
    const match = linesForShell.map((pattern) => pattern.exec(line)).find((found) => found !== null);
    const [, before, command = ""] = match ?? [];
    if (lines.some((one) => one.includes(command))) return lines;
    return before === undefined ? [command] : [...fold(before), command];
  });
}

/** Wraps a text and puts `first` before its first line and as many spaces before the others. */
export function hang(first: string, text: string, columns: number): string {
  const indent = displayWidth(first);
  return wrap(text, columns - indent)
    .map((line, index) => (index === 0 ? first : " ".repeat(indent)) + line)
    .map((line) => line.trimEnd())
    .join("\n");
}

/** A text in one line of at most `width` columns, the last of them an ellipsis where something is left out. */
export function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const [kept = ""] = wrapAnsi(text, Math.max(width - 1, 1), { hard: true, wordWrap: false }).split("\n");
  return `${kept.trimEnd()}…`;
}

/** Fills a text with spaces up to a width in columns. */
export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(width - displayWidth(text), 0));
}

/**
 * Lays out labels and values in two columns; where that leaves too little room for the values,
 * each value stands under its label.
 *
 * @param width - how many columns there are in all
 */
export function keyValueRows(
  rows: readonly KeyValueRow[],
  width: number,
  options: WrapOptions = {},
): string[] {
  const labelWidth = Math.max(0, ...rows.map((row) => displayWidth(row.label)));
  const room = width - labelWidth - 2;
  if (room < 20) {
    return rows.flatMap(({ label, value }) => [
      label,
      ...wrap(value, width - 2, options).map((line) => `  ${line}`),
    ]);
  }
  return rows.flatMap(({ label, value }) =>
    wrap(value, room, options).map((line, index) =>
      `${padEnd(index === 0 ? label : "", labelWidth)}  ${line}`.trimEnd(),
    ),
  );
}
