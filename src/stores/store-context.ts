import type { Output } from "../terminal/output/output.ts";
import type { Prompts } from "../terminal/prompts/prompts.ts";

/** What the real stores need to know and may touch. */
export interface StoreContext {
  /** The folder of the program. */
  readonly folder: string;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Whether and how a person can be asked to unlock something; absent where nobody may be asked. */
  readonly person?: {
    readonly interactive: boolean;
    readonly output: Output;
    prompts(): Promise<Prompts>;
  };
}
