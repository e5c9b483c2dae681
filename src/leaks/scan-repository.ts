import { type Dirent, existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { reasonOf } from "../files/file-errors.ts";
import { partsOf, readIndexEntry, submoduleMode } from "../git/answers.ts";
import { questions } from "../git/questions.ts";
import { findRepository, type Repository } from "../git/repository.ts";
import type { PartScan } from "./leak.ts";
import { type FileToScan, scanFiles } from "./scan-files.ts";
import { type RepositoryScan, scanObjects } from "./scan-objects.ts";
import { scanStaged } from "./scan-staged.ts";

/**
 * Searches a whole repository: its files, staged changes, every object and git's own files; then the
 * repositories inside it, submodules and others, and what git keeps of submodules that are not checked out.
 */
export async function scanRepository(
  scan: RepositoryScan,
  repository: Repository,
): Promise<readonly PartScan[]> {
  const { workTree, shallow, ownFolders } = repository;
  for (const folder of ownFolders) scan.seen.add(folder);
  // A bare repository has no files and no staged changes.
  const bare = workTree.state === "none";
  const [files, staged, objects, own] = await Promise.all([
    bare ? undefined : scanWorkTree(scan, workTree),
    bare ? undefined : scanStaged(scan),
    scanObjects(scan),
    scanOwnFiles(scan, repository),
  ]);
  const history: PartScan = {
    part: "git history",
    // Staged content is reported as staged.
    leaks: objects.leaks.filter(
      ({ place }) =>
        place.kind !== "history" || place.commit !== undefined || !staged?.found.has(place.object.id),
    ),
    gaps: [...(shallow ? ["it is shallow, so its older part is not here"] : []), ...objects.gaps],
  };
  const nested: PartScan[] = [];
  for (const [name, folder] of files?.nested ?? []) nested.push(...(await scanNested(scan, name, folder)));
  for (const folder of own.repositories.filter((one) => !scan.seen.has(one))) {
    const inner = {
      ...scan,
      asking: { folder, ofGit: true, signal: scan.asking.signal },
      below: `${folder}/`,
    };
    const itself: Repository = {
      shallow: existsSync(join(folder, "shallow")),
      ownFolders: [folder],
      workTree: { state: "none" },
    };
    nested.push(...within(folder, await scanRepository(inner, itself)));
  }
  return [...(files ? [files.scan] : []), ...(staged ? [staged] : []), history, own.scan, ...nested];
}

/** Searches the files that git tracks or the next `git add` would take. */
async function scanWorkTree(
  { git, asking, patterns, below }: RepositoryScan,
  workTree: Exclude<Repository["workTree"], { state: "none" }>,
): Promise<{
  readonly scan: PartScan;
  readonly nested: readonly (readonly [name: string, folder: string])[];
}> {
  const part = "files that git tracks or would add";
  const failed = (reason: string) => ({ scan: { part, leaks: [], gaps: [reason] }, nested: [] });
  if (workTree.state === "refused") return failed(workTree.reason);
  const index = await git.ask(questions.index, asking);
  if (index.state === "failed") return failed(index.reason);
  const others = await git.ask(questions.others, asking);
  if (others.state === "failed") return failed(others.reason);

  const files: Buffer[] = [];
  const nested: string[] = [];
  for (const { mode, path } of [...partsOf(index.bytes)].map(readIndexEntry)) {
    if (mode === submoduleMode) nested.push(path.toString());
    // A file in conflict is listed up to three times.
    else if (files.at(-1)?.equals(path) !== true) files.push(path);
  }
  for (const path of partsOf(others.bytes)) {
    if (path.at(-1) === slash) nested.push(path.toString("utf8", 0, path.length - 1));
    else files.push(path);
  }
  const top = Buffer.from(join(workTree.top, "/"));
  // On Windows every name is text, and Node reaches a file below a long path only by text.
  const pathOf = (name: Buffer) =>
    process.platform === "win32" ? join(workTree.top, name.toString()) : Buffer.concat([top, name]);
  const toScan = files.map((path) => ({ path: pathOf(path), shown: below + path.toString() }));
  return {
    scan: { part, ...(await scanFiles("file", toScan, patterns, asking.signal)) },
    nested: nested.map((name) => [name, join(workTree.top, name)] as const),
  };
}

const slash = 0x2f;

/** @param name - relative to the top of the outer repository */
async function scanNested(scan: RepositoryScan, name: string, folder: string): Promise<readonly PartScan[]> {
  const part = `the repository in ${name}`;
  if (!existsSync(join(folder, ".git"))) return [{ part, leaks: [], gaps: ["it is not checked out here"] }];
  const asking = { folder, signal: scan.asking.signal };
  const found = await findRepository(scan.git, asking);
  if (found.state === "refused") return [{ part, leaks: [], gaps: [found.reason] }];
  // Where git does not recognise this repository, it looks further up for one.
  const itself = found.state === "there" && found.repository.workTree;
  if (itself === false || itself.state !== "there" || itself.top !== folder) {
    return [{ part, leaks: [], gaps: ["git does not recognise it as a repository"] }];
  }
  return within(
    name,
    await scanRepository({ ...scan, asking, below: `${scan.below}${name}/` }, found.repository),
  );
}

function within(name: string, parts: readonly PartScan[]): readonly PartScan[] {
  return parts.map((inner) => ({ ...inner, part: `${inner.part}, in ${name}` }));
}

/**
 * Searches what git keeps besides objects: settings with URLs, reflogs, unfinished messages, large files.
 *
 * @returns also the repositories among it, of submodules, which are read through git
 */
async function scanOwnFiles(
  { asking, patterns }: RepositoryScan,
  { ownFolders }: Repository,
): Promise<{ readonly scan: PartScan; readonly repositories: readonly string[] }> {
  const gaps: string[] = [];
  const repositories: string[] = [];
  const files: FileToScan[] = [];
  const walk = async (folder: Buffer, shown: string, namesAreBranches: boolean): Promise<void> => {
    let entries: readonly Dirent<Buffer>[];
    try {
      entries = await readdir(folder, { withFileTypes: true, encoding: "buffer" });
    } catch (error) {
      gaps.push(`${shown}: ${reasonOf(error)}`);
      return;
    }
    const isOwn = ownFolders.includes(shown);
    const has = (name: string, isFolder: boolean) =>
      entries.some(
        (entry) =>
          entry.name.toString() === name && (entry.isDirectory() === isFolder || entry.isSymbolicLink()),
      );
    if (!isOwn && !namesAreBranches && has("objects", true) && has("HEAD", false)) {
      repositories.push(shown);
      return;
    }
    for (const entry of entries) {
      const path = Buffer.concat([folder, Buffer.from("/"), entry.name]);
      const name = entry.name.toString();
      if (entry.isDirectory()) {
        const areBranches = namesAreBranches || (isOwn && ["refs", "logs"].includes(name));
        if (!isOwn || name !== "objects") await walk(path, join(shown, name), areBranches);
      } else {
        const there = entry.isSymbolicLink() ? await stat(path).catch(() => entry) : entry;
        // Not followed, since it may lead anywhere, and back. Git itself reads its objects.
        if (there.isDirectory() && !(isOwn && name === "objects")) {
          gaps.push(`${join(shown, name)} is a link to another folder`);
        }
        files.push({ path, shown: join(shown, name) });
      }
    }
  };
  for (const folder of ownFolders) await walk(Buffer.from(folder), folder, false);
  const scan = await scanFiles("git-file", files, patterns, asking.signal);
  const part = "git's own files";
  return { scan: { part, leaks: scan.leaks, gaps: [...gaps, ...scan.gaps] }, repositories };
}
