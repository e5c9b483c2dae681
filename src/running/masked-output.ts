import type { ChildProcess } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ApiKey } from "../keys/api-key.ts";
import { Redactor } from "./redactor.ts";
import { type ProgramOptions, runProgram } from "./start-program.ts";

/**
 * Opens two FIFOs, to mask a child's output. Node would give the child sockets, which differ: a program
 * cannot open a socket as `/dev/stdout`, and once its reader is gone it gets "connection reset" where it
 * expects to be killed quietly. Without `mkfifo`, falls back to sockets.
 */
export async function openMaskedOutput(key: ApiKey, options: Pick<ProgramOptions, "env" | "signal">) {
  const pipes = process.platform === "win32" ? [] : await makePipes(options);
  const closeWriteEnds = () => {
    for (const { writeEnd } of pipes.splice(0)) closeSync(writeEnd);
  };
  const readEnds = pipes.map(({ readEnd }) => readEnd);
  return {
    /** The child's `stdio` entries for stdout and stderr. */
    writeEnds: pipes.length === 0 ? (["pipe", "pipe"] as const) : pipes.map(({ writeEnd }) => writeEnd),
    /** Passes the child's output on, masked, until no writer has it open or the reader is gone. */
    passOn: async (child: ChildProcess, to: readonly [stdout: Writable, stderr: Writable]) => {
      // The child has them now; kept open here, they would prevent EOF.
      closeWriteEnds();
      const from = readEnds.length === 0 ? [child.stdout, child.stderr] : readEnds;
      await Promise.all(to.map((stream, index) => maskOutput(from[index], key, stream)));
    },
    close: () => {
      closeWriteEnds();
      for (const readEnd of readEnds) readEnd.destroy();
    },
  };
}

async function maskOutput(from: Readable | null | undefined, key: ApiKey, to: Writable): Promise<void> {
  if (!from) return;
  try {
    await pipeline(from, new Redactor(key), to, { end: false });
  } catch (error) {
    // The child's next write then fails, as it would with nothing in between.
    from.destroy();
    // The reader is gone, or the disk is full; whoever opened the stream reports the latter.
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

async function makePipes({ env, signal }: Pick<ProgramOptions, "env" | "signal">) {
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), "mistral-key-"));
    const paths = [join(folder, "1"), join(folder, "2")];
    const { platform } = process;
    await runProgram("mkfifo", ["-m", "600", ...paths], { env, platform, signal, timeLimitMs: 5000 });
    return paths.map(openBothEnds);
  } catch {
    signal?.throwIfAborted();
    return [];
  } finally {
    // Open ends need no name.
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function openBothEnds(path: string) {
  // Without O_NONBLOCK opening would wait for the other end.
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeEnd = openSync(path, constants.O_WRONLY);
  return { writeEnd, readEnd: new Socket({ fd: readEnd, readable: true, writable: false }) };
}
