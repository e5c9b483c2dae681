import type { Readable } from "node:stream";
import type { Git, GitOptions, GitProcess } from "../git/git.ts";
import { readGitObjects } from "./git-objects.ts";
import type { Leak, PartScan, ScanLimits } from "./leak.ts";
import type { Hit, LeakPatterns } from "./leak-pattern.ts";

interface FoundObject {
  readonly id: string;
  readonly type: string;
  readonly path: string | undefined;
  readonly hits: readonly (Hit & { readonly line: number })[];
}

/**
 * Looks into every version of every file, and every message, that branches, tags and the stash
 * reach. Git names the objects and gives their contents through pipes: a key is in no argument and
 * no file.
 *
 * @param signal - aborted when the time is up
 */
export async function scanHistory(
  git: Git,
  where: GitOptions,
  patterns: LeakPatterns,
  limits: ScanLimits,
  signal: AbortSignal,
): Promise<PartScan> {
  const lister = git.start(
    [
      "rev-list",
      "--objects",
      "--all",
      "--missing=print",
      `--max-count=${limits.commits}`,
      `--filter=blob:limit=${limits.blob}`,
      "--filter-print-omitted",
    ],
    where,
  );
  const reader = git.start(["cat-file", "--batch", "--buffer"], where);
  if (lister === undefined || reader === undefined) return { leaks: [], notes: [noGit] };
  let cutShort = false;
  const end = (): void => {
    cutShort = true;
    lister.kill("SIGKILL");
    reader.kill("SIGKILL");
  };
  const codes = Promise.all([lister, reader].map(codeOf));
  const failed = new Promise<"failed">((resolve) => {
    for (const child of [lister, reader]) child.once("error", () => resolve("failed"));
  });
  // Both are ended early, and then they no longer read or write.
  for (const stream of [lister.stdin, reader.stdin]) stream.on("error", () => {});
  lister.stdin.end();

  const paths = new Map<string, string>();
  const counts = { commits: 0, large: 0, missing: 0 };
  const listing = (async () => {
    for await (const lines of linesOf(lister.stdout)) {
      let ids = "";
      for (const line of lines) {
        // Left out by the filter, and not there (a partial clone, a damaged disk).
        if (line.startsWith("~")) counts.large += 1;
        if (line.startsWith("?")) counts.missing += 1;
        if (/^[~?]/.test(line)) continue;
        const space = line.indexOf(" ");
        const id = space === -1 ? line : line.slice(0, space);
        if (space === -1) counts.commits += 1;
        else paths.set(id, line.slice(space + 1));
        ids += `${id}\n`;
      }
      if (!reader.stdin.write(ids)) {
        await new Promise((resolve) => void reader.stdin.once("drain", resolve).once("close", resolve));
      }
    }
    reader.stdin.end();
  })();

  const found: FoundObject[] = [];
  const notes: string[] = [];
  const outOfTime = (): void => {
    notes.push("there was no time left for its older part");
    end();
  };
  if (signal.aborted) outOfTime();
  else signal.addEventListener("abort", outOfTime, { once: true });
  const reading = (async () => {
    let bytes = 0;
    for await (const { id, type, content } of readGitObjects(reader.stdout)) {
      if (type === "tree") continue;
      bytes += content.length;
      const hits = patterns.search(content);
      if (hits.length > 0) {
        const located = hits.map((hit) => ({ ...hit, line: lineOf(content, hit.offset) }));
        found.push({ id, type, path: paths.get(id), hits: located });
      }
      if (found.length >= limits.leaks) {
        notes.push(`more than ${limits.leaks} versions of files hold a key, so the rest was not searched`);
        return end();
      }
      if (bytes > limits.bytes) {
        notes.push(
          `it holds more than ${Math.round(limits.bytes / 1e6)} MB, so its older part was not searched`,
        );
        return end();
      }
    }
  })();
  const outcome = await Promise.race([failed, Promise.allSettled([listing, reading])]);
  signal.removeEventListener("abort", outOfTime);
  if (outcome === "failed") {
    end();
    return { leaks: [], notes: [noGit] };
  }
  // Both have closed their output. What went wrong before that, a damaged object say, is in their codes.
  const ended = await codes;
  if (!cutShort && ended.some((code) => code !== 0)) notes.push("git could not read all of it");
  if (counts.commits >= limits.commits) {
    notes.push(`only its newest ${limits.commits} commits were searched`);
  }
  if (counts.large > 0) {
    notes.push(
      `${counts.large} versions of files are larger than ${limits.blob / 2 ** 20} MB and were not searched`,
    );
  }
  if (counts.missing > 0)
    notes.push(`${counts.missing} parts of it are not on this disk, so they were not searched`);
  const commits = await commitsOf(found, git, where, signal);
  const leaks = found.flatMap(({ id, type, path, hits }) =>
    hits.map(({ wanted, encoding, line }): Leak => {
      const commit = type === "commit" ? id : commits.get(id);
      return { wanted, encoding, place: { kind: "history", path, commit: commit?.slice(0, 10), line } };
    }),
  );
  return { leaks, notes: notes.map((note) => `Git history: ${note}.`) };
}

function codeOf(child: GitProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once("close", resolve);
    child.once("error", () => resolve(null));
  });
}

const noGit = "Git history: git could not be started, so it was not searched.";

/** The commits that brought the found versions of files in, as far as git tells in time. */
async function commitsOf(
  found: readonly FoundObject[],
  git: Git,
  where: GitOptions,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const commits = new Map<string, string>();
  const paths = new Set(found.flatMap(({ path }) => (path === undefined || path === "" ? [] : [path])));
  for (const path of [...paths].slice(0, 20)) {
    if (signal.aborted) break;
    const answer = await git.ask(
      ["log", "--all", "--format=%H", "--raw", "--no-abbrev", "--no-renames", "--", path],
      where,
    );
    let commit = "";
    for (const line of answer?.toString("latin1").split("\n") ?? []) {
      if (/^[0-9a-f]{40,64}$/.test(line)) commit = line;
      // The newest commit comes first, so the last one to name a version is the one that brought it in.
      const [, version] = /^:\d+ \d+ [0-9a-f]+ ([0-9a-f]+) /.exec(line) ?? [];
      if (version !== undefined) commits.set(version, commit);
    }
  }
  return commits;
}

/** The lines of a stream, as many at a time as arrive together. */
async function* linesOf(stream: Readable): AsyncGenerator<readonly string[]> {
  let rest = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    yield lines;
  }
}

function lineOf(bytes: Buffer, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(10); at !== -1 && at < offset; at = bytes.indexOf(10, at + 1)) line += 1;
  return line;
}
