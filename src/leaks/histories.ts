import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { ProcessContext } from "../files/process-context.ts";

/**
 * What tools name their history files: `.bash_history`, `history.sqlite3`, `.lesshst`, `.viminfo`,
 * `main.shada`.
 */
const historyName = /hist|hst$|viminfo|\.shada$/i;

/**
 * The files in which shells and tools record what was typed. Any name like a history's counts: in the
 * home folder and its hidden folders, in the XDG folders (specification 0.8, May 2021) and their
 * subfolders, and where a variable such as `HISTFILE` or `PSQL_HISTORY` points.
 */
export async function historyFiles({ home, env, platform }: ProcessContext): Promise<readonly string[]> {
  const { APPDATA: roaming } = env;
  const ofPowerShell = ["PSReadLine", "ConsoleHost_history.txt"];
  const data = base(env.XDG_DATA_HOME, home, ".local", "share");
  const named = [
    ...Object.entries(env).flatMap(([name, value = ""]) =>
      /HIST/.test(name) && isAbsolute(value) ? [value] : [],
    ),
    join(data, "powershell", ...ofPowerShell),
    join(home, ".ipython", "profile_default", "history.sqlite"),
    ...(platform === "win32" && roaming
      ? [join(roaming, "Microsoft", "Windows", "PowerShell", ...ofPowerShell)]
      : []),
  ];
  const hidden = (await list(home)).filter((entry) => entry.isDirectory() && entry.name.startsWith("."));
  const found = await Promise.all([
    historiesIn(home, 0),
    ...hidden.map(({ name }) => historiesIn(join(home, name), 0)),
    historiesIn(data, 1),
    // nvim nests one folder deeper.
    historiesIn(base(env.XDG_STATE_HOME, home, ".local", "state"), 2),
    historiesIn(base(env.XDG_CONFIG_HOME, home, ".config"), 1),
    historiesIn(base(env.XDG_CACHE_HOME, home, ".cache"), 1),
    ...(env.ZDOTDIR ? [historiesIn(env.ZDOTDIR, 0)] : []),
  ]);
  return [...new Set([...named, ...found.flat()])];
}

async function historiesIn(folder: string, levels: number): Promise<readonly string[]> {
  const entries = await list(folder);
  const files = entries.filter((entry) => !entry.isDirectory() && historyName.test(entry.name));
  const below = entries.filter((entry) => levels > 0 && entry.isDirectory());
  return [
    ...files.map(({ name }) => join(folder, name)),
    ...(await Promise.all(below.map(({ name }) => historiesIn(join(folder, name), levels - 1)))).flat(),
  ];
}

/** The entries of a folder; empty when it is missing or unreadable. */
async function list(folder: string): Promise<readonly Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function base(variable: string | undefined, home: string, ...usual: readonly string[]): string {
  return variable !== undefined && isAbsolute(variable) ? variable : join(home, ...usual);
}
