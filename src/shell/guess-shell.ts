import { readFileSync } from "node:fs";
import { type Shell, shellNamed } from "./shells.ts";

interface ShellContext {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names of the ancestor processes, nearest first; empty where they cannot be read quickly. */
  readonly ancestors: readonly string[];
}

/**
 * What npm calls its process when npx starts this program, cut to the 15 characters that Linux keeps. Below
 * it is a `sh` of npm's own. Source: npm 11, setting of process.title, November 2026.
 */
const startedByNpx = /^npm exec (?:mistra|file:)/;

/** Guesses the shell that will evaluate a line: the nearest ancestor that is one, else the user's own. */
export function guessShell({ platform, env, ancestors }: ShellContext): Shell | "other" | undefined {
  const npx = ancestors.findIndex((name) => startedByNpx.test(name));
  const above = ancestors
    .slice(npx + 1)
    .map(shellNamed)
    .find((shell) => shell !== undefined);
  if (above !== undefined) return above;
  const own = env.SHELL === undefined ? undefined : shellNamed(env.SHELL);
  // Only PowerShell sets PSModulePath, but Windows always does; there only shells like Git's set SHELL.
  if (platform === "win32") return own ?? "powershell";
  return env.PSModulePath === undefined ? own : "powershell";
}

/** Names of up to eight ancestors, nearest first, from `/proc`; empty without it. */
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
    // No `/proc` here, or a process has just exited.
  }
  return names;
}
