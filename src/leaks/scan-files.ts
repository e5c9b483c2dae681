import { constants, createReadStream } from "node:fs";
import { lstat, stat } from "node:fs/promises";
import { codeOf, reasonOf } from "../files/file-errors.ts";
import type { FilePlace, Leak } from "./leak.ts";
import { type LeakPatterns, LeakStream, type StreamHit } from "./leak-pattern.ts";

// Absent on Windows.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/** A file to search. */
export interface FileToScan {
  /** As text or as raw bytes. */
  readonly path: string | Buffer;
  /** If not, a link is skipped: git keeps the link, not its target. */
  readonly followLinks: boolean;
  /** Its display name. */
  readonly shown: string;
  readonly kind: FilePlace["kind"];
}

/** The result of searching files. */
export interface FilesScan {
  readonly leaks: readonly Leak[];
  /** Files that could not be read, by reason. */
  readonly unread: ReadonlyMap<string, readonly FileToScan[]>;
}

const atOnce = 8;

/**
 * Searches files, a few at a time and piece by piece. Skips a file that is gone or not a regular file.
 *
 * @throws the signal's reason
 */
export async function scanFiles(
  files: readonly FileToScan[],
  patterns: LeakPatterns,
  signal: AbortSignal,
): Promise<FilesScan> {
  const leaks: (readonly Leak[])[] = [];
  const unread = new Map<string, FileToScan[]>();
  const queue = files.entries();
  const work = async (): Promise<void> => {
    for (const [number, file] of queue) {
      signal.throwIfAborted();
      try {
        const hits = await scanFile(file, patterns, signal);
        const { kind, shown: path } = file;
        leaks[number] = hits.map(({ line, ...hit }) => ({ ...hit, place: { kind, path, line } }));
      } catch (error) {
        signal.throwIfAborted();
        const code = codeOf(error);
        if (code === "ENOENT" || code === "ENOTDIR") continue;
        const reason = reasonOf(error);
        unread.set(reason, [...(unread.get(reason) ?? []), file]);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { leaks: leaks.flat(), unread };
}

/** Unread files as gaps: a few names, with the reason. */
export function unreadGaps(unread: FilesScan["unread"]): readonly string[] {
  return [...unread].map(([reason, files]) => {
    const names = files.slice(0, 3).map(({ shown }) => shown);
    const more = files.length > names.length ? ` and ${files.length - names.length} more` : "";
    return `${names.join(", ")}${more} could not be read: ${reason}`;
  });
}

async function scanFile(
  { path, followLinks }: FileToScan,
  patterns: LeakPatterns,
  signal: AbortSignal,
): Promise<readonly StreamHit[]> {
  const stats = await (followLinks ? stat : lstat)(path);
  if (!stats.isFile()) return [];
  const flags = O_RDONLY | O_NONBLOCK | (followLinks ? 0 : O_NOFOLLOW);
  const hits: StreamHit[] = [];
  const search = new LeakStream(patterns, (hit) => hits.push(hit));
  // The stream does not get the signal: Node warns of more than ten listeners.
  for await (const chunk of createReadStream(path, { flags: flags as unknown as string, highWaterMark })) {
    signal.throwIfAborted();
    search.push(chunk as Buffer);
  }
  search.end();
  return hits;
}

const highWaterMark = 256 * 1024;
