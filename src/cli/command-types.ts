import type { Deps } from "../deps.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { Flags } from "./flags.ts";

/** A flag as commander writes it, `-p, --profile <name>`. */
export interface FlagEntry {
  readonly syntax: string;
  /** A second name that means the same, `--force`; help does not list it on its own. */
  readonly alias?: string;
  readonly description: string;
  readonly choices?: readonly string[];
  /** What the Tab key offers for its value, where that is not {@link choices}. */
  readonly suggests?: Suggestions;
  /** May be given several times. */
  readonly several?: boolean;
  /** Flags it cannot be given with, by camel-cased name. */
  readonly conflicts?: readonly string[];
}

/** A positional argument, `[page]`, `<shell>`, `[command...]`. */
export interface ArgumentEntry {
  readonly syntax: string;
  readonly description: string;
  /** What the Tab key offers for it. */
  readonly suggests?: Suggestions;
}

/** Values to offer: these, the names of the profiles there are, or files. Any other value may be given too. */
export type Suggestions = readonly string[] | "profiles" | "files";

/** What a command receives. */
export interface CommandInput {
  /** Positional arguments, in order; for `run` the whole command after `--`. */
  readonly args: readonly string[];
  readonly flags: Flags;
}

/** One command: what help, completion and the manual page say of it, and what runs it. */
export interface CommandEntry {
  readonly name: string;
  readonly alias?: string;
  /** Words that other programs have for this; who tries one is told of this command. */
  readonly tried?: readonly string[];
  readonly summary: string;
  /** What help says above the flags; the summary where absent. */
  readonly description?: string;
  readonly args?: readonly ArgumentEntry[];
  readonly flags: readonly FlagEntry[];
  readonly examples: readonly string[];
  /** Flags after the first argument belong to that argument's command. */
  readonly passThrough?: boolean;
  /** Loads the command's module only now, so that no command pays for another. */
  run(input: CommandInput, deps: Deps): Promise<ExitCode>;
}

/** What a command line asks for. */
export type Invocation =
  | ({ readonly kind: "command"; readonly command: CommandEntry } & CommandInput)
  /** Help or the version: a text for stdout. */
  | { readonly kind: "text"; readonly text: string };

/** How help is laid out. */
export interface HelpLayout {
  /** Asked only when help is written. */
  readonly columns: () => number;
  readonly version: string;
}
