import { fchmodSync, fchownSync, fstatSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { createFile, removeLeftovers, renameOver, syncFolder, temporaryPath } from "./durable-writes.ts";
import { reasonOf } from "./file-errors.ts";
import { isForeign } from "./owner.ts";
import { readTextFile, type TextFile } from "./text-file.ts";

/** The outcome of changing a file; `reason` ends the sentence "… was not changed: …". */
export type Replacement =
  /** `mode` as the system reports it: not every file system keeps the requested one. */
  | { readonly outcome: "replaced"; readonly mode: number }
  | { readonly outcome: "untouched"; readonly reason: string };

/**
 * Replaces a file's content atomically, keeping its mode (unless given), its group and the links to it.
 * Keeps no backup. A file that has changed since it was read, is read-only, has other hard links or
 * belongs to another user stays untouched, for root too: what root writes, the owner may read.
 */
export async function replaceFile(
  file: TextFile,
  content: Buffer,
  { mode = file.mode }: { readonly mode?: number } = {},
): Promise<Replacement> {
  const untouched = (reason: string): Replacement => ({ outcome: "untouched", reason });
  const obstacle = obstacleTo(file);
  if (obstacle !== undefined) return untouched(obstacle);

  const folder = dirname(file.realPath);
  const temporary = temporaryPath(folder);
  try {
    removeLeftovers(folder);
    const kept = createFile(temporary, content, (descriptor) => {
      if (process.platform === "win32") return;
      const { uid, gid } = file.stats;
      // The content may hold other secrets: nobody gets access before the group is set.
      if (fstatSync(descriptor).gid !== gid) fchownSync(descriptor, uid, gid);
      fchmodSync(descriptor, mode);
    });
    if (kept === undefined || !(await isAsRead(file)))
      return untouched("something else changed it meanwhile");
    renameOver(temporary, file.realPath);
    // The file is replaced by now; a power failure might still undo it.
    asFarAsPossible(() => syncFolder(folder));
    return { outcome: "replaced", mode: kept };
  } catch (error) {
    return untouched(reasonOf(error));
  } finally {
    // It exists only after a failure, which is reported; if it cannot be removed, the next run does.
    asFarAsPossible(() => rmSync(temporary, { force: true }));
  }
}

/** Why a file that can be read stays untouched; `undefined` if nothing is known against replacing it. */
export function obstacleTo({ mode, stats }: TextFile): string | undefined {
  if ((mode & 0o222) === 0) return "it is read-only";
  if (stats.nlink > 1) return "it has other names on this disk (hard links), and those would keep the key";
  return isForeign(stats.uid) ? "it belongs to another user" : undefined;
}

/** Creates a file that is not there yet, with mode 0600. */
export function createMissing(path: string, content: Buffer): Replacement {
  try {
    const mode = createFile(path, content);
    return mode === undefined
      ? { outcome: "untouched", reason: "something else made it meanwhile" }
      : { outcome: "replaced", mode };
  } catch (error) {
    return { outcome: "untouched", reason: reasonOf(error) };
  }
}

function asFarAsPossible(act: () => void): void {
  try {
    act();
  } catch {
    // Best effort: each caller says why.
  }
}

async function isAsRead(file: TextFile): Promise<boolean> {
  // The path as requested: a link that now leads elsewhere counts as a change too.
  const now = await readTextFile(file.path);
  if (now.state !== "read" || now.file.realPath !== file.realPath) return false;
  return (
    now.file.identity === file.identity && now.file.mode === file.mode && now.file.bytes.equals(file.bytes)
  );
}
