import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { completionScript } from "../../shell/completion-script.ts";
import type { Shell } from "../../shell/shells.ts";

/** Prints a shell's completion script. */
export async function completion({ args: [shell] }: CommandInput, { output }: Deps): Promise<undefined> {
  // The parser lets nothing else in.
  output.answer(completionScript(shell as Shell));
}
