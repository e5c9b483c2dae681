import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { Shell } from "../../src/shell/shells.ts";
import { assignment } from "../../src/shell/shells.ts";
import { findProgram } from "../support/find-program.ts";

/** Keys with every character that means something to some shell. */
const values = [
  "testKey0".repeat(4),
  "'it's'\"double\"'",
  "$HOME${HOME}$(id)`id`!bang!!#&|><*?~[x]{y}(z)%PATH%^=;",
  "\\a\\\\b\\'ends-with-a-backslash\\",
  "-n",
];

interface RealShell {
  readonly program: string;
  readonly shell: Shell;
  /** Arguments that make it run a script. */
  readonly args: readonly string[];
  /**
   * Evaluates what a command printed, as the help of `env` says, and prints the variable followed by the byte
   * 1.
   */
  readonly script: string;
}

// The line comes from another program, as in real use: $PRINT_LINE prints it.
const posix =
  'eval "$(sh -c "$PRINT_LINE")"; printf "%s\\001" "$MISTRAL_API_KEY"; sh -c \'printf %s "$MISTRAL_API_KEY"\'';
const realShells: readonly RealShell[] = [
  { program: "bash", shell: "bash", args: ["--norc", "-c"], script: posix },
  { program: "bash", shell: "bash", args: ["--norc", "-H", "-c"], script: posix },
  { program: "dash", shell: "bash", args: ["-c"], script: posix },
  { program: "zsh", shell: "zsh", args: ["-f", "-c"], script: posix },
  { program: "zsh", shell: "zsh", args: ["-f", "-o", "rcquotes", "-c"], script: posix },
  {
    program: "fish",
    shell: "fish",
    args: ["--no-config", "-c"],
    script:
      'sh -c "$PRINT_LINE" | source; printf "%s\\x01" "$MISTRAL_API_KEY"; sh -c \'printf %s "$MISTRAL_API_KEY"\'',
  },
  {
    program: "pwsh",
    shell: "powershell",
    args: ["-NoProfile", "-NonInteractive", "-Command"],
    script:
      "$OutputEncoding = [Console]::OutputEncoding = [Text.UTF8Encoding]::new(); $env:LINE | Invoke-Expression; [Console]::Out.Write($env:MISTRAL_API_KEY + [char]1 + $env:MISTRAL_API_KEY)",
  },
];

for (const { program, shell, args, script } of realShells) {
  const found = findProgram(program);
  if (found === undefined) console.warn(`SKIPPED: ${program} is not installed; its quoting was not tried.`);
  describe.skipIf(found === undefined)(
    `the line for ${shell}, evaluated by ${program} ${args.join(" ")}`,
    () => {
      it.each(values)("sets exactly %j", (value) => {
        const line = assignment(shell, "MISTRAL_API_KEY", value);
        const output = execFileSync(found ?? "", [...args, script], {
          encoding: "utf8",
          env: {
            PATH: process.env.PATH,
            LANG: "C.UTF-8",
            HOME: "/nonexistent",
            LINE: line,
            PRINT_LINE: 'printf "%s\\n" "$LINE"',
          },
        });
        expect(output.split("\x01")).toEqual([value, value]);
      });
    },
  );
}

describe("the line for PowerShell", () => {
  it("doubles single quotes, and nothing else", () => {
    expect(assignment("powershell", "KEY", "a'b\"c$d`e\\f")).toBe("$env:KEY = 'a''b\"c$d`e\\f'");
  });
});
