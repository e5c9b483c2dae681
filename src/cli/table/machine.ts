import { shells } from "../../shell/shells.ts";
import type { CommandEntry } from "../command-types.ts";

/** Commands about this machine. */
export const machineCommands: readonly CommandEntry[] = [
  {
    name: "doctor",
    tried: ["diagnose"],
    summary: "check this machine, and say what to do",
    description:
      "Checks this machine (keychain, permissions, environment, network, proxy, TLS, clock) and the stored key, with a test call where it can be read without asking you. Changes nothing and asks nothing. Exits with the code of the first check that fails, 0 when none does.",
    flags: [
      { syntax: "--offline", description: "do not use the network; no test call" },
      {
        syntax: "--scan",
        description:
          "only look for your stored keys in this repository, all that git keeps of it and the histories of shells and tools; exits with 9 when one is found, or when something could not be searched",
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
    run: async (input, deps) => (await import("../../commands/machine/doctor.ts")).doctor(input, deps),
  },
  {
    name: "completion",
    summary: "print the script that completes commands with Tab",
    description:
      "Prints a script for your shell that completes commands, flags, profiles and files with the Tab key. Load it once, as the examples show.",
    args: [{ syntax: "<shell>", description: "your shell", choices: shells }],
    flags: [],
    conflicts: ["json"],
    examples: [
      "echo 'eval \"$(mistral-key completion bash)\"' >> ~/.bashrc",
      "echo 'eval \"$(mistral-key completion zsh)\"' >> ~/.zshrc",
      "mistral-key completion fish > ~/.config/fish/completions/mistral-key.fish",
      "mistral-key completion powershell | Out-String | Invoke-Expression",
    ],
    run: async (input, deps) =>
      (await import("../../commands/machine/completion.ts")).completion(input, deps),
  },
];
