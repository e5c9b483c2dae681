import { isatty } from "node:tty";
import type { TerminalStream } from "./terminal-output.ts";

/**
 * Standard output or standard error, opened when it is first written to: opening one takes Node
 * about a millisecond, and most commands need only one of them.
 */
export class StandardStream implements TerminalStream {
  readonly #descriptor: 1 | 2;
  readonly #open: () => NodeJS.WriteStream;
  readonly #onLoss: (error: NodeJS.ErrnoException) => void;
  #opened: NodeJS.WriteStream | undefined;

  /**
   * @param descriptor - 1 or 2
   * @param open - gives Node's stream for it
   * @param onLoss - told when something could not be written, because the disk is full say
   */
  constructor(
    descriptor: 1 | 2,
    open: () => NodeJS.WriteStream,
    onLoss: (error: NodeJS.ErrnoException) => void = () => {},
  ) {
    this.#descriptor = descriptor;
    this.#open = open;
    this.#onLoss = onLoss;
  }

  get isTTY(): boolean {
    return isatty(this.#descriptor);
  }

  /** Node's own stream. */
  get stream(): NodeJS.WriteStream {
    if (this.#opened === undefined) {
      this.#opened = this.#open();
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
    return this.stream.write(text);
  }
}

/** A reader that has seen enough (`| head`) closes the pipe; that is its choice, not a failure. */
function isReaderGone({ code }: NodeJS.ErrnoException): boolean {
  // EIO: the terminal itself is gone; the hang-up signal ends the program then.
  return code === "EPIPE" || code === "EIO";
}
