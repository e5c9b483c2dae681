import { existsSync, lstatSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { Git } from "./git.ts";
import { questions } from "./questions.ts";

/**
 * What git would do with a file: `not-ignored` is added by the next `git add`, `none` is in no
 * repository, `unknown` means that git did not answer.
 */
export type GitState = "tracked" | "not-ignored" | "ignored" | "none" | "unknown";

/**
 * Determines for each file whether git would commit it.
 *
 * @param paths - absolute, links resolved: git commits a link, not its target
 */
export async function gitStates(paths: readonly string[], git: Git): Promise<ReadonlyMap<string, GitState>> {
  const states = new Map<string, GitState>();
  const repositories = new Map<string, string[]>();
  for (const path of new Set(paths)) {
    const top = repositoryAbove(dirname(path));
    if (top === undefined) states.set(path, "none");
    else repositories.set(top, [...(repositories.get(top) ?? []), path]);
  }
  await Promise.all(
    [...repositories].map(async ([folder, files]) => {
      const names = files.map((path) => relative(folder, path).split(sep).join("/"));
      const asked = names.flatMap((name) => namesInGit(folder, name));
      const [tracked, ignored] = await Promise.all([
        git.ask(questions.tracked, { folder, paths: asked.map((name) => `:(icase,literal)${name}`) }),
        git.ask(questions.ignored, { folder, input: asked.join("\0") }),
      ]);
      files.forEach((path, index) => {
        const name = names[index] ?? "";
        if (tracked.state === "failed" || ignored.state === "failed") states.set(path, "unknown");
        else if (namesIn(tracked.bytes).some((known) => known === name || isSame(join(folder, known), path)))
          states.set(path, "tracked");
        else {
          const isIgnored = namesInGit(folder, name).every((one) => namesIn(ignored.bytes).includes(one));
          states.set(path, isIgnored ? "ignored" : "not-ignored");
        }
      });
    }),
  );
  return states;
}

/**
 * The names that git may have for a file below a repository's top. On macOS a name may keep an accent apart
 * from its letter, and git composes the two, but neither in a `.gitignore` nor in what it is asked on stdin.
 * Source: git-config(1), core.precomposeUnicode, November 2026.
 */
export function namesInGit(top: string, name: string): readonly string[] {
  const composed = name.normalize("NFC");
  return composed !== name && isSame(join(top, name), join(top, composed)) ? [name, composed] : [name];
}

/** Whether two names are one file, as `.ENV` and `.env` on a case-insensitive disk. */
function isSame(one: string, other: string): boolean {
  const fold = (path: string) => path.normalize("NFC").toLowerCase();
  if (fold(one) !== fold(other)) return false;
  const [first, second] = [one, other].map((path) => lstatSync(path, { throwIfNoEntry: false }));
  return first?.ino === second?.ino && first?.dev === second?.dev;
}

/** The nearest folder that holds `.git`, from this one upwards, whatever git says of it. */
export function repositoryAbove(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

function namesIn(answer: Buffer): readonly string[] {
  return answer.toString().split("\0");
}
