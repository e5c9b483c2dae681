import type { CommandEntry, FlagEntry } from "./command-types.ts";
import { careCommands } from "./table/care.ts";
import { machineCommands } from "./table/machine.ts";
import { obtainCommands } from "./table/obtain.ts";
import { useCommands } from "./table/use.ts";

/** Flags that nearly every command takes. */
export const globalFlags: readonly FlagEntry[] = [
  {
    syntax: "-p, --profile <name>",
    description: "the profile, the name of a stored key (see help use)",
    suggests: "profiles",
  },
  { syntax: "--store <kind>", description: "where the key is kept", choices: ["keychain", "file"] },
  {
    syntax: "--region <region>",
    description: "which of Mistral's endpoints",
    choices: ["global", "eu", "us"],
  },
  { syntax: "--server-url <url>", description: "another address for the API" },
  { syntax: "--json", description: "answer with one JSON document" },
  { syntax: "--no-input", description: "never ask; fail and say what was missing" },
  { syntax: "--no-color", description: "no colour" },
  { syntax: "--verbose", description: "say more about what is done and why it failed" },
];

/** The global flags that a command takes. */
export function globalFlagsOf({ conflicts = [] }: Pick<CommandEntry, "conflicts">): readonly FlagEntry[] {
  return globalFlags.filter(({ syntax }) => !conflicts.some((name) => syntax.includes(`--${name}`)));
}

/** Command groups, in help order; each has a file in `table/` and a folder in `commands/`. */
export const commandGroups = [
  { title: "Get a key", commands: obtainCommands },
  { title: "Use it", commands: useCommands },
  { title: "Look after it", commands: careCommands },
  { title: "This machine", commands: machineCommands },
];

/** Every command, in help order. Importing this table must stay cheap. */
export const commandTable: readonly CommandEntry[] = commandGroups.flatMap(({ commands }) => commands);

/** The command of that name, or with that alias. */
export function commandNamed(word: string): CommandEntry | undefined {
  return commandTable.find(({ name, alias }) => word === name || word === alias);
}

/** Runs if no command is given: shows where the user stands. */
export const bareCommand: CommandEntry = {
  name: "",
  summary: "show where you stand",
  flags: [],
  examples: [],
  run: async (input, deps) => (await import("../commands/care/overview.ts")).overview(input, deps),
};
