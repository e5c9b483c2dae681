import stringWidth from "fast-string-width";
import { wrapAnsi } from "fast-wrap-ansi";
import type { KeyValueRow } from "./output.ts";

const plain = /^[ -~]*$/;

/** Columns a text takes on a terminal: none for escape sequences, two for wide characters. */
export function displayWidth(text: string): number {
  return plain.test(text) ? text.length : stringWidth(text);
}

/** An optional intro, then a shell command that must stay whole. A sentence ends in a full stop. */
const linesForShell = [
  /^(.* in bash:) (.+)$/,
  /^(?:(.*:) )?(\S*(?:npx \S+|mistral-key) \S.*[^.])$/,
  /^(.*:) ((?:eval|unset|set -e|Remove-Item|\$env:\w+|for \/f|\S+ -ic) .*[^.])$/,
  /^(.*:) ((?:sudo|apt-get|dnf|apk|pacman|zypper|chmod|dbus-run-session|git|security|aws|gh|kubectl|npm|pass|vercel) .*[^.])$/,
];

/**
 * Wraps a text at spaces to at most `width` columns. A longer word, such as a URL, stays whole so that it
 * can be copied and clicked; so does a command at the end, and whatever follows "in bash:".
 * Colours continue on the next line.
 *
 * @param breakWords - breaks a longer word instead
 */
export function wrap(text: string, width: number, breakWords = false): string[] {
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

/** Wraps a text, with `first` before its first line and the others indented to match. */
export function hang(first: string, text: string, columns: number): string {
  const indent = displayWidth(first);
  return wrap(text, columns - indent)
    .map((line, index) => (index === 0 ? first : " ".repeat(indent)) + line)
    .map((line) => line.trimEnd())
    .join("\n");
}

/** Truncates a text to at most `width` columns, with an ellipsis of one column if anything was cut. */
export function shorten(text: string, width: number, ellipsis: string): string {
  if (displayWidth(text) <= width) return text;
  const [kept = ""] = wrapAnsi(text, Math.max(width - 1, 1), { hard: true, wordWrap: false }).split("\n");
  return kept.trimEnd() + ellipsis;
}

/** Pads a text with spaces to a width in columns. */
export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(width - displayWidth(text), 0));
}

/**
 * Lays out labels and values in two columns, or each value below its label if there is too little room for
 * the values.
 *
 * @param width - total width in columns
 */
export function keyValueRows(rows: readonly KeyValueRow[], width: number, breakWords = false): string[] {
  const labelWidth = Math.max(0, ...rows.map((row) => displayWidth(row.label)));
  const room = width - labelWidth - 2;
  if (room < 20) {
    return rows.flatMap(({ label, value }) => [
      label,
      ...wrap(value, width - 2, breakWords).map((line) => `  ${line}`),
    ]);
  }
  return rows.flatMap(({ label, value }) =>
    wrap(value, room, breakWords).map((line, index) =>
      `${padEnd(index === 0 ? label : "", labelWidth)}  ${line}`.trimEnd(),
    ),
  );
}
