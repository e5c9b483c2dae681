import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { MistralKeyError } from "../../errors.ts";
import { type ExitCode, exitCodes } from "../../exit-codes.ts";
import { ownCommand } from "../../hints.ts";
import { completionScript } from "../../shell/completion-script.ts";
import { parseShell } from "../../shell/shells.ts";

/** Prints a shell's completion script. */
export async function completion({ args: [name = ""], flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const shell = parseShell(name);
  if (flags.on("json")) {
    throw new MistralKeyError("usage", "completion prints a script, not JSON.", {
      hint: `Leave --json out: ${ownCommand(`completion ${shell}`)}`,
    });
  }
  deps.output.answer(completionScript(shell));
  return exitCodes.done;
}
