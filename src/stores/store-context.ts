import type { Output } from "../terminal/output/output.ts";
import type { Prompts } from "../terminal/prompts/prompts.ts";

/** What the real stores need and may use. */
export interface StoreContext {
  readonly folder: string;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Whether and how to ask the user to unlock something; absent where prompts are not allowed. */
  readonly person?: {
    readonly interactive: boolean;
    readonly output: Pick<Output, "progress">;
    prompts(): Promise<Pick<Prompts, "passphrase" | "quietly">>;
  };
}
