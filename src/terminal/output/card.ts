import { displayWidth, keyValueRows, padEnd } from "./layout.ts";
import type { Card } from "./output.ts";
import { inCharacters } from "./picture.ts";
import type { Theme } from "./theme.ts";

/** Maximum width in columns; longer lines are hard to read. */
const widest = 70;

/**
 * Draws rows of labels and values in a box with the title in its border, as narrow as its content and never
 * wider than the terminal. Below 36 columns there is no room for a border, so it is left out.
 *
 * @param width - terminal width in columns
 * @param bordered - whether a border is wanted
 * @returns the lines, indented by two columns
 */
export function drawCard(card: Card, width: number, theme: Theme, bordered = true): string[] {
  const room = Math.min(width - 2, widest + 2) - 2;
  const labelled = card.rows.map(({ label, value }) => ({ label: theme.faint(label), value }));
  if (room < 32 || !bordered) {
    return [theme.strong(card.title), ...keyValueRows(labelled, room, true)].map((line) => `  ${line}`);
  }
  const rows = keyValueRows(labelled, room - 4, true);
  const inner = Math.max(displayWidth(card.title), ...rows.map(displayWidth));
  const border = (characters: string) => theme.faint(inCharacters(characters, theme));
  return [
    `  ${border("╭")} ${theme.accent(card.title)} ${border(`${"─".repeat(inner - displayWidth(card.title))}╮`)}`,
    ...rows.map((row) => `  ${border("│")} ${padEnd(row, inner)} ${border("│")}`),
    `  ${border(`╰${"─".repeat(inner + 2)}╯`)}`,
  ];
}
