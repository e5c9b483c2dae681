import { displayWidth, hang, wrap } from "../output/layout.ts";
import type { Theme } from "../output/theme.ts";

/**
 * The looks of inquirer's prompts, all of them: what is left out here would bring inquirer's own
 * colours and symbols.
 *
 * @param question - what is asked
 * @param columns - the width of the terminal; inquirer breaks lines within words, so that what may
 *   be long is broken here
 * @param choices - how many rows a list has
 */
export function promptTheme(theme: Theme, question: string, columns: number, choices = 0) {
  const ask = theme.accent("?");
  const lines = wrap(question, columns - 8);
  const below = (prefix: string) => `\n${" ".repeat(displayWidth(prefix) + 1)}`;
  return {
    prefix: { idle: ask, done: theme.symbol.ok },
    spinner: { interval: 100, frames: [ask] },
    icon: { cursor: theme.symbol.next },
    // Turns a list's search by letters off, which takes every other key, an arrow to the left say, for a letter.
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
