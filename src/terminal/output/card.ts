import { displayWidth, keyValueRows, padEnd } from "./layout.ts";
import type { Card } from "./output.ts";
import { inCharacters } from "./picture.ts";
import type { Theme } from "./theme.ts";

/** The widest a card gets, in columns; beyond it lines are hard to read. */
const widest = 70;

/**
 * Draws a box with a title in its border and rows of label and value in it, as narrow as its
 * content and never wider than the terminal. Below 34 columns there is no room for a border, and
 * the same is said without one.
 *
 * @param width - how many columns the terminal has
 * @returns the lines, indented by two columns
 */
export function drawCard(card: Card, width: number, theme: Theme): string[] {
  const room = Math.min(width - 2, widest + 2) - 2;
  const labelled = card.rows.map(({ label, value }) => ({ label: theme.faint(label), value }));
  if (room < 32) {
    return ["", theme.strong(card.title), ...keyValueRows(labelled, room, { breakWords: true })].map(
      (line) => (line === "" ? "" : `  ${line}`),
    );
  }
  const rows = keyValueRows(labelled, room - 4, { breakWords: true });
  const inner = Math.max(displayWidth(card.title), ...rows.map(displayWidth));
  const border = (characters: string) => theme.faint(inCharacters(characters, theme));
  return [
    `  ${border("╭")} ${theme.accent(card.title)} ${border(`${"─".repeat(inner - displayWidth(card.title))}╮`)}`,
    ...rows.map((row) => `  ${border("│")} ${padEnd(row, inner)} ${border("│")}`),
    `  ${border(`╰${"─".repeat(inner + 2)}╯`)}`,
  ];
}
