import { displayWidth, padEnd } from "./layout.ts";
import type { Picture, PictureRow } from "./output.ts";
import type { Theme } from "./theme.ts";

/** On a narrower terminal a picture would break; the step's text says the same. */
const narrowestTerminal = 60;

const innerWidth = 52;

const symbols = "┌┐└┘┴┬┼╭╮╰╯─│▸◂▾●○✓•…";
const textForms = "+++++++++++-|><v*ox*.";

/**
 * Draws a framed page with the click target marked.
 *
 * @param width - terminal width in columns
 * @returns the lines, not indented, 54 columns wide; none on a terminal below 60 columns
 */
export function drawPicture(
  { title, corner, sideBar = [], rows }: Picture,
  width: number,
  theme: Theme,
): string[] {
  if (width < narrowestTerminal) return [];
  const barWidth = Math.max(0, ...sideBar.map((row) => displayWidth(drawText(row, theme)) + 2));
  const labelWidth = Math.max(0, ...rows.map(({ label = "" }) => displayWidth(label)));
  const end = corner === undefined ? "" : ` ${corner} ─`;
  const top = `┌ ${title} ${"─".repeat(innerWidth - displayWidth(title + end) - 2)}${end}┐`;
  const foot = "─".repeat(innerWidth);
  const border = inCharacters("│", theme);
  return [
    inCharacters(top, theme),
    ...Array.from({ length: Math.max(sideBar.length, rows.length) }, (_, index) => {
      const bar = barWidth === 0 ? "" : drawEntry(sideBar[index] ?? {}, barWidth, theme);
      const line = bar + drawRow(rows[index] ?? {}, labelWidth, theme);
      return border + padEnd(line, innerWidth) + border;
    }),
    inCharacters(
      barWidth === 0 ? `└${foot}┘` : `└${foot.slice(0, barWidth)}┴${foot.slice(barWidth + 1)}┘`,
      theme,
    ),
  ];
}

/** A sidebar entry and its right border, which the line to the click note crosses. */
function drawEntry(row: PictureRow, width: number, theme: Theme): string {
  const entry = ` ${drawText(row, theme)}`;
  if (row.click === undefined) return padEnd(entry, width) + inCharacters("│", theme);
  const line = "─".repeat(width - displayWidth(entry));
  return entry + inCharacters(`${line}┼── ${row.click}`, theme);
}

function drawRow(row: PictureRow, labelWidth: number, theme: Theme): string {
  const label = row.label === undefined ? "" : padEnd(row.label, labelWidth + 3);
  const note = row.click === undefined ? "" : inCharacters(`── ${row.click}`, theme);
  return `  ${label}${drawText(row, theme)}${note}`.trimEnd();
}

function drawText({ text = "", click }: PictureRow, theme: Theme): string {
  if (click === undefined) return inCharacters(text, theme);
  return theme.accent(theme.strong(inCharacters(`▸ ${text} ◂`, theme)));
}

/** Replaces {@link symbols} with ASCII if the terminal lacks Unicode. */
export function inCharacters(text: string, theme: Theme): string {
  return theme.unicode
    ? text
    : text.replace(/[^ -~]/g, (symbol) => textForms[symbols.indexOf(symbol)] ?? "?");
}
