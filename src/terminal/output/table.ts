import { displayWidth, hang, keyValueRows, padEnd, shorten } from "./layout.ts";
import type { TableColumn } from "./output.ts";
import { inCharacters } from "./picture.ts";
import type { Theme } from "./theme.ts";

const gap = 2;
/** Wider cells are truncated to this width, in columns, before a table column is dropped. */
const enoughColumns = 14;
/** Minimum width of a truncated cell: masks and dates always fit. */
const fewestColumns = 12;

/**
 * Lays out a table. If it is too wide, drops optional columns and truncates the widest; if that is not
 * enough, lists each row's values line by line, with labels.
 *
 * @param width - terminal width in columns
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
      return padEnd(shorten(cellOf(column), room, inCharacters("…", theme)), room);
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

/** Shrinks the widest columns to fit; `undefined` if one would get too narrow. */
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
