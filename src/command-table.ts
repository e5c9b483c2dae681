import type { Deps } from "./deps.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Flags } from "./flags.ts";

/** A flag as commander writes it, `-p, --profile <name>`. */
export interface FlagEntry {
  readonly syntax: string;
  readonly description: string;
  readonly choices?: readonly string[];
  /** May be given several times. */
  readonly several?: boolean;
  /** Flags it cannot be given with, by camel-cased name. */
  readonly conflicts?: readonly string[];
}

/** A positional argument, `[page]`, `<shell>`, `[command...]`. */
export interface ArgumentEntry {
  readonly syntax: string;
  readonly description: string;
}

/** What a command receives. */
export interface CommandInput {
  readonly args: readonly string[];
  readonly flags: Flags;
}

/** One command: what help, completion and the manual page say of it, and what runs it. */
export interface CommandEntry {
  readonly name: string;
  readonly alias?: string;
  readonly summary: string;
  /** What help says above the flags; the summary where absent. */
  readonly description?: string;
  readonly args?: readonly ArgumentEntry[];
  readonly flags: readonly FlagEntry[];
  readonly examples: readonly string[];
  /** Flags behind the first argument belong to that argument's command. */
  readonly passThrough?: boolean;
  /** Loads the command's module only now, so that no command pays for another. */
  run(input: CommandInput, deps: Deps): Promise<ExitCode>;
}

/** Flags that every command takes. */
export const globalFlags: readonly FlagEntry[] = [
  { syntax: "-p, --profile <name>", description: "which key, by its name here (default: default)" },
  { syntax: "--store <kind>", description: "where the key is kept", choices: ["keychain", "file"] },
  {
    syntax: "--region <region>",
    description: "which of Mistral's endpoints",
    choices: ["global", "eu", "us"],
  },
  { syntax: "--server-url <url>", description: "another address of the API" },
  { syntax: "--json", description: "answer with one JSON document" },
  { syntax: "--no-input", description: "never ask; fail and say what was missing" },
  { syntax: "--no-color", description: "no colour" },
  { syntax: "--verbose", description: "say more about what is done and why it failed" },
];

const expires: FlagEntry = {
  syntax: "--expires <date>",
  description: "the key's last day: 2027-02-21, 90d or never",
};
const withKey: FlagEntry = {
  syntax: "--with-key",
  description: "read the key from standard input, ask nothing",
};

/** Every command, in the order help lists them. Importing this table must stay cheap. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: "init",
    summary: "walk through getting a key, check it and store it",
    flags: [
      withKey,
      expires,
      { syntax: "--no-browser", description: "print addresses, open nothing" },
      { syntax: "--no-verify", description: "store without a test call" },
      { syntax: "--force", description: "replace a stored key without asking" },
    ],
    examples: [
      "mistral-key init",
      "mistral-key init --with-key --expires 90d < key.txt",
      "mistral-key init -p work",
    ],
    run: async (input, deps) => (await import("./commands/init.ts")).init(input, deps),
  },
  {
    name: "verify",
    summary: "check the stored key with a test call",
    flags: [
      { syntax: "--all", description: "every profile", conflicts: ["stdin", "profile"] },
      { syntax: "--quick", description: "only whether Mistral accepts the key, no completion" },
      { syntax: "--model <id>", description: "the model to call", conflicts: ["quick"] },
      { syntax: "--stdin", description: "check a key from standard input, store nothing" },
      { syntax: "--min-days <days>", description: "fail too when the key ends within so many days" },
    ],
    examples: ["mistral-key verify", "mistral-key verify --all --json", "mistral-key verify --min-days 14"],
    run: async (input, deps) => (await import("./commands/verify.ts")).verify(input, deps),
  },
  {
    name: "rotate",
    summary: "put a new key in the place of the stored one, safely",
    flags: [
      withKey,
      expires,
      { syntax: "--no-browser", description: "print addresses, open nothing" },
      {
        syntax: "--finish",
        description: "end a rotation whose old key may still be alive",
        conflicts: ["abort", "withKey"],
      },
      { syntax: "--abort", description: "go back to the old key", conflicts: ["finish", "withKey"] },
    ],
    examples: [
      "mistral-key rotate",
      "mistral-key rotate --finish",
      "mistral-key rotate --with-key < new-key.txt",
    ],
    run: async (input, deps) => (await import("./commands/rotate.ts")).rotate(input, deps),
  },
  {
    name: "status",
    alias: "ls",
    summary: "show every profile and the key an app started here would use",
    flags: [],
    examples: ["mistral-key status", "mistral-key status --json"],
    run: async (input, deps) => (await import("./commands/status.ts")).status(input, deps),
  },
  {
    name: "get",
    summary: "print the stored key",
    flags: [{ syntax: "--reveal", description: "print on a terminal without asking" }],
    examples: ["mistral-key get | docker login --password-stdin …", "mistral-key get --reveal"],
    run: async (input, deps) => (await import("./commands/get.ts")).get(input, deps),
  },
  {
    name: "remove",
    summary: "delete the stored key and what is known about it",
    flags: [{ syntax: "--yes", description: "do not ask" }],
    examples: ["mistral-key remove", "mistral-key remove -p work --yes"],
    run: async (input, deps) => (await import("./commands/remove.ts")).remove(input, deps),
  },
  {
    name: "open",
    summary: "open a page of Mistral's console",
    args: [
      {
        syntax: "[page]",
        description:
          "console, keys, limits, usage, billing, workspaces, pricing, docs or status (default: keys)",
      },
    ],
    flags: [{ syntax: "--no-browser", description: "print the address, open nothing" }],
    examples: ["mistral-key open keys", "mistral-key open limits"],
    run: async (input, deps) => (await import("./commands/open.ts")).open(input, deps),
  },
];
