import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, type Stats } from "node:fs";
import { codeOf, UnfitFile } from "./file-errors.ts";

// Absent on Windows. O_NONBLOCK: opening a named pipe must not block.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/** A file's content, and its stats at the time of opening. */
export interface FileContent {
  readonly bytes: Buffer;
  readonly stats: Stats;
}

/** How to read a file. */
export interface ReadingOptions {
  /** Whether to follow a symbolic link at the path itself. */
  readonly links: "followed" | "refused";
  /** The maximum length, in bytes. */
  readonly longest: number;
}

const ofOthers: ReadingOptions = { links: "followed", longest: 1024 * 1024 };

/**
 * Reads a small file that another user may have put there. Never blocks: a pipe, device or folder is
 * refused.
 *
 * @param check - inspects the opened file before it is read; throws to refuse it
 * @throws UnfitFile when it is not a regular file or too long; the system's error
 */
export function readSmallFile(
  path: string,
  { links, longest } = ofOthers,
  check: (stats: Stats) => void = () => {},
): FileContent {
  const descriptor = openToRead(path, links);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new UnfitFile("it is not an ordinary file");
    check(stats);
    refuseLonger(stats.size, longest);
    const bytes = readFileSync(descriptor);
    // The system reports no size for files it generates, as in /proc.
    refuseLonger(bytes.length, longest);
    return { bytes, stats };
  } finally {
    closeSync(descriptor);
  }
}

/** The text of a small file; empty when it cannot be read for any reason. */
export function readTextIfThere(path: string): string {
  try {
    return readSmallFile(path).bytes.toString();
  } catch {
    return "";
  }
}

/** How long to wait for a writer to open a pipe, in milliseconds. */
const writerLimitMs = 2000;
const pauseMs = 10;

/**
 * Reads a small file or a pipe that the user names, such as `<(pass show …)`. A pipe is read to its end,
 * however slow the writer; without a writer, it gives up.
 *
 * @param signal - aborts the wait
 * @throws UnfitFile, the system's error, or the signal's reason
 */
export async function readFileOrPipe(path: string, longest: number, signal: AbortSignal): Promise<Buffer> {
  const descriptor = openToRead(path, "followed");
  try {
    if (!fstatSync(descriptor).isFIFO()) return readSmallFile(path, { links: "followed", longest }).bytes;
    const chunks: Buffer[] = [];
    let length = 0;
    for (let waited = 0; ; waited += pauseMs) {
      const chunk = readWhatIsThere(descriptor);
      if (chunk?.length === 0 && (length > 0 || waited >= writerLimitMs)) break;
      if (chunk === undefined || chunk.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        signal.throwIfAborted();
        continue;
      }
      length += chunk.length;
      refuseLonger(length, longest);
      chunks.push(chunk);
    }
    if (length === 0) throw new UnfitFile("it is a pipe that nobody writes into");
    return Buffer.concat(chunks);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * What a pipe holds now: empty at its end and before a writer opens it, `undefined` while the writer may
 * send more.
 */
function readWhatIsThere(descriptor: number): Buffer | undefined {
  const chunk = Buffer.alloc(64 * 1024);
  try {
    return chunk.subarray(0, readSync(descriptor, chunk));
  } catch (error) {
    if (codeOf(error) === "EAGAIN") return undefined;
    throw error;
  }
}

function openToRead(path: string, links: ReadingOptions["links"]): number {
  return openSync(path, O_RDONLY | O_NONBLOCK | (links === "refused" ? O_NOFOLLOW : 0));
}

function refuseLonger(length: number, longest: number): void {
  if (length > longest) throw new UnfitFile("it is too large");
}
