import { MistralKeyError } from "../errors.ts";

/** The shells that `env` and `completion` write for; `bash` stands for every POSIX shell in `env`. */
export const shells = ["bash", "zsh", "fish", "powershell"] as const;

/** One of {@link shells}. */
export type Shell = (typeof shells)[number];

/**
 * Reads the name of a shell, as it is called or started: `zsh`, `/usr/bin/fish`, `pwsh.exe`, `-bash`.
 *
 * @returns `undefined` for anything else
 */
export function shellNamed(text: string): Shell | undefined {
  const program = text.replace(/^.*[\\/]/, "");
  const name = program
    .replace(/^-/, "")
    .replace(/\.exe$/i, "")
    .toLowerCase();
  return byName.get(name);
}

const byName: ReadonlyMap<string, Shell> = new Map([
  ["bash", "bash"],
  ["sh", "bash"],
  ["dash", "bash"],
  ["ash", "bash"],
  ["ksh", "bash"],
  ["mksh", "bash"],
  ["zsh", "zsh"],
  ["fish", "fish"],
  ["powershell", "powershell"],
  ["pwsh", "powershell"],
]);

/**
 * Reads the value of `--shell`.
 *
 * @throws MistralKeyError of kind `usage`
 */
export function parseShell(text: string): Shell {
  const shell = shells.find((name) => name === text);
  if (shell !== undefined) return shell;
  throw new MistralKeyError("usage", "mistral-key does not know that shell.", {
    hint: `Use one of ${shells.join(", ")}. Other POSIX shells understand what is written for bash.`,
  });
}
