import { displayWidth, hang, keyValueRows, padEnd, shorten } from "./layout.ts";
import type { Surface } from "./theme.ts";

/** What {@link Output.table} shows. */
export interface Table {
  readonly head: readonly string[];
  /** The cells of each row, as many as the head has; they may be styled. The first one names the row. */
  readonly rows: readonly (readonly string[])[];
}

const gap = 2;
/** What is left of a cell that is shortened, in columns: a mask or a date is never cut. */
const fewestColumns = 12;

/**
 * Lays out a table. Where it is too wide, the widest columns are shortened; where that is not
 * enough, each row stands by itself, a label before each of its values.
 *
 * @returns the lines, indented by two columns
 */
export function layOutTable({ head, rows }: Table, { theme, columns }: Surface): string[] {
  const widths = fitWidths(
    head.map((label, column) => Math.max(...[label, ...cellsOf(rows, column)].map(displayWidth))),
    columns - 2 - gap * (head.length - 1),
  );
  if (widths === undefined) {
    return rows.flatMap((row, index) => [
      ...(index === 0 ? [] : [""]),
      hang("  ", row[0] ?? "", columns),
      ...keyValueRows(
        head.slice(1).map((label, column) => ({ label: theme.faint(label), value: row[column + 1] ?? "" })),
        columns - 4,
      ).map((line) => `    ${line}`),
    ]);
  }
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, column) => padEnd(shorten(cell, widths[column] ?? 0), widths[column] ?? 0)).join(" ".repeat(gap))}`.trimEnd();
  return [line(head.map((label) => theme.faint(label))), ...rows.map(line)];
}

function cellsOf(rows: Table["rows"], column: number): string[] {
  return rows.map((row) => row[column] ?? "");
}

/** Takes from the widest columns what there is no room for; `undefined` where too little would be left of them. */
function fitWidths(wanted: readonly number[], room: number): number[] | undefined {
  const widths = [...wanted];
  for (let excess = widths.reduce((sum, width) => sum + width, -room); excess > 0; excess -= 1) {
    const widest = Math.max(...widths);
    if (widest <= fewestColumns) return undefined;
    widths[widths.lastIndexOf(widest)] = widest - 1;
  }
  return widths;
}
