import { setTimeout as delay } from "node:timers/promises";
import { onExit } from "signal-exit";
import { type Awaited, InputParser } from "./input-parser.ts";
import type { InputBurst, InputPiece, KeyListener } from "./key-listener.ts";

/** The input side of a terminal, as `process.stdin` is. */
export type KeyboardInput = NodeJS.ReadableStream & {
  readonly isTTY?: boolean;
  setRawMode?(mode: boolean): unknown;
};

const bracketedPaste = { on: "\x1b[?2004h", off: "\x1b[?2004l" };
const showCursor = "\x1b[?25h";

/** How long nothing may come before what was typed ahead counts as over, and how long that may take. */
const typeAhead = { quietMs: 20, atMostMs: 300 };

/** How long to wait for the rest of what has begun; a sequence may come in pieces over a slow connection. */
const waitMs: Readonly<Record<Awaited, number>> = { escape: 50, sequence: 500, paste: 1000 };

/** When the system has not stopped the program by then, it does not stop it at all. */
const stoppingMs = 50;

/**
 * The keyboard of a terminal, for as long as somebody listens to it: not echoed, unbuffered, with
 * marked pastes. It is the only reader of the terminal, so that a key never reaches a line editor
 * that would keep it in its history. However the program ends, the terminal is put back first.
 */
export class Keyboard {
  readonly #input: KeyboardInput;
  readonly #output: NodeJS.WritableStream;
  readonly #marksPastes: boolean;
  /** The last one gets everything; the ones before it wait until it is done. */
  readonly #listeners: KeyListener[] = [];
  #parser = new InputParser();
  #flushing: NodeJS.Timeout | undefined;
  #hasHeard = false;
  #forgetExit = () => {};

  /** @param options.marksPastes - whether the terminal can be asked to mark where a paste begins and ends */
  constructor(
    { input, output }: { readonly input: KeyboardInput; readonly output: NodeJS.WritableStream },
    options: { readonly marksPastes: boolean },
  ) {
    this.#input = input;
    this.#output = output;
    this.#marksPastes = options.marksPastes;
  }

  /**
   * Gives the keyboard to a listener while `use` runs. What was typed before is thrown away first:
   * it was not an answer to a question nobody had seen.
   */
  async listen<Result>(listener: KeyListener, use: () => Promise<Result>): Promise<Result> {
    if (this.#listeners.length === 0) this.#take();
    try {
      await this.#dropTypeAhead(listener);
      this.#listeners.push(listener);
      try {
        return await use();
      } finally {
        this.#listeners.splice(this.#listeners.indexOf(listener), 1);
      }
    } finally {
      if (this.#listeners.length === 0) this.#release();
    }
  }

  /** Drops what is typed while `work` runs; Ctrl-C does what it does without us. */
  async silence<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#input.isTTY !== true) return work();
    // Windows has no signals to send, only listeners.
    const interrupt = () => process.emit("SIGINT", "SIGINT");
    return this.listen({ receive: () => {}, stop: interrupt }, work);
  }

  async #dropTypeAhead(listener: KeyListener): Promise<void> {
    const dropping: KeyListener = { receive: () => {}, stop: () => listener.stop() };
    this.#listeners.push(dropping);
    const end = performance.now() + typeAhead.atMostMs;
    do {
      this.#hasHeard = false;
      await delay(typeAhead.quietMs);
    } while (this.#hasHeard && performance.now() < end);
    this.#listeners.splice(this.#listeners.indexOf(dropping), 1);
  }

  #take(): void {
    this.#parser = new InputParser();
    this.#forgetExit = onExit(() => this.#restore());
    this.#input.on("data", this.#onData);
    for (const event of ["end", "close", "error"] as const) this.#input.on(event, this.#onGone);
    // Also after a stop that came from elsewhere: the shell has set its own mode meanwhile, which shows what is typed.
    if (process.platform !== "win32") process.on("SIGCONT", this.#onResumed);
    this.#input.setRawMode?.(true);
    this.#markPastes(true);
    this.#input.resume();
  }

  #release(): void {
    clearTimeout(this.#flushing);
    this.#forgetExit();
    this.#input.off("data", this.#onData);
    for (const event of ["end", "close", "error"] as const) this.#input.off(event, this.#onGone);
    process.off("SIGCONT", this.#onResumed);
    this.#input.pause();
    this.#markPastes(false);
    this.#setRawMode(false);
    // It may hold the beginning of what was pasted.
    this.#parser = new InputParser();
  }

  #restore(): void {
    this.#markPastes(false);
    if (this.#marksPastes) this.#output.write(showCursor);
    this.#setRawMode(false);
  }

  #markPastes(on: boolean): void {
    if (this.#marksPastes) this.#output.write(on ? bracketedPaste.on : bracketedPaste.off);
  }

  #setRawMode(mode: boolean): void {
    try {
      this.#input.setRawMode?.(mode);
    } catch {
      // The terminal is gone, and its mode with it.
    }
  }

  readonly #onGone = (): void => {
    this.#listeners.at(-1)?.stop();
  };

  readonly #onData = (chunk: Buffer | string): void => {
    clearTimeout(this.#flushing);
    this.#hasHeard = true;
    this.#deliver(this.#parser.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk));
    const { awaited } = this.#parser;
    if (awaited === undefined || this.#listeners.length === 0) return;
    this.#flushing = setTimeout(() => this.#deliver(this.#parser.flush()), waitMs[awaited]);
  };

  #deliver(burst: InputBurst): void {
    // An answer that comes in one read with Ctrl-C would end its question, and Ctrl-C would find nothing to stop.
    if (burst.some((piece) => isKey(piece, "ctrl-c"))) {
      this.#listeners.at(-1)?.stop();
      return;
    }
    const at = burst.findIndex((piece) => isKey(piece, "ctrl-z"));
    const before = at === -1 ? burst : burst.slice(0, at);
    if (before.length > 0) this.#listeners.at(-1)?.receive(before);
    if (at === -1) return;
    this.#suspend();
    this.#deliver(burst.slice(at + 1));
  }

  /** Ctrl-Z: gives the shell its terminal back, and takes it again when the program is resumed. */
  #suspend(): void {
    if (process.platform === "win32") return;
    this.#restore();
    // The whole job, as the terminal itself would: npx, which started this program, has to stop too.
    process.kill(0, "SIGTSTP");
    // Where no shell does job control the system ignores the stop; what is typed must not show then.
    setTimeout(this.#onResumed, stoppingMs);
  }

  readonly #onResumed = (): void => {
    if (this.#listeners.length === 0) return;
    // The mode may have been changed behind Node's back, so it is set again.
    this.#setRawMode(false);
    this.#setRawMode(true);
    this.#markPastes(true);
    this.#listeners.at(-1)?.resumed?.();
  };
}

function isKey(piece: InputPiece, key: string): boolean {
  return piece.kind === "key" && piece.key === key;
}
