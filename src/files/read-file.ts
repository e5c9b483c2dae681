import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, type Stats } from "node:fs";
import { codeOf, UnfitFile } from "./file-errors.ts";

// Absent on Windows. O_NONBLOCK keeps a named pipe from holding us up.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/** A file that was read, as it was when it was opened. */
export interface FileContent {
  readonly bytes: Buffer;
  readonly stats: Stats;
}

/** How to read a file. */
export interface ReadingOptions {
  /** Whether a link in the file's own place is followed. */
  readonly links: "followed" | "refused";
  /** The greatest length, in bytes. */
  readonly longest: number;
}

const ofOthers: ReadingOptions = { links: "followed", longest: 1024 * 1024 };

/**
 * Reads a small file that somebody else may have put there. It waits for nobody: a pipe, a device or
 * a folder is refused, whatever would come out of it.
 *
 * @param check - looks at what was opened before it is read, and throws to refuse it
 * @throws UnfitFile for something else than a file, and one that is too long; the error of the system
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
    // The system tells no size of what it makes up itself, as in /proc.
    refuseLonger(bytes.length, longest);
    return { bytes, stats };
  } finally {
    closeSync(descriptor);
  }
}

/** The text of a small file, or nothing where it cannot be read for whatever reason. */
export function readTextIfThere(path: string): string {
  try {
    return readSmallFile(path).bytes.toString();
  } catch {
    return "";
  }
}

/** Milliseconds in which somebody has to open a pipe to write into it. */
const writerLimitMs = 2000;
const pauseMs = 10;

/**
 * Reads a small file or a pipe that a person names, as in `<(pass show …)`. A pipe is read to its
 * end, however long its writer takes, and given up when nobody comes to write.
 *
 * @param signal - ends the wait
 * @throws UnfitFile, the error of the system, or the reason of the signal
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

/** What a pipe holds now: nothing at its end or before somebody has opened it to write, `undefined` when its writer has more to say. */
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
