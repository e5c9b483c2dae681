import { EnteredLine } from "../entered-line.ts";
import type { InputBurst, KeyListener } from "../key-listener.ts";
import { howToPaste, type SecretKind } from "./secret-kinds.ts";

/** Hooks of a hidden prompt. */
export interface SecretAsker<Value> {
  /** The answer after two failed attempts to paste. */
  readonly whenStuck?: Value | undefined;
  /** Called when the display must change: once per burst of input. */
  changed(): void;
  stop(): void;
}

/**
 * The text is complete after this much silence following Enter. A terminal that does not mark pastes sends
 * a two-line paste as very fast typing: the second line must not answer the next question, nor the first be
 * taken for the whole.
 */
const quietMs = 100;

/** Consecutive empty Enters or Ctrl-Vs after which the user counts as stuck. */
const emptyTries = 2;

/** Collects hidden text from the keyboard until it is valid. Only notes about it may be shown. */
export class SecretCapture<Value> implements KeyListener {
  readonly kind: SecretKind<Value>;
  readonly #asker: SecretAsker<Value>;
  readonly #line = new EnteredLine();
  #quiet: NodeJS.Timeout | undefined;
  #emptyTries = 0;
  #problem = "";
  #answered: { readonly value: Value; readonly said: string } | undefined;

  constructor(kind: SecretKind<Value>, asker: SecretAsker<Value>) {
    this.kind = kind;
    this.#asker = asker;
  }

  /** Text entered so far. */
  get text(): string {
    return this.#line.text;
  }

  /** Why the last entry is invalid, as a sentence; empty if nothing is wrong. */
  get problem(): string {
    return this.#problem;
  }

  /** The answer and the note to show for it, once known. */
  get answered(): { readonly value: Value; readonly said: string } | undefined {
    return this.#answered;
  }

  receive(burst: InputBurst): void {
    const changes = burst.map((piece) => this.#line.receive(piece));
    const changed = changes.includes("changed");
    if (changes.includes("left")) this.#asker.stop();
    else if (changes.includes("entered") || (changed && this.#quiet !== undefined)) this.#settle();
    else if (changes.includes("wants-paste")) this.#refuse(howToPaste, this.text);
    else if (changed) {
      this.#problem = "";
      this.#asker.changed();
    }
  }

  stop(): void {
    this.#asker.stop();
  }

  resumed(): void {
    this.#asker.changed();
  }

  /** Clears the text and stops reporting changes. */
  close(): void {
    clearTimeout(this.#quiet);
    this.#line.clear();
  }

  #settle(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => {
      this.#quiet = undefined;
      this.#read();
    }, quietMs);
  }

  #read(): void {
    const { text } = this;
    const reading = this.kind.read(text);
    if (reading.outcome === "value") {
      this.#answer(reading.value, this.kind.note(text).text);
    } else {
      this.#line.clear();
      this.#refuse(reading.reason, text);
    }
  }

  #refuse(problem: string, entered: string): void {
    const { whenStuck } = this.#asker;
    this.#emptyTries = entered.trim() === "" ? this.#emptyTries + 1 : 0;
    if (this.#emptyTries >= emptyTries && whenStuck !== undefined) {
      this.#answer(whenStuck, "nothing was pasted");
    } else {
      this.#problem = problem;
      this.#asker.changed();
    }
  }

  #answer(value: Value, said: string): void {
    this.#answered = { value, said };
    this.#asker.changed();
  }
}
