import { displayWidth, hang, keyValueRows, padEnd, shorten } from "./layout.ts";
import type { TableColumn } from "./output.ts";
import type { Theme } from "./theme.ts";

const gap = 2;
/** A cell that is wider is shortened before a column is left out, in columns of the terminal. */
const enoughColumns = 14;
/** What is left of a cell that is shortened: a mask or a date is never cut. */
const fewestColumns = 12;

/**
 * Lays out a table. Where it is too wide, columns are left out that may be, and the widest are
 * shortened; where that is not enough, each row stands by itself, a label before each of its values.
 *
 * @param width - how many columns the terminal has
 * @returns the lines, indented by two columns
 */
export function layOutTable(columns: readonly TableColumn[], width: number, theme: Theme): string[] {
  const measured = columns.map((column) => ({ ...column, width: widthOf(column) }));
  const shown = leaveOut(measured, width);
  const [names, ...others] = shown;
  if (names === undefined) return [];
  const widths = fitWidths(
    shown.map((column) => column.width),
    roomFor(shown, width),
  );
  if (widths === undefined) {
    return names.cells.flatMap((name, row) => [
      ...(row === 0 ? [] : [""]),
      hang("  ", name, width),
      ...keyValueRows(
        others.map(({ head, cells }) => ({ label: theme.faint(head), value: cells[row] ?? "" })),
        width - 4,
      ).map((line) => `    ${line}`),
    ]);
  }
  const line = (cellOf: (column: TableColumn) => string) => {
    const cells = shown.map((column, index) => {
      const room = widths[index] ?? 0;
      return padEnd(shorten(cellOf(column), room), room);
    });
    return `  ${cells.join(" ".repeat(gap))}`.trimEnd();
  };
  return [
    line(({ head }) => theme.faint(head)),
    ...names.cells.map((_, row) => line(({ cells }) => cells[row] ?? "")),
  ];
}

/** A column, and the width of its widest cell. */
interface MeasuredColumn extends TableColumn {
  readonly width: number;
}

function leaveOut(columns: readonly MeasuredColumn[], width: number): readonly MeasuredColumn[] {
  const needed = sum(columns.map((column) => Math.min(column.width, enoughColumns)));
  const last = Math.max(...columns.map(({ optional = 0 }) => optional));
  if (needed <= roomFor(columns, width) || last <= 0) return columns;
  return leaveOut(
    columns.filter(({ optional }) => optional !== last),
    width,
  );
}

/** Takes from the widest columns what there is no room for; `undefined` where too little would be left of them. */
function fitWidths(wanted: readonly number[], room: number): number[] | undefined {
  const widths = [...wanted];
  for (let excess = sum(wanted) - room; excess > 0; excess -= 1) {
    const widest = Math.max(...widths);
    if (widest <= fewestColumns) return undefined;
    widths[widths.lastIndexOf(widest)] = widest - 1;
  }
  return widths;
}

function widthOf({ head, cells }: TableColumn): number {
  return Math.max(...[head, ...cells].map(displayWidth));
}

function roomFor(columns: readonly TableColumn[], width: number): number {
  return width - 2 - gap * (columns.length - 1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
