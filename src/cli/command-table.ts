import { consolePages } from "../mistral/console-pages.ts";
import { shells } from "../shell/shells.ts";
import type { CommandEntry, FlagEntry } from "./command-types.ts";

/** Flags that every command takes. */
export const globalFlags: readonly FlagEntry[] = [
  {
    syntax: "-p, --profile <name>",
    description: "which key, by its name here (default: default)",
    suggests: "profiles",
  },
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
  suggests: ["30d", "90d", "180d", "365d", "never"],
};
const withKey: FlagEntry = {
  syntax: "--with-key",
  description: "read the key from standard input, without the steps; typed or pasted, it stays hidden",
};

function oneOf(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

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
      {
        syntax: "--demo",
        description: "the same against a made-up Mistral: no account, no network, nothing kept",
      },
    ],
    examples: [
      "mistral-key init",
      "mistral-key init --with-key --expires 90d < key.txt",
      "mistral-key init -p work",
    ],
    run: async (input, deps) => (await import("../commands/obtain/init.ts")).init(input, deps),
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
    run: async (input, deps) => (await import("../commands/care/verify.ts")).verify(input, deps),
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
    run: async (input, deps) => (await import("../commands/care/rotate.ts")).rotate(input, deps),
  },
  {
    name: "status",
    alias: "ls",
    summary: "show every profile and the key an app started here would use",
    flags: [],
    examples: ["mistral-key status", "mistral-key status --json"],
    run: async (input, deps) => (await import("../commands/care/status.ts")).status(input, deps),
  },
  {
    name: "get",
    summary: "print the stored key",
    flags: [{ syntax: "--reveal", description: "print on a terminal without asking" }],
    examples: ["MISTRAL_API_KEY=$(mistral-key get) ./start.sh", "mistral-key get --reveal"],
    run: async (input, deps) => (await import("../commands/use/get.ts")).get(input, deps),
  },
  {
    name: "run",
    summary: "run a command with the key in its environment, and nowhere else",
    description:
      "Runs a command with the stored key in its environment as MISTRAL_API_KEY. Nothing is written down, and the shell this is typed in does not get the key. Input, output, terminal, signals and exit code are the command's own.\n\nWith --as, the key goes under that name instead and MISTRAL_API_KEY stays as it is; give --as twice for two names. With --redact, the command's output passes through mistral-key, which masks the key in it; the command then has no terminal on its output, so it may leave out colours and progress.",
    args: [{ syntax: "<command...>", description: "the command and its arguments, behind --" }],
    flags: [
      {
        syntax: "--as <name>",
        description: "the variable that gets the key (default: MISTRAL_API_KEY); may be given several times",
        several: true,
      },
      { syntax: "--redact", description: "mask the key in the command's output" },
    ],
    examples: [
      "mistral-key run -- node app.js",
      "mistral-key run --as LLM_MISTRAL_KEY -- llm -m mistral-large 'Hello'",
      "mistral-key run -p work --redact -- ./deploy.sh",
    ],
    passThrough: true,
    run: async (input, deps) => (await import("../commands/use/run.ts")).run(input, deps),
  },
  {
    name: "env",
    summary: "give the key to this shell, or to a dotenv file",
    description:
      "Prints the line that puts the key into the environment of the shell that evaluates it.\n\nWith --write, puts the key into a dotenv file instead: its other lines stay as they are, only you may read it, and a file that git would commit is refused.",
    flags: [
      {
        syntax: "--shell <shell>",
        description: "the shell to write for (default: the one you are in)",
        choices: shells,
        conflicts: ["write"],
      },
      { syntax: "--as <name>", description: "the variable that gets the key (default: MISTRAL_API_KEY)" },
      { syntax: "--write <file>", description: "put the key into this dotenv file", suggests: "files" },
      { syntax: "--reveal", description: "print on a terminal all the same", conflicts: ["write"] },
    ],
    examples: [
      'eval "$(mistral-key env)"',
      "mistral-key env --shell fish | source",
      "mistral-key env --shell powershell | Invoke-Expression",
      "mistral-key env --write .env",
    ],
    run: async (input, deps) => (await import("../commands/use/env.ts")).env(input, deps),
  },
  {
    name: "import",
    summary: "find keys that lie in plaintext, store one, take the copies out",
    description:
      "Looks for Mistral keys in the environment, dotenv files, shell start-up files and the files of other tools; reads only, until you agree to each change.",
    flags: [
      { syntax: "--list", description: "only report what lies where", conflicts: ["from", "key", "clean"] },
      {
        syntax: "--from <place>",
        description: "the key in this file, or in this variable",
        suggests: "files",
      },
      { syntax: "--key <mask>", description: "the key with this mask, as --list shows it" },
      {
        syntax: "--clean <which>",
        description:
          "take copies out without asking: in files of yours, in those of other tools too, or none",
        choices: ["files", "all", "none"],
      },
      expires,
      { syntax: "--no-verify", description: "store without a test call" },
      { syntax: "--force", description: "replace a stored key without asking" },
    ],
    examples: [
      "mistral-key import",
      "mistral-key import --list --json",
      "mistral-key import --from .env --clean files --no-input",
    ],
    run: async (input, deps) => (await import("../commands/obtain/import.ts")).importKey(input, deps),
  },
  {
    name: "remove",
    summary: "delete the stored key and what is known about it",
    flags: [{ syntax: "--yes", description: "do not ask" }],
    examples: ["mistral-key remove", "mistral-key remove -p work --yes"],
    run: async (input, deps) => (await import("../commands/care/remove.ts")).remove(input, deps),
  },
  {
    name: "doctor",
    summary: "check this machine, and say what to do",
    description:
      "Checks this machine: keychain, stored key, permissions, environment, network, proxy, TLS and clock. Changes nothing and asks nothing. Exits with the code of the first check that fails, 0 when none does.",
    flags: [
      { syntax: "--offline", description: "leave the network out" },
      {
        syntax: "--scan",
        description:
          "only look for your stored keys in this repository, its history and shell histories; exits with 9 when one is there",
        conflicts: ["offline", "profile"],
      },
      { syntax: "--staged", description: "with --scan: only what the next commit would change, for a hook" },
    ],
    examples: [
      "mistral-key doctor",
      "mistral-key doctor --offline --json",
      "mistral-key doctor --scan",
      "mistral-key doctor --scan --staged",
    ],
    run: async (input, deps) => (await import("../commands/machine/doctor.ts")).doctor(input, deps),
  },
  {
    name: "open",
    summary: "open a page of Mistral's console",
    args: [
      {
        syntax: "[page]",
        description: `${oneOf(Object.keys(consolePages))} (default: keys)`,
        suggests: Object.keys(consolePages),
      },
    ],
    flags: [{ syntax: "--no-browser", description: "print the address, open nothing" }],
    examples: ["mistral-key open keys", "mistral-key open limits"],
    run: async (input, deps) => (await import("../commands/use/open.ts")).open(input, deps),
  },
  {
    name: "completion",
    summary: "print the script that completes commands with Tab",
    description:
      "Prints a script for your shell that completes commands, flags, profiles and files with the Tab key. Load it once, as the examples show.",
    args: [{ syntax: "<shell>", description: oneOf(shells), suggests: shells }],
    flags: [],
    examples: [
      "echo 'eval \"$(mistral-key completion bash)\"' >> ~/.bashrc",
      "echo 'eval \"$(mistral-key completion zsh)\"' >> ~/.zshrc",
      "mistral-key completion fish > ~/.config/fish/completions/mistral-key.fish",
      "mistral-key completion powershell | Out-String | Invoke-Expression",
    ],
    run: async (input, deps) => (await import("../commands/machine/completion.ts")).completion(input, deps),
  },
];
