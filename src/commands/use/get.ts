import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { Cancelled } from "../../errors.ts";
import { commandFor, runCommand } from "../../hints.ts";
import { readSettings, type Settings } from "../../settings.ts";
import { readKeyForUse } from "../../stores/stored-key.ts";
import { requirePerson } from "../../terminal/absence.ts";

/** Prints the stored key and a newline on stdout, nothing else; or copies it to the clipboard. */
export async function get({ flags }: CommandInput, deps: Deps): Promise<undefined> {
  const settings = readSettings(flags, deps);
  if (flags.on("copy")) return await copy(settings, deps);
  const { profile, json } = settings;
  const askFirst = deps.stdoutIsTerminal && !flags.on("reveal");
  if (askFirst) {
    requirePerson(deps, {
      message: "Showing the key on a terminal needs your confirmation",
      hint: `To show it anyway: ${commandFor(profile, "get --reveal")}\nTo use it without showing it: ${runCommand(profile)}`,
    });
  }
  const { key } = await readKeyForUse(settings, deps);
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
}

async function copy(settings: Settings, deps: Deps): Promise<undefined> {
  const { profile, json } = settings;
  const { output } = deps;
  const { key } = await readKeyForUse(settings, deps);
  const copied = await deps.copyKey(key);
  if (json) {
    output.json({ profile, key: key.mask, ...copied });
    return;
  }
  if (copied.where === "terminal") {
    output.ok(`${key.mask} was sent to the clipboard of your terminal.`, 0);
    output.bullet("Not every terminal accepts that, and none confirms it: paste to check.", 0);
    output.bullet("It cannot be cleared from here. When you have used it, copy something else.", 0);
    return;
  }
  const { concealed, clearedAfter } = copied;
  output.ok(`${key.mask} is on the clipboard.`, 0);
  output.bullet(
    clearedAfter === undefined
      ? "It stays there until something else is copied."
      : `The clipboard is cleared in ${clearedAfter} seconds, unless something else has been copied by then.`,
    0,
  );
  output.bullet(
    concealed
      ? "Clipboard histories are asked not to keep it."
      : "A clipboard history cannot be asked not to keep it here: if you use one, delete it there.",
    0,
  );
}
