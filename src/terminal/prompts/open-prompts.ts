import type { Theme } from "../output/theme.ts";
import { canRedraw } from "../terminal-capabilities.ts";
import type { KeyboardInput } from "./keyboard.ts";
import type { Prompts } from "./prompts.ts";

/** The terminal that questions are asked on. */
export interface PromptTerminal {
  readonly input: KeyboardInput;
  readonly output: NodeJS.WritableStream & { readonly columns?: number; readonly rows?: number };
  readonly theme: Theme;
  /** Ends a question that is being asked. */
  readonly signal: AbortSignal;
}

/**
 * Opens the prompts that suit the terminal: inquirer's, or plain questions line by line where
 * nothing can be redrawn (`TERM=dumb`) or somebody listens to a screen reader (`ACCESSIBLE`).
 */
export async function openPrompts(
  terminal: PromptTerminal & { readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Prompts> {
  if (canRedraw(terminal.env)) {
    const { TerminalPrompts } = await import("./terminal-prompts.ts");
    return new TerminalPrompts(terminal);
  }
  const { PlainPrompts } = await import("./plain-prompts.ts");
  return new PlainPrompts(terminal);
}
