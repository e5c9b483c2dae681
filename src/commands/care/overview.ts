import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { commandFor, ownCommand } from "../../hints.ts";
import { readSettings } from "../../settings.ts";
import { findUnlistedKey } from "../../stores/unlisted-key.ts";
import { status } from "./status.ts";

/** Runs if no command is given: introduces `init`, or shows the status of the stored keys. */
export async function overview(input: CommandInput, deps: Deps): Promise<undefined> {
  const { profile, json } = readSettings(input.flags, deps);
  const known =
    json || deps.profiles.list().length > 0 || (await findUnlistedKey(deps, profile)) !== undefined;
  if (known) return await status(input, deps);
  const { answers } = deps.output;
  const command = (text: string) => answers.theme.strong(commandFor(profile, text));
  answers.paragraph("No key is known here yet. To get one:");
  answers.print();
  answers.rows([
    {
      label: command("init"),
      value: "walks you through five steps at Mistral, checks the key with a real call and stores it",
    },
    { label: command("init --demo"), value: "the same with a simulated Mistral: no account, nothing kept" },
    { label: command("import"), value: "finds a key that is already on this machine in plaintext" },
    { label: answers.theme.strong(ownCommand("--help")), value: "lists all commands" },
  ]);
}
