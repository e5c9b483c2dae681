import { canRedraw } from "../terminal-capabilities.ts";
import { Keyboard } from "./keyboard.ts";
import type { PromptTerminal } from "./keyboard-prompts.ts";
import { PlainPrompts } from "./plain-prompts.ts";
import type { Prompts } from "./prompts.ts";
import { TerminalPrompts } from "./terminal-prompts.ts";

/**
 * Opens the prompts that suit the terminal: inquirer's, or plain line-by-line questions where nothing can
 * be redrawn (`TERM=dumb`) or for a screen reader (`ACCESSIBLE`).
 *
 * @returns a factory; its signal cancels the prompts and, where possible, erases them
 */
export function openPrompts(
  terminal: PromptTerminal & { readonly env: Readonly<Record<string, string | undefined>> },
): (withdrawn?: AbortSignal) => Prompts {
  const redraws = canRedraw(terminal.env);
  const SuitablePrompts = redraws ? TerminalPrompts : PlainPrompts;
  // Shared by all prompts: two readers would steal input from each other.
  const keyboard = new Keyboard(terminal, { marksPastes: redraws });
  return (withdrawn) => {
    const signal = withdrawn ? AbortSignal.any([terminal.signal, withdrawn]) : terminal.signal;
    return new SuitablePrompts({ ...terminal, signal, withdrawn }, keyboard);
  };
}
