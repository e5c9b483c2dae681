import type { CommandEntry } from "../command-types.ts";
import { expires, noBrowser, replaceWithoutAsking, web, withKey } from "./recurring.ts";

/** Commands that get a key. */
export const obtainCommands: readonly CommandEntry[] = [
  {
    name: "init",
    tried: ["login", "auth", "setup", "configure", "add", "set"],
    summary: "walk through getting a key, check it and store it",
    flags: [
      withKey,
      expires,
      web,
      noBrowser,
      { syntax: "--no-verify", description: "store without a test call" },
      replaceWithoutAsking,
      {
        syntax: "--demo",
        description: "the same with a simulated Mistral: no account, no network, nothing kept",
        conflicts: ["withKey", "json"],
      },
      {
        syntax: "--admin",
        description: "store an Admin API key beside the key, for rotate --auto (Enterprise, preview)",
        conflicts: ["demo", "expires", "verify", "web"],
      },
    ],
    examples: [
      "mistral-key init",
      "mistral-key init --with-key --expires 90d < key.txt",
      "mistral-key init -p work",
    ],
    run: async (input, deps) => (await import("../../commands/obtain/init.ts")).init(input, deps),
  },
  {
    name: "import",
    summary: "find keys left in plaintext, store them, remove the copies",
    description:
      "Looks for Mistral keys in the environment, the dotenv files of this folder (in a repository, also those of the folders above it), the start-up files of bash, zsh, fish and PowerShell, and the files of other tools, not in a keychain. Only reads, until you agree to each change.",
    flags: [
      {
        syntax: "--list",
        description: "only list the keys and where they are",
        conflicts: ["from", "key", "check", "clean"],
      },
      {
        syntax: "--from <place>",
        description: "the key in this file or variable, as --list shows it",
        suggests: "files",
      },
      { syntax: "--key <mask>", description: "the key with this mask, as --list shows it" },
      {
        syntax: "--check",
        description: "ask Mistral about every key found, and list the accepted ones first",
      },
      {
        syntax: "--clean <which>",
        description: "remove copies without asking: of your own files, of those of other tools too, or none",
        choices: ["files", "all", "none"],
      },
      expires,
      { ...web, conflicts: ["list", "json"] },
      noBrowser,
      replaceWithoutAsking,
    ],
    examples: [
      "mistral-key import",
      "mistral-key import --list --json",
      "mistral-key import --from .env --clean files --no-input",
    ],
    run: async (input, deps) => (await import("../../commands/obtain/import.ts")).importKey(input, deps),
  },
];
