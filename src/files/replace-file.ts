import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { codeOf, readTextFile, reasons, type TextFile } from "./text-file.ts";

/** What came of changing a file; where it was not changed, why, as the end of "… was not changed: it …". */
export type Replacement =
  | { readonly outcome: "replaced" }
  | { readonly outcome: "untouched"; readonly reason: string };

/**
 * Puts a new content in a file's place, whole or not at all, keeping its mode (unless another is
 * given) and owner, and the links that lead to it. The old content is kept nowhere. A file that is no longer as it was read,
 * is read-only, has further names or is somebody else's stays untouched.
 */
export async function replaceFile(
  file: TextFile,
  content: Buffer,
  { mode = file.mode }: { readonly mode?: number } = {},
): Promise<Replacement> {
  const untouched = (reason: string): Replacement => ({ outcome: "untouched", reason });
  if ((file.mode & 0o222) === 0) return untouched("it is read-only");
  if (file.links > 1)
    return untouched("it has further names on this disk (hard links), which would keep the key");
  const self = process.geteuid?.();
  if (self !== undefined && self !== 0 && file.owner !== self) return untouched("it belongs to another user");

  const folder = dirname(file.realPath);
  const temporary = join(folder, `.mistral-key.${randomBytes(8).toString("hex")}.tmp`);
  try {
    await writeTemporary(temporary, { ...file, mode }, content);
    if (!(await isAsRead(file))) return untouched("something else changed it meanwhile");
    await rename(temporary, file.realPath);
    await syncFolder(folder);
    return { outcome: "replaced" };
  } catch (error) {
    const code = codeOf(error);
    return untouched(reasons[code] ?? `the system answered ${code}`);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeTemporary(path: string, file: TextFile, content: Buffer): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    // Other secrets of the file pass through here, so nobody else may read it before it has its place.
    handle = await open(path, "wx", 0o600);
    await handle.writeFile(content);
    const made = await handle.stat();
    if (process.platform !== "win32") {
      if (made.uid !== file.owner || made.gid !== file.group) await handle.chown(file.owner, file.group);
      await handle.chmod(file.mode);
    }
    await handle.sync();
  } finally {
    await handle?.close();
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

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch {
    // Some network file systems cannot; the rename itself was whole.
  } finally {
    await handle.close();
  }
}
