import { closeSync, fstatSync, statSync, writeSync } from "node:fs";
import type { TerminalStream } from "./terminal-output.ts";

/** A standard file descriptor. */
export type StandardDescriptor = 0 | 1 | 2;

/** Whether a descriptor of this process is a terminal. */
export function isTerminal(descriptor: StandardDescriptor): boolean {
  return (process.platform === "win32" || mayBeTerminal(descriptor)) && isatty(descriptor);
}

/** Loads node:tty lazily: it pulls in all network streams, which a pipe or a file does not need. */
function isatty(descriptor: number): boolean {
  return process.getBuiltinModule("node:tty").isatty(descriptor);
}

/**
 * Closes descriptors whose terminal window is gone, just before the process exits. On exit Node restores
 * terminal modes and aborts if a terminal is gone, leaving a core dump that may hold a key (Node 20 to 24,
 * ResetStdio in src/node.cc); it skips closed descriptors.
 *
 * @param terminals - descriptors that were terminals at startup
 * @returns whether any was closed
 */
export function closeLostTerminals(terminals: readonly StandardDescriptor[]): boolean {
  if (process.platform === "win32") return false;
  const lost = terminals.filter((fd) => mayBeTerminal(fd) && !isatty(fd));
  for (const fd of lost) closeSync(fd);
  return lost.length > 0;
}

/** Whether it is a character device other than /dev/null. */
function mayBeTerminal(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    const nothing = statSync("/dev/null", { throwIfNoEntry: false });
    return stats.isCharacterDevice() && stats.rdev !== nothing?.rdev;
  } catch {
    // The parent process closed it.
    return false;
  }
}

/**
 * Standard output or standard error. Opens Node's stream only if needed, for a terminal or a slow reader:
 * opening one takes longer than writing an answer.
 */
export class StandardStream implements TerminalStream {
  readonly #descriptor: 1 | 2;
  readonly #onLoss: (error: NodeJS.ErrnoException) => void;
  #opened: NodeJS.WriteStream | undefined;

  /** @param onLoss - called when a write fails, because the disk is full for example */
  constructor(descriptor: 1 | 2, onLoss: (error: NodeJS.ErrnoException) => void = () => {}) {
    this.#descriptor = descriptor;
    this.#onLoss = onLoss;
  }

  get isTTY(): boolean {
    return isTerminal(this.#descriptor);
  }

  /** Node's own stream. */
  get stream(): NodeJS.WriteStream {
    if (this.#opened === undefined) {
      this.#opened = this.#descriptor === 1 ? process.stdout : process.stderr;
      this.#opened.on("error", (error: NodeJS.ErrnoException) => {
        if (!isReaderGone(error)) this.#onLoss(error);
      });
    }
    return this.#opened;
  }

  /** Node's stream, if it was opened. */
  get opened(): NodeJS.WriteStream | undefined {
    return this.#opened;
  }

  /** Terminal width; `undefined` if this is not a terminal. */
  get columns(): number | undefined {
    return this.isTTY ? this.stream.columns : undefined;
  }

  write(text: string): boolean {
    if (this.#opened !== undefined || this.isTTY) return this.stream.write(text);
    const rest = this.#writeNow(Buffer.from(text));
    return rest.length === 0 || this.stream.write(rest);
  }

  /** Writes what the kernel accepts now and returns the rest. */
  #writeNow(bytes: Buffer): Buffer {
    let rest = bytes;
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(this.#descriptor, rest));
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (error.code === "EAGAIN") return rest;
      if (!isReaderGone(error)) this.#onLoss(error);
      return rest.subarray(rest.length);
    }
    return rest;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

/** A reader (`| head`) may close the pipe early; that is not a failure. */
function isReaderGone({ code }: NodeJS.ErrnoException): boolean {
  // EIO: the terminal is gone; SIGHUP ends the program.
  return code === "EPIPE" || code === "EIO";
}
