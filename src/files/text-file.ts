import { lstatSync, realpathSync, statSync } from "node:fs";
import { codeOf, reasonOf } from "./file-errors.ts";
import { type FileContent, readSmallFile } from "./read-file.ts";

/** A file as it was read, with what it takes to change it later and to detect changes by others. */
export interface TextFile extends FileContent {
  /** The path as requested. */
  readonly path: string;
  readonly realPath: string;
  /** The byte order mark, or empty. */
  readonly mark: string;
  /** What follows the mark, decoded as Latin-1: one character per byte. */
  readonly text: string;
  readonly mode: number;
}

/** The outcome of reading a file. */
export type Reading =
  | { readonly state: "read"; readonly file: TextFile }
  | { readonly state: "absent" }
  | { readonly state: "unread"; readonly reason: string };

/** No settings file of a tool or shell is larger. */
const longest = 1024 * 1024;

/**
 * Reads a small text file. Follows links; never waits for a pipe, device or socket. Returns the reason
 * when it cannot be read.
 */
export async function readTextFile(path: string): Promise<Reading> {
  try {
    const realPath = realpathSync(path);
    if (statSync(realPath).isDirectory()) return { state: "absent" };
    // A link may have taken its place meanwhile, so none is followed now.
    const content = readSmallFile(realPath, { links: "refused", longest });
    const { bytes, stats } = content;
    if (bytes.includes(0)) return { state: "unread", reason: "it is not in UTF-8" };
    const text = bytes.toString("latin1");
    const mark = text.startsWith("\xef\xbb\xbf") ? text.slice(0, 3) : "";
    const mode = stats.mode & 0o7777;
    return { state: "read", file: { ...content, path, realPath, mark, text: text.slice(mark.length), mode } };
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return { state: "absent" };
    return { state: "unread", reason: reasonOf(error) };
  }
}

/** Why a file that was read as absent cannot be created; `undefined` if nothing is in its place. */
export function inPlaceOf(path: string): string | undefined {
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory()) return "it is a folder";
    // A pipe or a socket that /dev/stdout leads to has no path of its own.
    if (there?.isFile() === false) return "it is not an ordinary file";
    const isLink = there === undefined && lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    return isLink ? "it is a link that leads nowhere" : undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
