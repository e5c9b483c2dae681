import { displayWidth, hang, wrap } from "../output/layout.ts";
import type { Theme } from "../output/theme.ts";

/**
 * The complete theme for inquirer's prompts: anything left out would fall back to inquirer's colours and
 * symbols.
 *
 * @param question - the question text
 * @param columns - terminal width; inquirer breaks lines inside words, so long texts are wrapped here
 * @param choices - number of rows in a list
 */
export function promptTheme(theme: Theme, question: string, columns: number, choices = 0) {
  const ask = theme.accent("?");
  const lines = wrap(question, columns - 8);
  const below = (prefix: string) => `\n${" ".repeat(displayWidth(prefix) + 1)}`;
  return {
    prefix: { idle: ask, done: theme.symbol.ok },
    spinner: { interval: 100, frames: [ask] },
    icon: { cursor: theme.symbol.next },
    // Disables a list's search by letter, which takes other keys, such as the left arrow, for letters.
    keybindings: ["vim" as const],
    style: {
      answer: (text: string) => {
        const hanging = below(theme.symbol.ok);
        const before = `${hanging.slice(1)}${lines.at(-1)} `;
        if (displayWidth(before + text) < columns) return theme.faint(text);
        return hanging + theme.faint(wrap(text, columns - hanging.length).join(hanging));
      },
      message: (_: string, status: string) =>
        theme.strong(lines.join(below(status === "done" ? theme.symbol.ok : ask))),
      error: (text: string) => hang(`  ${theme.symbol.warn} `, theme.caution(text), columns - 2),
      defaultAnswer: (text: string) => theme.faint(`(${text})`),
      help: theme.faint,
      highlight: theme.accent,
      key: theme.strong,
      disabled: theme.faint,
      description: (text: string) => hang("  ", theme.faint(text), columns - 2),
      keysHelpTip: () => {
        const arrows = theme.unicode ? "↑↓" : "Up/Down";
        return theme.faint(`  ${arrows} or 1-${choices} move   Enter choose`);
      },
    },
  };
}

/** See {@link promptTheme}. */
export type PromptTheme = ReturnType<typeof promptTheme>;
