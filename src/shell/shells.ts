/** The shells that `env` and `completion` support; to `env`, `bash` means any POSIX shell. */
export const shells = ["bash", "zsh", "fish", "powershell"] as const;

/** One of {@link shells}. */
export type Shell = (typeof shells)[number];

/**
 * Identifies a shell by its name or path: `zsh`, `/usr/bin/fish`, `pwsh.exe`, `-bash`.
 *
 * @returns `other` for a shell that `env` does not support, because there it is simpler to capture what
 *   `get` prints than to evaluate a command's output; `undefined` if it is not a shell
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
 * A line of shell code that sets an environment variable, quoted so that no shell interprets any of it.
 *
 * @param name - letters, digits and `_`
 * @param value - printable ASCII, as every key is
 */
export function assignment(shell: Shell, name: string, value: string): string {
  switch (shell) {
    case "bash":
    case "zsh":
      return `export ${name}='${value.replaceAll("'", `'\\''`)}'`;
    case "fish":
      return `set -gx ${name} '${value.replace(/[\\']/g, "\\$&")}'`;
    case "powershell":
      return `$env:${name} = '${value.replaceAll("'", "''")}'`;
  }
}

/**
 * A line of shell code that removes an environment variable.
 *
 * @param name - letters, digits and `_`
 */
export function removal(shell: Shell, name: string): string {
  switch (shell) {
    case "bash":
    case "zsh":
      return `unset ${name}`;
    case "fish":
      return `set -e ${name}`;
    case "powershell":
      return `Remove-Item Env:${name}`;
  }
}
