import { randomBytes } from "node:crypto";
import { fchmodSync, fchownSync, fstatSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { createFile, syncFolder } from "./durable-writes.ts";
import { codeOf, reasonOf, UnfitFile } from "./file-errors.ts";
import { isForeign } from "./owner.ts";
import { readTextFile, type TextFile } from "./text-file.ts";

/** The outcome of changing a file; where it was not changed, why, as the end of "… was not changed: it …". */
export type Replacement =
  /** `mode` is what the system says of it now: not every disk keeps the one that was wanted. */
  | { readonly outcome: "replaced"; readonly mode: number }
  | { readonly outcome: "untouched"; readonly reason: string };

/**
 * Puts a new content in a file's place, whole or not at all, keeping its mode (unless another is
 * given) and group, and the links that lead to it. The old content is kept nowhere. A file that is
 * no longer as it was read, is read-only, has further names or is somebody else's stays untouched,
 * for root too: what root may write, its owner may read.
 */
export async function replaceFile(
  file: TextFile,
  content: Buffer,
  { mode = file.mode }: { readonly mode?: number } = {},
): Promise<Replacement> {
  const untouched = (reason: string): Replacement => ({ outcome: "untouched", reason });
  if ((file.mode & 0o222) === 0) return untouched("it is read-only");
  if (file.links > 1)
    return untouched("it has other names on this disk (hard links), and those would keep the key");
  if (isForeign(file.owner)) return untouched("it belongs to another user");

  const folder = dirname(file.realPath);
  const temporary = join(folder, `.mistral-key.${process.pid}.${randomBytes(8).toString("hex")}.tmp`);
  try {
    removeLeftovers(folder);
    const kept = writeTemporary(temporary, { ...file, mode }, content);
    if (!(await isAsRead(file))) return untouched("something else changed it meanwhile");
    putInPlace(temporary, file.realPath);
    // It is replaced by now; what a power failure would undo is not known.
    asFarAsPossible(() => syncFolder(folder));
    return { outcome: "replaced", mode: kept };
  } catch (error) {
    return untouched(reasonOf(error));
  } finally {
    // It is there only after a failure, which is what is told; one that cannot be removed the next run takes away.
    asFarAsPossible(() => rmSync(temporary, { force: true }));
  }
}

/** Removes what a run that was killed in this folder has left of {@link replaceFile}: it may hold a key, and git would take it. */
export function removeLeftovers(folder: string): void {
  // A folder may not be listed, or hold somebody else's file: what is written now does not depend on it.
  asFarAsPossible(() => {
    for (const name of readdirSync(folder)) {
      const [, id] = /^\.mistral-key\.(\d+)\.[0-9a-f]{16}\.tmp$/.exec(name) ?? [];
      if (id !== undefined && !isRunning(Number(id))) rmSync(join(folder, name), { force: true });
    }
  });
}

function asFarAsPossible(act: () => void): void {
  try {
    act();
  } catch {
    // The caller says why it goes on.
  }
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== "ESRCH";
  }
}

/** Answers with the mode that the file has then. */
function writeTemporary(path: string, file: TextFile, content: Buffer): number {
  let kept = 0;
  // Other secrets of the file pass through here, so nobody else may read it before it has its place.
  const isNew = createFile(path, content, (descriptor) => {
    const made = fstatSync(descriptor);
    if (process.platform !== "win32") {
      if (made.gid !== file.group) fchownSync(descriptor, file.owner, file.group);
      fchmodSync(descriptor, file.mode);
    }
    kept = fstatSync(descriptor).mode & 0o7777;
  });
  if (!isNew) throw new UnfitFile("there is another file where its new content would be written first");
  return kept;
}

function putInPlace(temporary: string, path: string): void {
  try {
    renameSync(temporary, path);
  } catch (error) {
    if (codeOf(error) !== "EBUSY" || process.platform === "win32") throw error;
    throw new UnfitFile(
      "it is a mount of its own, as containers make for a single file, so no new file can take its place",
    );
  }
}

async function isAsRead(file: TextFile): Promise<boolean> {
  // The path as it was asked for, so that a link that leads elsewhere now counts as a change too.
  const now = await readTextFile(file.path);
  if (now.state !== "read" || now.file.realPath !== file.realPath) return false;
  return (
    now.file.identity === file.identity && now.file.mode === file.mode && now.file.bytes.equals(file.bytes)
  );
}
