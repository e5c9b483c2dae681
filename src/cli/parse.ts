import { Command, CommanderError, Option } from "commander";
import { MistralKeyError } from "../errors.ts";
import { maskKey } from "../keys/mask.ts";
import { commandTable, globalFlags } from "./command-table.ts";
import type { CommandEntry, FlagEntry } from "./command-types.ts";
import { Flags } from "./flags.ts";

/** What a command line asks for. */
export type Invocation =
  | {
      readonly kind: "command";
      readonly command: CommandEntry;
      /** Positional arguments, in order; for `run` the whole command behind `--`. */
      readonly args: readonly string[];
      readonly flags: Flags;
    }
  /** Help or the version: a text for stdout. */
  | { readonly kind: "text"; readonly text: string };

/** How help is laid out. */
export interface HelpLayout {
  /** Asked only when help is written. */
  readonly columns: () => number;
  readonly version: string;
}

/**
 * Reads a command line. Has no effect of its own: it neither prints nor ends the process.
 *
 * @param argv - the arguments behind the program's name
 * @throws MistralKeyError of kind `usage`
 */
export function parseCommandLine(argv: readonly string[], layout: HelpLayout): Invocation {
  refuseKeysInArguments(argv);
  let text = "";
  let invocation: Invocation | undefined;
  const program = buildProgram(
    argv,
    layout,
    (chunk) => {
      text += chunk;
    },
    (found) => {
      invocation = found;
    },
  );
  try {
    program.parse(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: "text", text };
    const [name = "", topic] = program.args;
    if (error.code !== "commander.help") throw usageError(error, findCommand(name));
    // Help that was asked for about a command that there is not: as if that command had been called.
    if (name === "help" && topic?.startsWith("-") === false) return parseCommandLine([topic], layout);
    program.outputHelp();
  }
  return invocation ?? { kind: "text", text };
}

function buildProgram(
  argv: readonly string[],
  layout: HelpLayout,
  write: (text: string) => void,
  found: (invocation: Invocation) => void,
): Command {
  const program = new Command("mistral-key")
    .description("Gets you a Mistral API key, keeps it in your OS keychain, and looks after it.")
    .version(layout.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .enablePositionalOptions()
    .addHelpText("after", `\nStart here:\n  $ npx mistral-key init\n`);
  configure(program, layout, write);
  const first = findCommand(argv[0]);
  // A command line that begins with a command needs nothing else; making it all takes 2 ms.
  for (const flag of first === undefined ? globalFlags : []) program.addOption(optionOf(flag));
  for (const entry of first === undefined ? commandTable : [first]) {
    const command = new Command(entry.name).summary(entry.summary);
    if (entry.alias !== undefined) command.alias(entry.alias);
    for (const argument of entry.args ?? []) command.argument(argument.syntax, argument.description);
    // A command that the command line does not name is only listed.
    if (isNamed(entry, argv)) equip(command, entry, program, layout, write, found);
    program.addCommand(command);
  }
  return program;
}

function findCommand(word: string | undefined): CommandEntry | undefined {
  return word === undefined ? undefined : commandTable.find((entry) => isNamed(entry, [word]));
}

function isNamed({ name, alias }: CommandEntry, words: readonly string[]): boolean {
  return words.includes(name) || (alias !== undefined && words.includes(alias));
}

function equip(
  command: Command,
  entry: CommandEntry,
  program: Command,
  layout: HelpLayout,
  write: (text: string) => void,
  found: (invocation: Invocation) => void,
): void {
  command.description(entry.description ?? entry.summary);
  configure(command, layout, write);
  command.helpOption("-h, --help", "show help");
  for (const flag of entry.flags) command.addOption(optionOf(flag));
  for (const flag of globalFlags) command.addOption(optionOf(flag).helpGroup("Global options:"));
  if (entry.passThrough === true) command.passThroughOptions();
  command.addHelpText("after", `\nExamples:\n${entry.examples.map((line) => `  $ ${line}`).join("\n")}\n`);
  command.action(() => {
    const values = { ...given(program), ...given(command) };
    refuseConflicts(entry, values);
    found({ kind: "command", command: entry, args: command.args, flags: new Flags(values) });
  });
}

/** Commander looks only at flags behind the command's name; global ones may stand before it. */
function refuseConflicts({ flags }: CommandEntry, values: Readonly<Record<string, unknown>>): void {
  for (const flag of flags) {
    const other = flag.conflicts?.find((name) => name in values);
    if (other === undefined || !(optionOf(flag).attributeName() in values)) continue;
    throw new MistralKeyError("usage", `${flag.syntax} cannot be used with --${other}.`, {
      hint: "Leave one of the two away.",
    });
  }
}

function configure(command: Command, layout: HelpLayout, write: (text: string) => void): void {
  command
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: write,
      writeErr: () => {},
      getOutHasColors: () => false,
      getOutHelpWidth: () => Math.min(layout.columns(), 100),
    });
}

function optionOf(flag: FlagEntry): Option {
  const option = new Option(flag.syntax, flag.description);
  if (flag.choices !== undefined) option.choices(flag.choices);
  if (flag.several === true) option.argParser((value, before: readonly string[] = []) => [...before, value]);
  if (flag.conflicts !== undefined) option.conflicts([...flag.conflicts]);
  return option;
}

/** What was given on the command line, without defaults, so that a flag counts on either side of the command. */
function given(command: Command): Record<string, unknown> {
  const values: Record<string, unknown> = command.opts();
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => command.getOptionValueSource(name) === "cli"),
  );
}

/**
 * A key in an argument is in the shell's history and in every process list; using it would teach
 * the habit. Arguments behind `--` belong to another command.
 */
function refuseKeysInArguments(argv: readonly string[]): void {
  const end = argv.indexOf("--");
  const own = end === -1 ? argv : argv.slice(0, end);
  if (own.some((argument) => /(?:^-{0,2}|^-p|[=:\s"'])[A-Za-z0-9]{32}["']?\s*$/.test(argument))) {
    throw new MistralKeyError("usage", "An argument looks like an API key, so nothing was done.", {
      hint: "Arguments stay in the shell's history and can be read by other processes. Send the key on standard input instead, as in init --with-key < FILE. If this was a real key, make a new one and delete it.",
    });
  }
}

function usageError(error: CommanderError, command: CommandEntry | undefined): MistralKeyError {
  // Commander quotes what it was given, and that may be a key all the same.
  const said = error.message.replace(/^error: /, "").replace(/[A-Za-z0-9]{32,}/g, maskKey);
  const [first = "", ...rest] = said.split("\n");
  const message = first.charAt(0).toUpperCase() + first.slice(1);
  const suggestion = rest.join(" ").replace(/[()]/g, "").trim();
  const help =
    command === undefined
      ? "mistral-key --help lists commands and flags."
      : `mistral-key ${command.name} --help lists its flags, with examples.`;
  return new MistralKeyError("usage", message.endsWith(".") ? message : `${message}.`, {
    hint: suggestion === "" ? help : suggestion,
  });
}
