import type { Deps } from "../deps.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { Flags } from "./flags.ts";

/** A flag, `-p, --profile <name>`. */
export interface FlagEntry extends ArgumentEntry {
  /** A synonym, such as `--force`; help does not list it separately. */
  readonly alias?: string;
  /** May be given several times. */
  readonly several?: boolean;
  /** Camel-cased names of flags it excludes. */
  readonly conflicts?: readonly string[];
}

/** A positional argument, `[page]`, `<shell>`, `[command...]`. */
export interface ArgumentEntry {
  /** In commander's form. */
  readonly syntax: string;
  readonly description: string;
  readonly choices?: readonly string[];
  /** What Tab offers for it, if not {@link choices}. */
  readonly suggests?: Suggestions;
}

/** Values to offer: these, existing profile names, remembered targets, or files. Any other is allowed too. */
export type Suggestions = readonly string[] | "profiles" | "targets" | "files";

/** What a command receives. */
export interface CommandInput {
  /** Positional arguments, in order; for `run` the whole command after `--`. */
  readonly args: readonly string[];
  readonly flags: Flags;
}

/** One command: its text for help, completion and the manual page, and its code. */
export interface CommandEntry {
  readonly name: string;
  readonly alias?: string;
  /** Other programs' names for this; typing one suggests this command. */
  readonly tried?: readonly string[];
  readonly summary: string;
  /** Help text above the flags; the summary by default. */
  readonly description?: string;
  readonly args?: readonly ArgumentEntry[];
  readonly flags: readonly FlagEntry[];
  /** Camel-cased names of global flags that it does not take. */
  readonly conflicts?: readonly string[];
  readonly examples: readonly string[];
  /** Flags after the first argument belong to that argument's command. */
  readonly passThrough?: boolean;
  /** Loads the module lazily, so that no command pays for another. Without an exit code, all is done. */
  run(input: CommandInput, deps: Deps): Promise<ExitCode | undefined>;
}

/** What a command line asks for. */
export type Invocation =
  | ({ readonly kind: "command"; readonly command: CommandEntry } & CommandInput)
  /** Help or the version: a text for stdout. */
  | { readonly kind: "text"; readonly text: string };

/** How help is laid out. */
export interface HelpLayout {
  /** Called only to write help. */
  readonly columns: () => number;
  readonly version: string;
}
