import type { ArgumentEntry, CommandEntry, FlagEntry, Suggestions } from "../command-types.ts";

/** A value that Tab may put in, and what it is. */
export interface Candidate {
  readonly value: string;
  readonly description?: string;
}

/** What Tab offers at the end of a command line. */
export type Completion =
  | { readonly kind: "values"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "files" }
  /** From this word on it is another program's command line. */
  | { readonly kind: "command"; readonly from: number };

/** What completing is made from. */
export interface Completable {
  readonly commands: readonly CommandEntry[];
  readonly globalFlags: readonly FlagEntry[];
  /** The names of the profiles there are. */
  profiles(): readonly string[];
}

const nothing: Completion = { kind: "values", candidates: [] };
const everywhere: readonly FlagEntry[] = [{ syntax: "-h, --help", description: "show help" }];
const atTheTop: readonly FlagEntry[] = [{ syntax: "-V, --version", description: "print the version" }];

/**
 * Completes a command line.
 *
 * @param words - the words before the cursor, without the program's own name
 * @param current - the word at the cursor, as far as it is typed
 */
export function completeLine(words: readonly string[], current: string, from: Completable): Completion {
  const line = new Line(from);
  for (const [index, word] of words.entries()) {
    line.read(word);
    if (line.isPassedOn) return { kind: "command", from: word === "--" ? index + 1 : index };
  }
  return line.complete(current, words.length);
}

/** A command line as far as it was read. */
class Line {
  readonly #from: Completable;
  #command: CommandEntry | undefined;
  #arguments: readonly ArgumentEntry[] = [];
  /** A flag whose value comes next. */
  #awaiting: FlagEntry | undefined;
  readonly #given = new Set<FlagEntry>();
  #flagsEnded = false;
  #isHelp = false;
  #isUnknown = false;
  isPassedOn = false;

  constructor(from: Completable) {
    this.#from = from;
  }

  read(word: string): void {
    if (this.#awaiting !== undefined) {
      this.#awaiting = undefined;
    } else if (word === "--" && !this.#flagsEnded) {
      this.#flagsEnded = true;
      this.isPassedOn = this.#command?.passThrough === true;
    } else if (word.startsWith("-") && word !== "-" && !this.#flagsEnded) {
      this.#readFlag(word);
    } else if (this.#command?.passThrough === true) {
      this.isPassedOn = true;
    } else if (this.#command !== undefined || this.#isHelp) {
      this.#arguments = this.#arguments.slice(1);
      this.#isHelp = false;
    } else {
      this.#readCommand(word);
    }
  }

  complete(current: string, position: number): Completion {
    if (this.#isUnknown) return nothing;
    if (this.#awaiting !== undefined) return this.#valuesOf(this.#awaiting);
    if (current.startsWith("-") && !this.#flagsEnded) return this.#completeFlag(current);
    if (this.#command === undefined) {
      return { kind: "values", candidates: this.#commands(this.#isHelp ? [] : [helpCommand]) };
    }
    if (this.#command.passThrough === true) return { kind: "command", from: position };
    const [argument] = this.#arguments;
    if (argument !== undefined) return this.#offer(argument.suggests ?? []);
    return this.#flagsEnded ? nothing : { kind: "values", candidates: this.#unusedFlags() };
  }

  #readCommand(word: string): void {
    this.#isHelp = word === helpCommand.value;
    this.#command = this.#from.commands.find(({ name, alias }) => name === word || alias === word);
    this.#arguments = this.#command?.args ?? [];
    this.#isUnknown = this.#command === undefined && !this.#isHelp;
  }

  #readFlag(word: string): void {
    const [name = ""] = word.split("=", 1);
    const flag = this.#flags().find((entry) => namesOf(entry).includes(name));
    if (flag === undefined) return;
    this.#given.add(flag);
    if (takesValue(flag) && !word.includes("=")) this.#awaiting = flag;
  }

  #completeFlag(current: string): Completion {
    const equals = current.indexOf("=");
    if (equals === -1) return { kind: "values", candidates: this.#unusedFlags() };
    const name = current.slice(0, equals);
    const flag = this.#flags().find((entry) => takesValue(entry) && namesOf(entry).includes(name));
    if (flag === undefined) return nothing;
    const values = this.#valuesOf(flag);
    if (values.kind !== "values") return values;
    return {
      kind: "values",
      candidates: values.candidates.map((candidate) => ({
        ...candidate,
        value: `${name}=${candidate.value}`,
      })),
    };
  }

  #valuesOf(flag: FlagEntry): Completion {
    return this.#offer(flag.choices ?? flag.suggests ?? []);
  }

  #offer(suggestions: Suggestions): Completion {
    if (suggestions === "files") return { kind: "files" };
    const values = suggestions === "profiles" ? this.#from.profiles() : suggestions;
    return { kind: "values", candidates: values.map((value) => ({ value })) };
  }

  #commands(more: readonly Candidate[]): readonly Candidate[] {
    const own = this.#from.commands.map(({ name, summary }) => ({ value: name, description: summary }));
    return [...own, ...more];
  }

  #flags(): readonly FlagEntry[] {
    const own = this.#command?.flags ?? [];
    return [
      ...own,
      ...this.#from.globalFlags,
      ...everywhere,
      ...(this.#command === undefined ? atTheTop : []),
    ];
  }

  #unusedFlags(): readonly Candidate[] {
    return this.#flags()
      .filter((flag) => flag.several === true || !this.#given.has(flag))
      .map((flag) => ({ value: namesOf(flag).at(-1) ?? "", description: flag.description }));
  }
}

const helpCommand: Candidate = { value: "help", description: "show help for a command" };

/** `-p` and `--profile` of `-p, --profile <name>`. */
function namesOf({ syntax }: FlagEntry): readonly string[] {
  return syntax.split(/,? /).filter((part) => part.startsWith("-"));
}

function takesValue({ syntax }: FlagEntry): boolean {
  return syntax.includes("<");
}
