import { constants, createReadStream } from "node:fs";
import { lstat, readlink, stat } from "node:fs/promises";
import { codeOf, reasonOf, UnfitFile } from "../files/file-errors.ts";
import type { FilePlace, Leak, PartScan } from "./leak.ts";
import { type LeakPatterns, LeakStream, type StreamHit } from "./leak-pattern.ts";

// Absent on Windows.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/** A file to search. */
export interface FileToScan {
  /** As text or as raw bytes. */
  readonly path: string | Buffer;
  /** Its display name. */
  readonly shown: string;
}

const atOnce = 8;

/**
 * Searches files, a few at a time and piece by piece, their names, and the texts of links that git keeps.
 * Skips a file that is gone, and the content of one that is not a regular file.
 *
 * @throws the signal's reason
 */
export async function scanFiles(
  kind: FilePlace["kind"],
  files: readonly FileToScan[],
  patterns: LeakPatterns,
  signal: AbortSignal,
): Promise<Pick<PartScan, "leaks" | "gaps">> {
  // Git keeps the text of a link, but reads through one among its own files.
  const followLinks = kind !== "file";
  const leaks: (readonly Leak[])[] = [];
  const unread = new Map<string, string[]>();
  const queue = files.entries();
  const work = async (): Promise<void> => {
    for (const [number, { path, shown }] of queue) {
      signal.throwIfAborted();
      try {
        const hits = await scanFile(path, followLinks, patterns, signal);
        hits.push(...patterns.search(Buffer.from(shown)).map((hit) => ({ ...hit, line: 1 })));
        leaks[number] = hits.map(({ line, ...hit }) => ({ ...hit, place: { kind, path: shown, line } }));
      } catch (error) {
        signal.throwIfAborted();
        const code = codeOf(error);
        if (code === "ENOENT" || code === "ENOTDIR") continue;
        const reason = reasonOf(error);
        unread.set(reason, [...(unread.get(reason) ?? []), shown]);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const gaps = [...unread].map(([reason, names]) => {
    const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
    return `${names.slice(0, 3).join(", ")}${more} could not be read: ${reason}`;
  });
  return { leaks: leaks.flat(), gaps };
}

async function scanFile(
  path: string | Buffer,
  followLinks: boolean,
  patterns: LeakPatterns,
  signal: AbortSignal,
): Promise<StreamHit[]> {
  const stats = await (followLinks ? stat : lstat)(path);
  const hits: StreamHit[] = [];
  const search = new LeakStream(patterns, (hit) => hits.push(hit));
  if (stats.isSymbolicLink()) {
    search.push(await readlink(path, "buffer"));
    search.end();
  }
  if (!stats.isFile()) return hits;
  const flags = O_RDONLY | O_NONBLOCK | (followLinks ? 0 : O_NOFOLLOW);
  let left = stats.size + mayGrowBy;
  // The stream does not get the signal: Node warns of more than ten listeners.
  for await (const chunk of createReadStream(path, { flags: flags as unknown as string, highWaterMark })) {
    signal.throwIfAborted();
    left -= (chunk as Buffer).length;
    // A link may lead to a file of the kernel that does not end.
    if (left < 0) throw new UnfitFile("it is much longer than the system says");
    search.push(chunk as Buffer);
  }
  search.end();
  return hits;
}

const highWaterMark = 256 * 1024;

/** In bytes, while it is read. */
const mayGrowBy = 16 * 1024 * 1024;
