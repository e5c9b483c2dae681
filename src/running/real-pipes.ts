import { execFile } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";

/** One end for the child to write to, the other to read from. */
export interface RealPipe {
  /** To be closed here as soon as the child has it. */
  readonly writeEnd: number;
  readonly readEnd: Readable;
}

/**
 * Makes pipes of the system. Node gives a child sockets instead, which are not quite the same: a
 * program that opens `/dev/stdout` cannot open a socket, and one whose reader has left is told
 * "connection reset" where it expects to be ended quietly.
 *
 * @returns `undefined` where the system cannot make them this way; sockets will have to do
 */
export async function makePipes(count: number): Promise<readonly RealPipe[] | undefined> {
  if (process.platform === "win32") return undefined;
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), "mistral-key-"));
    const paths = Array.from({ length: count }, (_, index) => join(folder ?? "", String(index)));
    await promisify(execFile)("mkfifo", ["-m", "600", ...paths]);
    return paths.map(openBothEnds);
  } catch {
    return undefined;
  } finally {
    // Open ends need no name.
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function openBothEnds(path: string): RealPipe {
  // Without O_NONBLOCK opening would wait for the other end.
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeEnd = openSync(path, constants.O_WRONLY);
  return { writeEnd, readEnd: new Socket({ fd: readEnd, readable: true, writable: false }) };
}

/** Closes the ends that the child has now, so that reading ends when the child does. */
export function closeWriteEnds(pipes: readonly RealPipe[]): void {
  for (const { writeEnd } of pipes) closeSync(writeEnd);
}
