import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, isAbsolute, join, resolve } from "node:path";
import { codeOf, reasonOf } from "../files/file-errors.ts";
import type { ProcessContext } from "../files/process-context.ts";

/**
 * What tools name their history files, or the folders of them: `.bash_history`, `history.sqlite3`, xonsh's
 * `history_json`, `.lesshst`, `.viminfo`, `main.shada`, elvish's `db.bolt`.
 */
const historyName = /hist|hst$|viminfo|\.shada$|^db\.bolt$/i;

/**
 * The files in which shells and tools record what was typed. Any name like a history's counts: in the
 * home folder, its hidden folders and the XDG folders (specification 0.8, May 2021) with their subfolders,
 * and where a variable such as `HISTFILE` or `PSQL_HISTORY` points.
 *
 * @returns also which of the home folder and the XDG folders could not be listed, and why; about other
 *   folders nothing is said, since nothing here writes where it cannot read
 */
export async function historyFiles({ home, env }: ProcessContext): Promise<{
  readonly files: readonly string[];
  readonly gaps: readonly string[];
}> {
  const isPath = (value: string | undefined): value is string => value !== undefined && isAbsolute(value);
  const named = Object.entries(env).flatMap(([name, value = ""]) =>
    name.includes("HIST") && isPath(value) ? [value] : [],
  );
  const moved = [env.XDG_DATA_HOME, env.XDG_STATE_HOME, env.XDG_CONFIG_HOME, env.XDG_CACHE_HOME, env.ZDOTDIR];
  const usual = [[".local", "share"], [".local", "state"], [".config"], [".cache"]];
  // Nushell's settings and history. Source: the Nushell book, Configuration, November 2026.
  const ofMac = join(home, "Library", "Application Support", "nushell");
  const { APPDATA, LOCALAPPDATA } = env;
  const ofWindows = [
    APPDATA && join(APPDATA, "Microsoft", "Windows", "PowerShell"),
    APPDATA && join(APPDATA, "nushell"),
    // Clink gives cmd.exe a history.
    ...["clink", "elvish"].map((name) => LOCALAPPDATA && join(LOCALAPPDATA, name)),
  ];
  // What is no file may be a link to a folder.
  const hidden = (await list(home)).filter((entry) => !entry.isFile() && entry.name.startsWith("."));
  // By path, so that each is listed once, as deep as it must be.
  const folders = new Map([
    [resolve(home), 0],
    ...hidden.map(({ name }) => [resolve(home, name), 1] as const),
    // `.local/state/nvim/shada` is the deepest.
    ...[...usual.map((names) => join(home, ...names)), ...moved, ofMac, ...ofWindows]
      .filter(isPath)
      .map((folder) => [resolve(folder), 2] as const),
  ]);
  const gaps: string[] = [];
  const found = await Promise.all(
    [...folders].map(([folder, levels]) => historiesIn(folder, levels, levels === 1 ? undefined : gaps)),
  );
  return { files: [...new Set([...named, ...found.flat()])], gaps };
}

/** @param gaps - for a folder of {@link historyFiles} that may have any name, such as the home folder */
async function historiesIn(folder: string, levels: number, gaps?: string[]): Promise<readonly string[]> {
  const entries = await list(folder, gaps);
  const all = gaps === undefined && historyName.test(basename(folder));
  const files = entries.filter((entry) => !entry.isDirectory() && (all || historyName.test(entry.name)));
  const below = entries.filter((entry) => levels > 0 && !entry.isFile());
  return [
    ...files.map(({ name }) => join(folder, name)),
    ...(await Promise.all(below.map(({ name }) => historiesIn(join(folder, name), levels - 1)))).flat(),
  ];
}

/** The entries of a folder; empty when it is missing or, which is noted in `gaps`, unreadable. */
async function list(folder: string, gaps: string[] = []): Promise<readonly Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (!["ENOENT", "ENOTDIR"].includes(codeOf(error))) gaps.push(`${folder}: ${reasonOf(error)}`);
    return [];
  });
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}
