import { existsSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { Git } from "./git.ts";

/**
 * What git would do with a file: it has it already; the next `git add` takes it; it is ignored; it
 * is in no repository; git did not say.
 */
export type GitState = "tracked" | "not-ignored" | "ignored" | "none" | "unknown";

/**
 * Tells for each file whether git would commit it.
 *
 * @param paths - absolute, links followed: git commits a link, not what it leads to
 */
export async function gitStates(paths: readonly string[], git: Git): Promise<ReadonlyMap<string, GitState>> {
  const states = new Map<string, GitState>();
  const repositories = new Map<string, string[]>();
  for (const path of new Set(paths)) {
    const top = repositoryOf(path);
    if (top === undefined) states.set(path, "none");
    else repositories.set(top, [...(repositories.get(top) ?? []), path]);
  }
  await Promise.all(
    [...repositories].map(async ([top, files]) => {
      const names = files.map((path) => relative(top, path).split(sep).join("/"));
      const [tracked, ignored] = await Promise.all([
        git.ask(["ls-files", "-z", "--cached", "--", ...names], { folder: top }),
        // It refuses literal pathspecs. 1: none of them is ignored.
        git.ask(["--no-literal-pathspecs", "check-ignore", "-z", "--stdin"], {
          folder: top,
          input: names.join("\0"),
          codes: [0, 1],
        }),
      ]);
      files.forEach((path, index) => {
        states.set(path, stateOf(names[index] ?? "", listOf(tracked), listOf(ignored)));
      });
    }),
  );
  return states;
}

function stateOf(
  name: string,
  tracked: readonly string[] | undefined,
  ignored: readonly string[] | undefined,
): GitState {
  if (tracked === undefined || ignored === undefined) return "unknown";
  if (tracked.includes(name)) return "tracked";
  return ignored.includes(name) ? "ignored" : "not-ignored";
}

function listOf(answer: Buffer | undefined): readonly string[] | undefined {
  return answer?.toString().split("\0");
}

function repositoryOf(path: string): string | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
