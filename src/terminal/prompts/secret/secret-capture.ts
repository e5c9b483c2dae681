import { EnteredLine } from "../entered-line.ts";
import type { InputBurst, KeyListener } from "../key-listener.ts";

/** What a {@link SecretCapture} tells of what is entered. */
export interface SecretWatcher {
  /** Something was entered or taken back; told once for all that came in at once. */
  changed(): void;
  /** The text is complete. */
  entered(): void;
  /** The person pressed Ctrl-V, and the terminal did not paste. */
  wantsPaste(): void;
  /** The person tried to paste twice, and nothing came: told instead of the second one of the two above. */
  stuck?: (() => void) | undefined;
}

/**
 * How long after Enter nothing may follow for the text to be complete. A terminal that does not
 * mark pastes sends a paste of two lines as two lines typed very fast: the second one must not
 * answer the next question, nor the first be taken for the whole.
 */
const quietMs = 100;

/** How many times Enter or Ctrl-V brings nothing until the person is taken to be stuck. */
const emptyTries = 2;

/** Collects a hidden text from the keyboard, and tells a watcher what happens without what it is. */
export class SecretCapture implements KeyListener {
  readonly #line = new EnteredLine();
  readonly #watcher: SecretWatcher;
  readonly #stop: () => void;
  #quiet: NodeJS.Timeout | undefined;
  #emptyTries = 0;

  constructor(watcher: SecretWatcher, stop: () => void) {
    this.#watcher = watcher;
    this.#stop = stop;
  }

  /** What is entered so far. */
  get text(): string {
    return this.#line.text;
  }

  receive(burst: InputBurst): void {
    const changes = burst.map((piece) => this.#line.receive(piece));
    if (changes.includes("left")) this.#stop();
    else if (changes.includes("entered") || (changes.includes("changed") && this.#quiet !== undefined))
      this.#settle();
    else if (changes.includes("wants-paste")) this.#tellTry(() => this.#watcher.wantsPaste());
    else if (changes.includes("changed")) this.#watcher.changed();
  }

  stop(): void {
    this.#stop();
  }

  resumed(): void {
    this.#watcher.changed();
  }

  /** Forgets the text, so that it can be entered anew. */
  clear(): void {
    this.#line.clear();
  }

  /** Forgets the text and tells nothing any more. */
  close(): void {
    clearTimeout(this.#quiet);
    this.clear();
  }

  #settle(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => {
      this.#quiet = undefined;
      this.#tellTry(() => this.#watcher.entered());
    }, quietMs);
  }

  #tellTry(tell: () => void): void {
    this.#emptyTries = this.text.trim() === "" ? this.#emptyTries + 1 : 0;
    const { stuck } = this.#watcher;
    if (this.#emptyTries < emptyTries || stuck === undefined) tell();
    else stuck();
  }
}
