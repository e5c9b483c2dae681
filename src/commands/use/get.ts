import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { Cancelled } from "../../errors.ts";
import { type ExitCode, exitCodes } from "../../exit-codes.ts";
import { commandFor, runCommand } from "../../hints.ts";
import { readSettings } from "../../settings.ts";
import { readKeyForUse } from "../../stores/stored-key.ts";
import { requirePerson } from "../../terminal/absence.ts";

/** Prints the stored key: the key and a newline on stdout, nothing else. */
export async function get({ flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const { profile, store, json } = readSettings(flags, deps);
  const askFirst = deps.stdoutIsTerminal && !flags.on("reveal");
  if (askFirst) {
    requirePerson(deps, {
      message: "The key would show on a terminal, which is asked about first",
      hint: `To show it all the same: ${commandFor(profile, "get --reveal")}\nTo use it without showing it: ${runCommand(profile)}`,
    });
  }
  const { key } = await readKeyForUse({ profile, store }, deps);
  if (askFirst) {
    const prompts = await deps.prompts();
    const message = `Show ${key.mask} in full here? It stays in the terminal's history.`;
    if (!(await prompts.confirm({ message, initial: false }))) {
      throw new Cancelled("Not shown.", {
        hint: `To use it without showing it: ${runCommand(profile)}`,
      });
    }
  }
  if (json) deps.output.json({ profile, key: key.reveal() });
  else deps.output.answer(`${key.reveal()}\n`);
  return exitCodes.done;
}
