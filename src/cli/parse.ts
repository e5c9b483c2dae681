import { Argument, Command, CommanderError, type Help, Option } from "commander";
import { MistralKeyError } from "../errors.ts";
import { ownCommand } from "../hints.ts";
import { keyWord, maskKeys } from "../keys/mask.ts";
import {
  bareCommand,
  commandGroups,
  commandNamed,
  commandTable,
  globalFlags,
  globalFlagsOf,
} from "./command-table.ts";
import type { CommandEntry, FlagEntry, HelpLayout, Invocation } from "./command-types.ts";
import { Flags } from "./flags.ts";

/**
 * Parses a command line with commander. No side effects: it neither prints nor ends the process.
 *
 * @param argv - the arguments after the program's name
 * @throws MistralKeyError of kind `usage`
 */
export function parseCommandLine(argv: readonly string[], layout: HelpLayout): Invocation {
  const [first = "", second = ""] = argv;
  if ((first === "-h" || first === "--help") && commandNamed(second) !== undefined) {
    return parseCommandLine([second, "--help"], layout);
  }
  const end = argv.indexOf("--");
  // What follows is an argument, or for `run` belongs to another command, except its name, which is shown.
  refuseKeys(end === -1 ? argv : argv.slice(0, end + 2));
  const reading: Reading = { argv, layout, text: "", invocation: undefined };
  const program = buildProgram(reading);
  try {
    program.parse(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: "text", text: reading.text };
    const [name = "", topic] = program.args;
    if (error.code !== "commander.help") throw usageError(error, name, argv);
    if (name !== "help") {
      return { kind: "command", command: bareCommand, args: [], flags: new Flags(given(program)) };
    }
    // Help for an unknown command fails as if that command had been called.
    if (topic?.startsWith("-") === false) return parseCommandLine([topic], layout);
    program.outputHelp();
  }
  return reading.invocation ?? { kind: "text", text: reading.text };
}

interface Reading {
  readonly argv: readonly string[];
  readonly layout: HelpLayout;
  /** Help or the version, as commander writes it. */
  text: string;
  invocation: Invocation | undefined;
}

function buildProgram(reading: Reading): Command {
  const { argv, layout } = reading;
  // Listed in the last group, which is about this machine and not about a key.
  const helpGroup = `${commandGroups.at(-1)?.title}:`;
  const help = new Command("help").argument("[command]").description("show help for a command");
  const program = new Command("mistral-key")
    .description("Gets you a Mistral API key, keeps it in your OS keychain, and looks after it.")
    .version(layout.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .addHelpCommand(help.helpOption(false).helpGroup(helpGroup))
    .enablePositionalOptions()
    .addHelpText("after", () => `\nStart here:\n  $ ${ownCommand("init")}\n`)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (chunk) => {
        reading.text += chunk;
      },
      writeErr: () => {},
      getOutHasColors: () => false,
      getOutHelpWidth: () => Math.min(layout.columns(), widest),
    })
    .configureHelp({ minWidthToWrap: 1, formatItem });
  for (const flag of globalFlags) addFlag(program, flag);
  for (const { title, commands } of commandGroups) {
    for (const entry of commands) {
      const command = new Command(entry.name).summary(entry.summary).helpGroup(`${title}:`);
      if (entry.alias !== undefined) command.alias(entry.alias);
      for (const { syntax, description, choices } of entry.args ?? []) {
        const argument = new Argument(syntax, description);
        command.addArgument(choices === undefined ? argument : argument.choices(choices));
      }
      // A command not on the command line is only listed.
      if (argv.some((word) => commandNamed(word) === entry)) equip(command, entry, program, reading);
      program.addCommand(command);
    }
  }
  return program;
}

function equip(command: Command, entry: CommandEntry, program: Command, reading: Reading): void {
  command.copyInheritedSettings(program).description(entry.description ?? entry.summary);
  const help = new Option("-h, --help", "show help");
  // A group of its own would come after the others.
  command.addHelpOption(entry.flags.length === 0 ? help.helpGroup("Global options:") : help);
  command.version(reading.layout.version, "-V, --version");
  command.options.at(-1)?.hideHelp();
  for (const flag of entry.flags) addFlag(command, flag);
  const taken = globalFlagsOf(entry);
  for (const flag of globalFlags) {
    addFlag(command, flag, "Global options:");
    // Still parsed, to say that it does not go with this command.
    if (!taken.includes(flag)) command.options.at(-1)?.hideHelp();
  }
  if (entry.passThrough === true) command.passThroughOptions();
  command.addHelpText("after", `\nExamples:\n${entry.examples.map((line) => `  $ ${line}`).join("\n")}\n`);
  command.action(() => {
    if (entry.passThrough !== true) refuseKeys(command.args);
    const values = { ...given(program), ...given(command) };
    checkFlags(entry, values);
    reading.invocation = { kind: "command", command: entry, args: command.args, flags: new Flags(values) };
  });
}

/**
 * Refuses flags with a blank value, as from a variable that is not set, and flags that exclude each other:
 * commander would check only those after the command's name; global ones may precede it.
 */
