import type { CommandEntry } from "../command-types.ts";
import { expires, noBrowser, web, withKey } from "./recurring.ts";

/** Commands that look after the key. */
export const careCommands: readonly CommandEntry[] = [
  {
    name: "verify",
    tried: ["check", "test"],
    summary: "check the stored key with a test call",
    flags: [
      { syntax: "--all", description: "every profile", conflicts: ["stdin", "profile"] },
      { syntax: "--quick", description: "only whether Mistral accepts the key, no completion" },
      { syntax: "--model <id>", description: "the model to call", conflicts: ["quick"] },
      {
        syntax: "--stdin",
        description: "check a key from standard input, store nothing",
        conflicts: ["minDays"],
      },
      { syntax: "--min-days <days>", description: "also fail when the key expires within this many days" },
    ],
    examples: ["mistral-key verify", "mistral-key verify --all --json", "mistral-key verify --min-days 14"],
    run: async (input, deps) => (await import("../../commands/care/verify.ts")).verify(input, deps),
  },
  {
    name: "status",
    alias: "ls",
    tried: ["list", "whoami", "show"],
    summary: "show every profile and the key an app started here would use",
    flags: [
      {
        syntax: "--ics [file]",
        description: "a calendar with the last day of each key, and alarms before it",
        suggests: "files",
        conflicts: ["json"],
      },
      {
        ...web,
        description: "show it on a page in the browser, which this program serves on this machine only",
        conflicts: ["json", "ics"],
      },
      noBrowser,
    ],
    examples: ["mistral-key status", "mistral-key status --ics keys.ics", "mistral-key status --json"],
    run: async (input, deps) => (await import("../../commands/care/status.ts")).status(input, deps),
  },
  {
    name: "expires",
    summary: "note when the stored key expires",
    description:
      "Notes when the stored key expires, as the console's list of keys shows it. Warnings and reminders use that date. Mistral is not asked, and nothing changes there.",
    args: [
      {
        syntax: "<date...>",
        description: "the key's last day: 2027-02-21, 90d, never, or unknown",
        suggests: ["30d", "90d", "180d", "365d", "never", "unknown"],
      },
    ],
    flags: [],
    examples: ["mistral-key expires 2027-02-21", "mistral-key expires 90d -p work"],
    run: async (input, deps) => (await import("../../commands/care/expires.ts")).expires(input, deps),
  },
  {
    name: "use",
    tried: ["switch", "select"],
    summary: "make a profile the default, everywhere or in this folder",
    description:
      "Makes a profile the one that commands use when nothing else names one. With --here, only in this folder and those below: a file .mistral-key there holds the name, and never a key.\n\nThe order is: --profile, MISTRAL_KEY_PROFILE, the nearest .mistral-key in this folder or above it, the default that this command sets, and the profile called default. A .mistral-key that another user could have put there is refused.",
    args: [{ syntax: "<name>", description: "the profile", suggests: "profiles" }],
    flags: [{ syntax: "--here", description: "only in this folder and those below" }],
    conflicts: ["profile"],
    examples: ["mistral-key use work", "mistral-key use work --here", "mistral-key use default"],
    run: async (input, deps) => (await import("../../commands/care/use.ts")).use(input, deps),
  },
  {
    name: "rename",
    tried: ["mv"],
    summary: "give a profile another name",
    description:
      "Gives a profile another name. The key is moved first. If the command is killed, one of the two names has the key, and running the same command again finishes the job.",
    args: [
      { syntax: "<old>", description: "its name now", suggests: "profiles" },
      { syntax: "<new>", description: "its new name" },
    ],
    flags: [],
    conflicts: ["profile"],
    examples: ["mistral-key rename default work"],
    run: async (input, deps) => (await import("../../commands/care/rename.ts")).rename(input, deps),
  },
  {
    name: "rotate",
    tried: ["renew", "replace"],
    summary: "replace the stored key with a new one, safely",
    flags: [
      withKey,
      expires,
      { ...web, conflicts: ["withKey", "json", "auto", "all", "expiring"] },
      noBrowser,
      {
        syntax: "--finish",
        description: "finish a rotation whose old key may still work",
        conflicts: ["abort", "withKey", "expires"],
      },
      {
        syntax: "--abort",
        description: "go back to the old key; asks before the new one is forgotten here",
        conflicts: ["finish", "withKey", "expires"],
      },
      {
        syntax: "--auto",
        description: "the Admin API makes the new key and deletes the old one (see init --admin)",
        conflicts: ["withKey"],
      },
      {
        syntax: "--all",
        description: "every profile, with --expiring",
        conflicts: ["profile", "withKey", "finish", "abort"],
      },
      {
        syntax: "--expiring <days>",
        description: "with --all: only keys that expire within this many days, such as 14d",
        suggests: ["7d", "14d", "30d"],
        conflicts: ["withKey", "finish", "abort"],
      },
      {
        syntax: "--wait <time>",
        description:
          "how long to wait for Mistral to refuse the old key: 90s or 10m (default in a terminal or with --auto: 2m)",
        conflicts: ["abort"],
      },
      {
        syntax: "--yes",
        description:
          "do not ask: forget the new key (--abort), continue without a target that fails, forget an old key that is allowed no calls",
      },
    ],
    examples: [
      "mistral-key rotate",
      "mistral-key rotate --finish",
      "mistral-key rotate --with-key < new-key.txt",
      "mistral-key rotate --all --expiring 14d --auto",
    ],
    run: async (input, deps) => (await import("../../commands/care/rotate.ts")).rotate(input, deps),
  },
  {
    name: "remove",
    tried: ["logout", "delete", "rm", "revoke"],
    summary: "delete the stored key and what is known about it",
    flags: [{ syntax: "--yes", description: "do not ask" }],
    examples: ["mistral-key remove", "mistral-key remove -p work --yes"],
    run: async (input, deps) => (await import("../../commands/care/remove.ts")).remove(input, deps),
  },
];
