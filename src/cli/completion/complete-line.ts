import { commandNamed, commandTable, globalFlagsOf } from "../command-table.ts";
import type { ArgumentEntry, CommandEntry, FlagEntry, Suggestions } from "../command-types.ts";

/** A value that Tab may insert, and what it is. */
export interface Candidate {
  readonly value: string;
  readonly description?: string;
}

/** What Tab offers at the end of a command line. */
export type Completion = readonly Candidate[] | "files";

const everywhere: readonly FlagEntry[] = [{ syntax: "-h, --help", description: "show help" }];
const atTheTop: readonly FlagEntry[] = [{ syntax: "-V, --version", description: "print the version" }];
const helpCommand: Candidate = { value: "help", description: "show help for a command" };

/**
 * Completes a command line.
 *
 * @param words - the words before the cursor, without the program's own name
 * @param current - the word at the cursor, as typed so far
 * @param known - what only this machine knows: the existing profiles, the targets of all profiles
 */
export function completeLine(
  words: readonly string[],
  current: string,
  known: Readonly<Record<"profiles" | "targets", () => readonly Candidate[]>>,
): Completion {
  let command: CommandEntry | undefined;
  let missing: readonly ArgumentEntry[] = [];
  /** A flag whose value comes next. */
  let awaiting: FlagEntry | undefined;
  let flagsEnded = false;
  for (const word of words) {
    const isValue = awaiting !== undefined && mayBeValue(word, awaiting);
    awaiting = undefined;
    if (isValue) continue;
    if (word === "--" && !flagsEnded) {
      flagsEnded = true;
    } else if (word.startsWith("-") && word !== "-" && !flagsEnded) {
      const [name = ""] = word.split("=", 1);
      const flag = flagsOf(command).find((entry) => namesOf(entry).includes(name));
      if (flag !== undefined && /[<[]/.test(flag.syntax) && !word.includes("=")) awaiting = flag;
    } else if (command?.passThrough === true) {
      return "files";
    } else if (command !== undefined) {
      missing = missing.slice(1);
    } else if (word !== helpCommand.value) {
      command = commandNamed(word);
      if (command === undefined) return [];
      missing = command.args ?? [];
    }
  }

  const offer = (suggestions: Suggestions = []): Completion => {
    if (suggestions === "files") return "files";
    return typeof suggestions === "string" ? known[suggestions]() : suggestions.map((value) => ({ value }));
  };
  const offerFlags = (): Completion =>
    flagsOf(command).map((flag) => ({ value: namesOf(flag).at(-1) ?? "", description: flag.description }));
  if (awaiting !== undefined && mayBeValue(current, awaiting)) {
    return offer(awaiting.choices ?? awaiting.suggests);
  }
  if (current.startsWith("-") && !flagsEnded) return offerFlags();
  if (command === undefined) {
    const commands = commandTable.map(({ name, summary }) => ({ value: name, description: summary }));
    return [...commands, helpCommand];
  }
  // Another program's command line.
  if (command.passThrough === true) return "files";
  const [argument] = missing;
  if (argument !== undefined) return offer(argument.choices ?? argument.suggests);
  return flagsEnded ? [] : offerFlags();
}

function flagsOf(command: CommandEntry | undefined): readonly FlagEntry[] {
  const own = command?.flags ?? [];
  return [...own, ...globalFlagsOf(command ?? {}), ...everywhere, ...(command === undefined ? atTheTop : [])];
}

/** `-p` and `--profile` of `-p, --profile <name>`. */
function namesOf({ syntax }: FlagEntry): readonly string[] {
  return syntax.split(/,? /).filter((part) => part.startsWith("-"));
}

/** Whether a word after a flag is its value: not if that may be left out and the word is another flag. */
function mayBeValue(word: string, { syntax }: FlagEntry): boolean {
  return syntax.includes("<") || !word.startsWith("-");
}
