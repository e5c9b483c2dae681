import type { Shell } from "./shells.ts";

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
