import { realpathSync, statSync } from "node:fs";
import { codeOf, reasonOf } from "./file-errors.ts";
import { readSmallFile } from "./read-file.ts";

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

/** The outcome of reading a file. */
export type Reading =
  | { readonly state: "read"; readonly file: TextFile }
  | { readonly state: "absent" }
  | { readonly state: "unread"; readonly reason: string };

/** No settings file of a tool or shell is larger; what is, is something else. */
const longest = 1024 * 1024;

/**
 * Reads a small text file. Links are followed; a pipe, a device or a socket is never waited for. A
 * file that cannot be read is a reason, not an error.
 */
export async function readTextFile(path: string): Promise<Reading> {
  try {
    const realPath = realpathSync(path);
    if (statSync(realPath).isDirectory()) return { state: "absent" };
    // Something else may stand there since, so that the link that it may be is not followed.
    const { bytes, stats } = readSmallFile(realPath, { links: "refused", longest });
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
        mode: stats.mode & 0o7777,
        owner: stats.uid,
        group: stats.gid,
        links: stats.nlink,
        identity: `${stats.dev}:${stats.ino}`,
      },
    };
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return { state: "absent" };
    return { state: "unread", reason: reasonOf(error) };
  }
}
