import type { Theme } from "../output/theme.ts";

/** The input side of a terminal, as `process.stdin` is. */
export type KeyboardInput = NodeJS.ReadableStream & {
  readonly isTTY?: boolean;
  setRawMode?(mode: boolean): unknown;
};

/** The terminal that questions are asked on. */
export interface PromptTerminal {
  readonly input: KeyboardInput;
  readonly output: NodeJS.WritableStream & { readonly columns?: number; readonly rows?: number };
  readonly theme: Theme;
  /** Ends a question that is being asked. */
  readonly signal: AbortSignal;
}