function checkFlags(entry: CommandEntry, values: Readonly<Record<string, unknown>>): void {
  const refuse = (message: string) => {
    throw new MistralKeyError("usage", message, { hint: whereHelpIs(entry.name) });
  };
  const flags = [...entry.flags, ...globalFlags].filter(({ syntax }) => nameOf(syntax) in values);
  const blank = flags.find(({ syntax }) => /^\s*$/.test(String(values[nameOf(syntax)])));
  if (blank !== undefined) refuse(`${longName(blank.syntax)} needs a value.`);
  for (const { syntax, conflicts } of [{ syntax: entry.name, conflicts: entry.conflicts }, ...flags]) {
    const other = flags.find((flag) => conflicts?.includes(nameOf(flag.syntax)));
    if (other !== undefined) refuse(`${longName(syntax)} cannot be used with ${longName(other.syntax)}.`);
  }
}

const widest = 100;

/** Minimum columns for a description beside a name; with less, it goes below. */
const leastRoom = 30;

function formatItem(term: string, termWidth: number, description: string, helper: Help): string {
  const width = helper.helpWidth ?? widest;
  const room = width - termWidth - 4;
  const below = room < leastRoom;
  const lines = helper.boxWrap(description, below ? width - 6 : room).split("\n");
  if (below) return [`  ${term}`, ...lines.map((line) => `      ${line}`)].join("\n");
  const [first = "", ...others] = lines;
  const indent = " ".repeat(termWidth + 4);
  return [`  ${term.padEnd(termWidth)}  ${first}`, ...others.map((line) => indent + line)].join("\n");
}

function addFlag(command: Command, flag: FlagEntry, group?: string): void {
  const option = new Option(flag.syntax, flag.description);
  if (flag.choices !== undefined) option.choices(flag.choices);
  if (flag.several === true) {
    const { parseArg: check } = option;
    option.argParser((value, before: readonly string[] = []) => [...before, check?.(value, value) ?? value]);
  }
  if (group !== undefined) option.helpGroup(group);
  command.addOption(option);
  if (flag.alias !== undefined) {
    command.addOption(new Option(flag.alias).hideHelp().implies({ [nameOf(flag.syntax)]: true }));
  }
}

/** Flags given on the command line, without defaults, so that they count on either side of the command. */
function given(command: Command): Record<string, unknown> {
  const values = Object.entries<unknown>(command.opts());
  return Object.fromEntries(values.filter(([name]) => command.getOptionValueSource(name) !== "default"));
}

function longName(syntax: string): string {
  return /--[\w-]+/.exec(syntax)?.[0] ?? syntax;
}

function nameOf(syntax: string): string {
  return new Option(syntax).attributeName();
}

/**
 * A key in an argument ends up in the shell's history and in process lists; accepting it would teach the
 * habit.
 */
function refuseKeys(words: readonly string[]): void {
  if (words.some((argument) => keyInArgument.test(argument))) {
    throw new MistralKeyError("usage", "An argument looks like an API key, so nothing was done.", {
      hint: "Arguments stay in the shell's history and can be read by other processes. Send the key on standard input instead, as in init --with-key < FILE. If this was a real key, make a new one and delete this one.",
    });
  }
}

/** Matches anywhere but in a path or name, since a question or a target's command is one argument. */
const keyInArgument = new RegExp(`(?:^-{1,2}|^-p|(?<![\\w/\\\\.-]))${keyWord}(?![\\w/\\\\-]|\\.\\w)`);

function usageError(error: CommanderError, name: string, argv: readonly string[]): MistralKeyError {
  // Commander quotes its input, which may still hold a key.
  const said = maskKeys(error.message.replace(/^error: (?:command-argument )?/, ""));
  const [first = "", ...rest] = said.split("\n");
  const message = first.charAt(0).toUpperCase() + first.slice(1);
  const suggestion = rest.join(" ").replace(/[()]/g, "").trim();
  return new MistralKeyError("usage", message.endsWith(".") ? message : `${message}.`, {
    hint:
      (error.code === "commander.unknownCommand" && meantBy(name)) ||
      (error.code === "commander.excessArguments" &&
        takesProfile(name, argv) &&
        `If a profile is meant, name it with -p NAME. ${whereHelpIs(name)}`) ||
      suggestion ||
      whereHelpIs(name),
  });
}

/** Whether a command takes a profile with its flags as given, and no arguments that could be too many. */
function takesProfile(name: string, argv: readonly string[]): boolean {
  const entry = commandNamed(name) ?? bareCommand;
  const given = entry.flags.filter(({ syntax }) => argv.includes(longName(syntax)));
  return (
    entry.args === undefined && ![entry, ...given].some(({ conflicts }) => conflicts?.includes("profile"))
  );
}

/** The hint for another program's name for a command. */
function meantBy(word: string): string | undefined {
  const meant = commandTable.find(({ tried }) => tried?.includes(word.toLowerCase()));
  return meant && `Use ${ownCommand(meant.name)}: ${meant.summary}.`;
}

function whereHelpIs(name: string): string {
  const command = commandNamed(name);
  return command === undefined
    ? `${ownCommand("--help")} lists commands and flags.`
    : `${ownCommand(`${command.name} --help`)} lists its flags, with examples.`;
}
