import { displayWidth } from "./layout.ts";
import type { Output } from "./output.ts";
import type { Theme } from "./theme.ts";

/** Below this width of the terminal a picture would break; the step says the same in words. */
const narrowestTerminal = 60;

/** How many columns there are between the borders. */
const innerWidth = 52;

/** A small drawing of a page. */
export interface Picture {
  /** Stands in the top border. */
  readonly title: string;
  /** The page, line by line; what stands in braces is the thing to click. */
  readonly lines: readonly string[];
  /** The column of a line between a side bar and the page, counted from the border. */
  readonly sideBar?: number;
}

const textForms: Readonly<Record<string, string>> = {
  "┌": "+",
  "┐": "+",
  "└": "+",
  "┘": "+",
  "┴": "+",
  "┼": "+",
  "─": "-",
  "│": "|",
  "▸": ">",
  "◂": "<",
  "●": "*",
  "○": "o",
  "✓": "x",
  "•": "*",
};

/**
 * Draws a page in a frame, with the thing to click marked.
 *
 * @returns the lines, without indentation, 54 columns wide; none on a terminal below 60 columns
 */
export function drawPicture(picture: Picture, output: Pick<Output, "theme" | "columns">): string[] {
  if (output.columns < narrowestTerminal) return [];
  const { title, lines, sideBar } = picture;
  const { theme } = output;
  const bottom = Array.from({ length: innerWidth }, (_, column) => (column === sideBar ? "┴" : "─"));
  return [
    `┌ ${title} ${"─".repeat(innerWidth - title.length - 2)}┐`,
    ...lines.map((line) => {
      const filling = " ".repeat(innerWidth - displayWidth(line.replace(/[{}]/g, "")));
      return `│${line}${filling}│`;
    }),
    `└${bottom.join("")}┘`,
  ].map((line) => paint(line, theme));
}

function paint(line: string, theme: Theme): string {
  const text = theme.unicode ? line : line.replace(/[^ -~]/g, (symbol) => textForms[symbol] ?? "?");
  return text.replace(/\{(.*)\}/, (_, target: string) => theme.accent(theme.strong(target)));
}
