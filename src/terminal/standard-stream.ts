import { isatty } from "node:tty";
import type { TerminalStream } from "./terminal-output.ts";

/**
 * Standard output or standard error, opened when it is first written to: opening one takes Node
 * about a millisecond, and most commands need only one of them.
 */
export class StandardStream implements TerminalStream {
  readonly #descriptor: 1 | 2;
  readonly #open: () => NodeJS.WriteStream;
  #opened: NodeJS.WriteStream | undefined;

  /**
   * @param descriptor - 1 or 2
   * @param open - gives Node's stream for it
   */
  constructor(descriptor: 1 | 2, open: () => NodeJS.WriteStream) {
    this.#descriptor = descriptor;
    this.#open = open;
  }

  get isTTY(): boolean {
    return isatty(this.#descriptor);
  }

  /** Node's own stream. */
  get stream(): NodeJS.WriteStream {
    if (this.#opened === undefined) {
      this.#opened = this.#open();
      this.#opened.on("error", ignoreClosedPipe);
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
    return this.stream.write(text);
  }
}

/** A reader that has seen enough (`| head`) closes the pipe; that is its choice, not a failure. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  // EIO: the terminal itself is gone; the hang-up signal ends the program then.
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
}
