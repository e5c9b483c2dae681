import { join } from "node:path";
import type { Git, GitOptions } from "../git/git.ts";
import { readGitObjects } from "./git-objects.ts";
import type { Leak, PartScan } from "./leak.ts";
import type { LeakPatterns } from "./leak-pattern.ts";
import { LeakStream } from "./leak-stream.ts";
import { type FileToScan, scanFiles } from "./scan-files.ts";

/** The top folder of the repository that a folder is in; `undefined` when it is in none. */
export async function topOf(git: Git, where: GitOptions): Promise<string | undefined> {
  const answer = await git.ask(["rev-parse", "--show-toplevel"], where);
  return answer?.toString().replace(/\r?\n$/, "") || undefined;
}

/** Looks into the files that git has, and those that the next `git add` would take. */
export async function scanWorkTree(
  git: Git,
  where: GitOptions,
  patterns: LeakPatterns,
  signal: AbortSignal,
): Promise<PartScan> {
  const answer = await git.ask(["ls-files", "-z", "--cached", "--others", "--exclude-standard"], where);
  if (answer === undefined) return { leaks: [], notes: ["Files of this repository: git did not list them."] };
  const files = [...new Set(namesOf(answer))].map(
    (path): FileToScan => ({
      path: join(where.folder, path),
      followLinks: false,
      place: (line) => ({ kind: "file", path, line }),
    }),
  );
  const { leaks, unread, complete } = await scanFiles(files, patterns, signal);
  const notes: string[] = [];
  if (unread > 0) notes.push(`Files of this repository: ${unread} could not be read.`);
  if (!complete) notes.push("Files of this repository: there was no time for all of them.");
  return { leaks, notes };
}

/** Looks into what the next commit would change. */
export async function scanStaged(git: Git, where: GitOptions, patterns: LeakPatterns): Promise<PartScan> {
  const answer = await git.ask(
    ["diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--diff-filter=ACMT"],
    where,
  );
  const reader = git.start(["cat-file", "--batch", "--buffer"], where);
  if (answer === undefined || reader === undefined) {
    return { leaks: [], notes: ["Staged changes: git did not list them."] };
  }
  const paths = new Map<string, string>();
  const fields = namesOf(answer);
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode, id] = /^:\d+ (\d+) [0-9a-f]+ ([0-9a-f]+) /.exec(fields[at] ?? "") ?? [];
    // A submodule is a commit of another repository.
    if (id !== undefined && mode !== "160000") paths.set(id, fields[at + 1] ?? "");
  }
  reader.on("error", () => {});
  reader.stdin.on("error", () => {});
  reader.stdin.end([...paths.keys()].map((id) => `${id}\n`).join(""));
  const leaks: Leak[] = [];
  for await (const { id, content } of readGitObjects(reader.stdout)) {
    const search = new LeakStream(patterns);
    for (const { wanted, encoding, line } of [...search.push(content), ...search.end()]) {
      leaks.push({ wanted, encoding, place: { kind: "staged", path: paths.get(id) ?? "", line } });
    }
  }
  return { leaks, notes: [] };
}

function namesOf(answer: Buffer): readonly string[] {
  return answer
    .toString()
    .split("\0")
    .filter((name) => name !== "");
}
