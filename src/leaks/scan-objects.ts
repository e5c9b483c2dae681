import { ChangeReader } from "../git/answers.ts";
import type { Asking, Git } from "../git/git.ts";
import { type GitObject, ObjectStream } from "../git/object-stream.ts";
import { questions } from "../git/questions.ts";
import type { Leak, PartScan } from "./leak.ts";
import { type LeakPatterns, LeakStream, type StreamHit } from "./leak-pattern.ts";

/** How to search a repository. */
export interface RepositoryScan {
  readonly git: Git;
  readonly asking: Asking & { readonly signal: AbortSignal };
  readonly patterns: LeakPatterns;
  /** What to put before the names of its files: of a repository inside another one, its path and `/`. */
  readonly below: string;
  /** Git's own folders that were searched as a repository's. */
  readonly seen: Set<string>;
}

interface FoundObject {
  readonly object: GitObject;
  readonly hits: readonly StreamHit[];
}

/** The maximum number of objects with keys; more would show nothing new. */
const mostObjects = 1000;

/**
 * Searches every object that git keeps: all versions of files, messages and file names, from branches,
 * tags and stashes, and what was amended or dropped since. Looks up names and commits only for objects
 * with a key.
 */
export async function scanObjects(scan: RepositoryScan): Promise<Omit<PartScan, "part">> {
  const { git, asking, patterns } = scan;
  const found: FoundObject[] = [];
  let damaged = 0;
  const open = (object: GitObject): LeakStream => {
    const hits: StreamHit[] = [];
    return new LeakStream(patterns, (hit) => {
      if (hits.push(hit) === 1) found.push({ object, hits });
    });
  };
  // Git lists only objects that it has; one that it cannot return is damaged.
  const stream = new ObjectStream(open, () => {
    damaged += 1;
  });
  const ended = new AbortController();
  const missing = missingObjects(git, { ...asking, signal: AbortSignal.any([asking.signal, ended.signal]) });
  const failed = await git.read(questions.allObjects, asking, (chunk) => {
    if (found.length < mostObjects) return stream.push(chunk);
    return `${mostObjects} versions of files hold a key, so the rest was not searched`;
  });
  if (failed !== undefined) ended.abort();
  const reasons = await missing;
  const leaks = found.length === 0 ? [] : await locate(scan, found);
  const unreadable = damaged > 0 ? [`git cannot read ${objects(damaged)}`] : [];
  return { leaks, gaps: [...unreadable, ...(failed === undefined ? reasons : [failed.reason])] };
}

/** Why the local history is incomplete: a clone may omit objects, a disk may lose them. */
async function missingObjects(git: Git, asking: Asking): Promise<readonly string[]> {
  let count = 0;
  const failed = await git.read(questions.missing, asking, (chunk) => {
    for (let at = chunk.indexOf("?"); at !== -1; at = chunk.indexOf("?", at + 1)) count += 1;
    return undefined;
  });
  if (count > 0) return [`${objects(count)} ${count === 1 ? "is" : "are"} not on this disk`];
  return failed === undefined ? [] : [failed.reason];
}

function objects(count: number): string {
  return count === 1 ? "1 object" : `${count} objects`;
}

/** Finds the files and commits of objects. Keys of unknown origin are reported all the same. */
async function locate(
  { git, asking, below }: RepositoryScan,
  found: readonly FoundObject[],
): Promise<readonly Leak[]> {
  const origins = new Map<string, { commit: string; path: string } | undefined>(
    found.map(({ object }) => [object.id, undefined]),
  );
  const commits = await git.ask(questions.commits, asking);
  const input = commits.state === "answered" ? commits.bytes : "";
  const reader = new ChangeReader();
  await git.read(questions.changes, { ...asking, input }, (chunk) => {
    for (const { id, path, commit } of reader.push(chunk)) {
      // Newest first, so the last commit that names a version introduced it.
      if (origins.has(id)) origins.set(id, { commit, path: below + path.toString() });
    }
    return undefined;
  });
  const known = new Set(input.toString("latin1").split("\n"));
  return found.flatMap(({ object, hits }) => {
    const isCommit = object.type === "commit" && known.has(object.id);
    const origin = isCommit ? { commit: object.id, path: undefined } : origins.get(object.id);
    const { path, commit } = origin ?? {};
    return hits.map(({ line, ...hit }) => ({
      ...hit,
      place: { kind: "history", object, path, commit, line },
    }));
  });
}
