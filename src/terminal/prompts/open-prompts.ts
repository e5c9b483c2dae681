import { canRedraw } from "../terminal-capabilities.ts";
import type { KeyboardPrompts, PromptTerminal } from "./keyboard-prompts.ts";

/**
 * Opens the prompts that suit the terminal: inquirer's, or plain questions line by line where
 * nothing can be redrawn (`TERM=dumb`) or for a screen reader (`ACCESSIBLE`).
 */
export async function openPrompts(
  terminal: PromptTerminal & { readonly env: Readonly<Record<string, string | undefined>> },
): Promise<KeyboardPrompts> {
  if (canRedraw(terminal.env)) {
    const { TerminalPrompts } = await import("./terminal-prompts.ts");
    return new TerminalPrompts(terminal);
  }
  const { PlainPrompts } = await import("./plain-prompts.ts");
  return new PlainPrompts(terminal);
}
