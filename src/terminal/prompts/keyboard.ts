import { setTimeout as delay } from "node:timers/promises";
import { onExit } from "signal-exit";
import { type Awaited, InputParser } from "./input-parser.ts";
import type { InputBurst, InputPiece, KeyListener } from "./key-listener.ts";

/** The input side of a terminal, like `process.stdin`. */
export type KeyboardInput = NodeJS.ReadableStream & {
  readonly isTTY?: boolean;
  setRawMode?(mode: boolean): unknown;
};

const bracketedPaste = { on: "\x1b[?2004h", off: "\x1b[?2004l" };
const showCursor = "\x1b[?25h";

/** Type-ahead ends after this much silence, or at the latest after `atMostMs`. */
const typeAhead = { quietMs: 20, atMostMs: 300 };

/** How long to wait for the rest of a token; a slow connection may split a sequence. */
const waitMs: Readonly<Record<Awaited, number>> = { escape: 50, sequence: 500, paste: 1000 };

/** If the system has not stopped the process by then, it never will. */
const stoppingMs = 50;

/**
 * The keyboard of a terminal in raw mode with marked pastes, while anything listens. It is the terminal's
 * only reader, so a key never reaches a line editor's history. However the process ends, the terminal is
 * restored first.
 */
export class Keyboard {
  readonly #input: KeyboardInput;
  readonly #output: NodeJS.WritableStream;
  readonly #marksPastes: boolean;
  /** A stack: the last one gets all input until it is done. */
  readonly #listeners: KeyListener[] = [];
  #parser = new InputParser();
  #flushing: NodeJS.Timeout | undefined;
  #hasHeard = false;
  #forgetExit = () => {};

  /** @param options.marksPastes - whether the terminal supports bracketed paste */
  constructor(
    { input, output }: { readonly input: KeyboardInput; readonly output: NodeJS.WritableStream },
    options: { readonly marksPastes: boolean },
  ) {
    this.#input = input;
    this.#output = output;
    this.#marksPastes = options.marksPastes;
  }

  /**
   * Gives the keyboard to a listener while `use` runs. Discards type-ahead first: it cannot answer a
   * question not yet shown.
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

  /** Discards input while `work` runs; Ctrl-C still raises SIGINT. */
  async silence<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#input.isTTY !== true) return work();
    // Emitted, since Windows cannot send signals.
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
    // Also after an external stop: meanwhile the shell has set its own mode, which echoes input.
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
    // It may hold part of a paste.
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
    // If an answer in the same read ended the prompt first, Ctrl-C would have nothing to stop.
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

  /** Ctrl-Z: gives the terminal back to the shell, and takes it again on resume. */
  #suspend(): void {
    if (process.platform === "win32") return;
    this.#restore();
    // The whole job, as the terminal would: npx, our parent, has to stop too.
    process.kill(0, "SIGTSTP");
    // Without job control the system ignores the stop; input must not be echoed then.
    setTimeout(this.#onResumed, stoppingMs);
  }

  readonly #onResumed = (): void => {
    if (this.#listeners.length === 0) return;
    // The mode may have changed behind Node's back, so set it again.
    this.#setRawMode(false);
    this.#setRawMode(true);
    this.#markPastes(true);
    this.#listeners.at(-1)?.resumed?.();
  };
}

function isKey(piece: InputPiece, key: string): boolean {
  return piece.kind === "key" && piece.key === key;
}
