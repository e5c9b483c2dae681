import { closeSync, fstatSync, statSync, writeSync } from "node:fs";
import type { TerminalStream } from "./terminal-output.ts";

/** A descriptor that every process starts with. */
export type StandardDescriptor = 0 | 1 | 2;

/** Whether a descriptor of this process is a terminal. */
export function isTerminal(descriptor: StandardDescriptor): boolean {
  return (process.platform === "win32" || mayBeTerminal(descriptor)) && isatty(descriptor);
}

/** Loads node:tty, which brings all of Node's network streams along; a pipe or a file does not need it. */
function isatty(descriptor: number): boolean {
  return process.getBuiltinModule("node:tty").isatty(descriptor);
}

/**
 * Closes what was a terminal until its window was closed, just before the process ends. Node puts
 * the modes of its terminals back then, and aborts when one is gone, with a core dump in which a key
 * may be (Node 20 to 24, ResetStdio in src/node.cc); of what is closed it knows that it is.
 *
 * @param terminals - those that were one when the program started
 * @returns whether there was one
 */
export function closeLostTerminals(terminals: readonly StandardDescriptor[]): boolean {
  if (process.platform === "win32") return false;
  const lost = terminals.filter((fd) => mayBeTerminal(fd) && !isatty(fd));
  for (const fd of lost) closeSync(fd);
  return lost.length > 0;
}

/** Whether it is a character device, and not the one that swallows everything. */
function mayBeTerminal(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    const nothing = statSync("/dev/null", { throwIfNoEntry: false });
    return stats.isCharacterDevice() && stats.rdev !== nothing?.rdev;
  } catch {
    // It was closed by whoever started this process.
    return false;
  }
}

/**
 * Standard output or standard error. Node's stream is opened only where it is needed, on a terminal
 * or when a reader is slow: opening one takes longer than writing an answer.
 */
export class StandardStream implements TerminalStream {
  readonly #descriptor: 1 | 2;
  readonly #onLoss: (error: NodeJS.ErrnoException) => void;
  #opened: NodeJS.WriteStream | undefined;

  /** @param onLoss - told when something could not be written, because the disk is full say */
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

  /** Node's own stream, when something was written to it. */
  get opened(): NodeJS.WriteStream | undefined {
    return this.#opened;
  }

  /** The width of the terminal; `undefined` where this is none. */
  get columns(): number | undefined {
    return this.isTTY ? this.stream.columns : undefined;
  }

  write(text: string): boolean {
    if (this.#opened !== undefined || this.isTTY) return this.stream.write(text);
    const rest = this.#writeNow(Buffer.from(text));
    return rest.length === 0 || this.stream.write(rest);
  }

  /** Writes what the system takes at once, and gives back what it does not. */
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

/** A reader that has seen enough (`| head`) closes the pipe; that is its choice, not a failure. */
function isReaderGone({ code }: NodeJS.ErrnoException): boolean {
  // EIO: the terminal itself is gone; the hang-up signal ends the program then.
  return code === "EPIPE" || code === "EIO";
}
