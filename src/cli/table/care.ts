import type { CommandEntry } from "../command-types.ts";
import { expires, noBrowser, withKey } from "./recurring.ts";

/** Commands that look after the key. */
export const careCommands: readonly CommandEntry[] = [
  {
    name: "verify",
    tried: ["check", "test", "validate"],
    summary: "check the stored key with a test call",
    flags: [
      { syntax: "--all", description: "every profile", conflicts: ["stdin", "profile"] },
      { syntax: "--quick", description: "only whether Mistral accepts the key, no completion" },
      { syntax: "--model <id>", description: "the model to call", conflicts: ["quick"] },
      { syntax: "--stdin", description: "check a key from standard input, store nothing" },
      { syntax: "--min-days <days>", description: "fail too when the key ends within so many days" },
    ],
    examples: ["mistral-key verify", "mistral-key verify --all --json", "mistral-key verify --min-days 14"],
    run: async (input, deps) => (await import("../../commands/care/verify.ts")).verify(input, deps),
  },
  {
    name: "status",
    alias: "ls",
    tried: ["list", "whoami", "who", "show", "info", "profiles", "keys", "accounts"],
    summary: "show every profile and the key an app started here would use",
    flags: [],
    examples: ["mistral-key status", "mistral-key status --json"],
    run: async (input, deps) => (await import("../../commands/care/status.ts")).status(input, deps),
  },
  {
    name: "rotate",
    tried: ["renew", "replace", "refresh", "regenerate", "roll"],
    summary: "put a new key in the place of the stored one, safely",
    flags: [
      withKey,
      expires,
      noBrowser,
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
    run: async (input, deps) => (await import("../../commands/care/rotate.ts")).rotate(input, deps),
  },
  {
    name: "remove",
    tried: [
      "logout",
      "log-out",
      "signout",
      "delete",
      "del",
      "rm",
      "unset",
      "forget",
      "clear",
      "uninstall",
      "revoke",
    ],
    summary: "delete the stored key and what is known about it",
    flags: [{ syntax: "--yes", description: "do not ask" }],
    examples: ["mistral-key remove", "mistral-key remove -p work --yes"],
    run: async (input, deps) => (await import("../../commands/care/remove.ts")).remove(input, deps),
  },
];
