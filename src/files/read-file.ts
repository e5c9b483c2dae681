import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { UnfitFile } from "./file-errors.ts";

// Absent on Windows. O_NONBLOCK: opening a named pipe must not block.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/** A file's content, and its stats at the time of opening. */
export interface FileContent {
  readonly bytes: Buffer;
  readonly stats: Stats;
  /** Equal for two paths that lead to the same file. */
  readonly identity: string;
}

/**
 * Reads a small file that another user may have put there. Never blocks: a pipe, device or folder is
 * refused.
 *
 * @param options.links - whether to follow a symbolic link at the path itself
 * @param options.longest - the maximum length, in bytes
 * @param check - inspects the opened file before it is read; throws to refuse it
 * @throws UnfitFile when it is not a regular file or too long; the system's error
 */
export function readSmallFile(
  path: string,
  { links, longest }: { readonly links: "followed" | "refused"; readonly longest: number },
  check: (stats: Stats) => void = () => {},
): FileContent {
  const descriptor = openSync(path, O_RDONLY | O_NONBLOCK | (links === "refused" ? O_NOFOLLOW : 0));
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new UnfitFile("it is not an ordinary file");
    check(stats);
    refuseLonger(stats.size, longest);
    const bytes = readFileSync(descriptor);
    // The system reports no size for files it generates, as in /proc.
    refuseLonger(bytes.length, longest);
    // File IDs of Windows are too large for a number: as one, two files in a folder may share it.
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return { bytes, stats, identity: `${dev}:${ino}` };
  } finally {
    closeSync(descriptor);
  }
}

/** The text of a small file; empty when it cannot be read for any reason. */
export function readTextIfThere(path: string): string {
  try {
    return readSmallFile(path, { links: "followed", longest: 1024 * 1024 }).bytes.toString();
  } catch {
    return "";
  }
}

function refuseLonger(length: number, longest: number): void {
  if (length > longest) throw new UnfitFile("it is too large");
}
