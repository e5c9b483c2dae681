import { MistralKeyError } from "../errors.ts";

/** The shells that `env` and `completion` write for; `bash` stands for every POSIX shell in `env`. */
export const shells = ["bash", "zsh", "fish", "powershell"] as const;

/** One of {@link shells}. */
export type Shell = (typeof shells)[number];

/**
 * Reads the name of a shell, as it is called or started: `zsh`, `/usr/bin/fish`, `pwsh.exe`, `-bash`.
 *
 * @returns `other` for a shell that `env` writes nothing for, since it evaluates the output of a command
 *   less simply than it takes what `get` prints; `undefined` for what is no shell
 */
export function shellNamed(text: string): Shell | "other" | undefined {
  const name = text.replace(/^.*[\\/]/, "").replace(/^-|\.exe$/gi, "");
  return names.find(([pattern]) => pattern.test(name))?.[1];
}

const names: readonly (readonly [RegExp, Shell | "other"])[] = [
  [/^(?:ba|da|a|k|mk|ya)?sh$/i, "bash"],
  [/^zsh$/i, "zsh"],
  [/^fish$/i, "fish"],
  [/^(?:powershell|pwsh)$/i, "powershell"],
  [/^(?:t?csh|nu|elvish|xonsh)$/i, "other"],
];

/**
 * Reads the value of `--shell`.
 *
 * @throws MistralKeyError of kind `usage`
 */
export function parseShell(text: string): Shell {
  const shell = shells.find((name) => name === text);
  if (shell !== undefined) return shell;
  throw new MistralKeyError("usage", "mistral-key does not know that shell.", {
    hint: `Use one of ${shells.join(", ")}. Other POSIX shells understand the line for bash.`,
  });
}

/**
 * A line that gives an environment variable a value when the shell evaluates it, whatever the value
 * holds. None of the quotings used lets a shell interpret anything in it.
 *
 * @param name - letters, digits and `_`
 */
export function assignment(shell: Shell, name: string, value: string): string {
  switch (shell) {
    case "bash":
    case "zsh":
      return `export ${name}=${quotePosix(value)}`;
    case "fish":
      return `set -gx ${name} '${value.replace(/[\\']/g, "\\$&")}'`;
    case "powershell":
      return `$env:${name} = ${quotePowerShell(value)}`;
  }
}

function quotePosix(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/** PowerShell takes the typographic quotes for quotes too, and each is doubled to stand for itself. */
function quotePowerShell(value: string): string {
  return `'${value.replace(/['‘’‚‛]/g, "$&$&")}'`;
}
