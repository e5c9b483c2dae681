/** The end of the time for something that is awaited; can be put off, which `AbortSignal.timeout` cannot. */
export class TimeLimit {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  /** @param ms - milliseconds from now */
  constructor(ms: number) {
    this.restart(ms);
  }

  /** Aborted when the time is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Gives it this many milliseconds from now, whatever was left. Does not keep the process alive. */
  restart(ms: number): void {
    this.stop();
    this.#timer = setTimeout(() => {
      this.#controller.abort(new DOMException("Nobody answered in time.", "TimeoutError"));
    }, ms).unref();
  }

  /** Lets it never end. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
