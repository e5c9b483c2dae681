import { constants } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";

/** A file as it was read: what is needed to change it later and to know that nobody else did meanwhile. */
export interface TextFile {
  /** Where it was looked for. */
  readonly path: string;
  /** Where it is, links followed. */
  readonly realPath: string;
  readonly bytes: Buffer;
  /** The byte order mark the file starts with, or nothing. */
  readonly mark: string;
  /** What follows the mark, decoded as Latin-1: a character a byte. */
  readonly text: string;
  readonly mode: number;
  readonly owner: number;
  readonly group: number;
  /** How many names the file has on its disk. */
  readonly links: number;
  /** Tells whether two paths lead to the same file. */
  readonly identity: string;
}

/** What came of reading a file. */
export type Reading =
  | { readonly state: "read"; readonly file: TextFile }
  | { readonly state: "absent" }
  | { readonly state: "unread"; readonly reason: string };

/** No settings file of a tool or shell is larger; what is, is something else. */
const sizeLimit = 1024 * 1024;

// Absent on Windows.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/**
 * Reads a small text file. Links are followed; a pipe, a device or a socket is never opened. A file
 * that cannot be read is a reason, not an error.
 */
export async function readTextFile(path: string): Promise<Reading> {
  let handle: FileHandle | undefined;
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return { state: "absent" };
    if (!stats.isFile()) return { state: "unread", reason: "it is no ordinary file" };
    if (stats.size > sizeLimit) return { state: "unread", reason: "it is larger than 1 MB" };
    const realPath = await realpath(path);
    // Something else may stand there since; it must neither be followed nor waited for.
    handle = await open(realPath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const opened = await handle.stat();
    if (!opened.isFile()) return { state: "unread", reason: "it is no ordinary file" };
    const bytes = await readUpTo(handle, sizeLimit);
    if (bytes === undefined) return { state: "unread", reason: "it is larger than 1 MB" };
    if (bytes.includes(0)) return { state: "unread", reason: "it is not in UTF-8" };
    const text = bytes.toString("latin1");
    const mark = text.startsWith("\xef\xbb\xbf") ? text.slice(0, 3) : "";
    return {
      state: "read",
      file: {
        path,
        realPath,
        bytes,
        mark,
        text: text.slice(mark.length),
        mode: opened.mode & 0o7777,
        owner: opened.uid,
        group: opened.gid,
        links: opened.nlink,
        identity: `${opened.dev}:${opened.ino}`,
      },
    };
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return { state: "absent" };
    return { state: "unread", reason: reasons[code] ?? `the system answered ${code}` };
  } finally {
    await handle?.close();
  }
}

async function readUpTo(handle: FileHandle, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length <= limit) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, null);
    if (bytesRead === 0) return Buffer.concat(chunks);
    chunks.push(buffer.subarray(0, bytesRead));
    length += bytesRead;
  }
  return undefined;
}

/** The code of an error of the system, or its name. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return error instanceof Error ? error.name : "an error";
}

/** Why the system refused, in words. */
export const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ELOOP: "it is a link that leads nowhere",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "your disk quota is used up",
  EIO: "the disk reported an error",
};
