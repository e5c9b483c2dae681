import { MistralKeyError } from "../errors.ts";

/** The shells that `env` and `completion` write for; `bash` stands for every POSIX shell in `env`. */
export const shells = ["bash", "zsh", "fish", "powershell"] as const;

/** One of {@link shells}. */
export type Shell = (typeof shells)[number];

/**
 * Shells that `env` writes nothing for: none of them evaluates the output of a command as simply as it
 * takes what `get` prints.
 */
export type OtherShell = "tcsh" | "nushell" | "elvish" | "xonsh";

/** How such a shell puts the output of a command into a variable of the environment. */
export function captureInto(shell: OtherShell, name: string, command: string): string {
  switch (shell) {
    case "tcsh":
      return `setenv ${name} "\`${command}\`"`;
    case "nushell":
      return `$env.${name} = (${command})`;
    case "elvish":
      return `set-env ${name} (${command})`;
    case "xonsh":
      return `$${name} = $(${command}).strip()`;
  }
}

/**
 * Reads the name of a shell, as it is called or started: `zsh`, `/usr/bin/fish`, `pwsh.exe`, `-bash`.
 *
 * @returns `undefined` for anything else
 */
export function shellNamed(text: string): Shell | OtherShell | undefined {
  const program = text.replace(/^.*[\\/]/, "");
  const name = program
    .replace(/^-/, "")
    .replace(/\.exe$/i, "")
    .toLowerCase();
  return byName.get(name);
}

const byName: ReadonlyMap<string, Shell | OtherShell> = new Map<string, Shell | OtherShell>([
  ["bash", "bash"],
  ["sh", "bash"],
  ["dash", "bash"],
  ["ash", "bash"],
  ["ksh", "bash"],
  ["mksh", "bash"],
  ["yash", "bash"],
  ["zsh", "zsh"],
  ["fish", "fish"],
  ["powershell", "powershell"],
  ["pwsh", "powershell"],
  ["csh", "tcsh"],
  ["tcsh", "tcsh"],
  ["nu", "nushell"],
  ["elvish", "elvish"],
  ["xonsh", "xonsh"],
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
