import { readFileSync } from "node:fs";
import { type Shell, shellNamed } from "./shells.ts";

/** What tells which shell this program was started from. */
export interface ShellContext {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The names of the processes above this one, the nearest first; empty where that cannot be asked quickly. */
  readonly ancestors: readonly string[];
}

/**
 * Guesses the shell that will evaluate a line: the nearest one that started this program, else the
 * person's own.
 *
 * The `sh` of a package runner does not count: npx starts programs by way of it, whatever the
 * person's shell is.
 */
export function guessShell({ platform, env, ancestors }: ShellContext): Shell | "other" | undefined {
  const above = ancestors
    .filter(
      (name, index) =>
        !(name === "sh" && /^(?:node|npm|npx|pnpm|yarn|bun|MainThread)/.test(ancestors[index + 1] ?? "")),
    )
    .map(shellNamed)
    .find((shell) => shell !== undefined);
  if (above !== undefined) return above;
  const own = env.SHELL === undefined ? undefined : shellNamed(env.SHELL);
  // Windows has PSModulePath everywhere, but SHELL only in shells like Git's; elsewhere only PowerShell sets it.
  if (platform === "win32") return own ?? "powershell";
  return env.PSModulePath === undefined ? own : "powershell";
}

/** The names of the processes above this one, from `/proc`; empty where there is none. */
export function ancestorNames(parent: number): readonly string[] {
  const names: string[] = [];
  try {
    for (let id = parent; id > 1 && names.length < 8; ) {
      const stat = readFileSync(`/proc/${id}/stat`, "utf8");
      const end = stat.lastIndexOf(")");
      names.push(stat.slice(stat.indexOf("(") + 1, end));
      id = Number(stat.slice(end + 2).split(" ")[1]);
    }
  } catch {
    // Another system, or a process that has just ended.
  }
  return names;
}
