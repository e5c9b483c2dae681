import { ChangeReader, type GitFile, partsOf, readIndexEntry, submoduleMode } from "../git/answers.ts";
import { ObjectStream } from "../git/object-stream.ts";
import { questions } from "../git/questions.ts";
import type { Leak, PartScan } from "./leak.ts";
import { LeakStream } from "./leak-pattern.ts";
import type { RepositoryScan } from "./scan-objects.ts";

const part = "staged changes";

interface StagedScan extends PartScan {
  /** The ids of the blobs that hold a key. */
  readonly found: ReadonlySet<string>;
}

/** Searches what the next commit would change. */
export async function scanStaged({ git, asking, patterns, below }: RepositoryScan): Promise<StagedScan> {
  const found = new Set<string>();
  const newest = await git.ask(questions.newestCommit, asking);
  if (newest.state === "failed") return { part, leaks: [], gaps: [newest.reason], found };
  // Before the first commit, the whole index is staged.
  const unborn = newest.bytes.length === 0;
  const listing = await git.ask(unborn ? questions.index : questions.staged, asking);
  if (listing.state === "failed") return { part, leaks: [], gaps: [listing.reason], found };
  const names = namesOf(
    unborn ? [...partsOf(listing.bytes)].map(readIndexEntry) : new ChangeReader().push(listing.bytes),
  );

  const leaks: Leak[] = [...names.values()].flat().flatMap((name) =>
    patterns.search(Buffer.from(name)).map(({ wanted, encoding }) => {
      return { wanted, encoding, place: { kind: "staged", path: below + name, line: 1 } };
    }),
  );
  const gaps: string[] = [];
  const pathsOf = (id: string) => (names.get(id) ?? [id]).map((name) => below + name);
  const stream = new ObjectStream(
    ({ id }) =>
      new LeakStream(patterns, ({ wanted, encoding, line }) => {
        found.add(id);
        const places = pathsOf(id).map((path) => ({ kind: "staged" as const, path, line }));
        leaks.push(...places.map((place) => ({ wanted, encoding, place })));
      }),
    (id) => gaps.push(...pathsOf(id).map((name) => `git cannot read the content of ${name}`)),
  );
  const input = [...names.keys()].map((id) => `${id}\n`).join("");
  const failed = await git.read(questions.objects, { ...asking, input }, (chunk) => stream.push(chunk));
  if (failed !== undefined) gaps.push(failed.reason);
  return { part, leaks, gaps, found };
}

/** File names by blob id. Skips submodules: their content is in another repository. */
function namesOf(files: Iterable<GitFile>): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const { mode, id, path } of files) {
    if (mode !== submoduleMode) names.set(id, [...(names.get(id) ?? []), path.toString()]);
  }
  return names;
}
