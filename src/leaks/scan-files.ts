import { constants, createReadStream } from "node:fs";
import { lstat, stat } from "node:fs/promises";
import type { Leak, LeakPlace } from "./leak.ts";
import type { LeakPatterns } from "./leak-pattern.ts";
import { LeakStream } from "./leak-stream.ts";

// Absent on Windows.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/** A file to look into, and how to name a spot of it. */
export interface FileToScan {
  readonly path: string;
  /** A link is passed over, since git keeps the link and not what it leads to. */
  readonly followLinks: boolean;
  place(line: number): LeakPlace;
}

/**
 * Looks into files, a few at a time. One that is gone, is no ordinary file or cannot be read is
 * passed over; `unread` counts those that could not be read.
 */
export async function scanFiles(
  files: readonly FileToScan[],
  patterns: LeakPatterns,
  signal: AbortSignal,
): Promise<{ readonly leaks: readonly Leak[]; readonly unread: number; readonly complete: boolean }> {
  const leaks: (readonly Leak[])[] = [];
  let unread = 0;
  let next = 0;
  const work = async (): Promise<void> => {
    for (let file = files[next]; file !== undefined && !signal.aborted; file = files[next]) {
      const index = next;
      next += 1;
      try {
        leaks[index] = await scanFile(file, patterns, signal);
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) unread += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return { leaks: leaks.flat(), unread, complete: !signal.aborted };
}

async function scanFile(file: FileToScan, patterns: LeakPatterns, signal: AbortSignal): Promise<Leak[]> {
  const stats = await (file.followLinks ? stat : lstat)(file.path);
  if (!stats.isFile()) return [];
  const flags = O_RDONLY | O_NONBLOCK | (file.followLinks ? 0 : O_NOFOLLOW);
  const stream = createReadStream(file.path, {
    flags: flags as unknown as string,
    highWaterMark: 256 * 1024,
    signal,
  });
  const search = new LeakStream(patterns);
  const hits = [];
  for await (const chunk of stream) hits.push(...search.push(chunk as Buffer));
  hits.push(...search.end());
  return hits.map(({ wanted, encoding, line }) => ({ wanted, encoding, place: file.place(line) }));
}
