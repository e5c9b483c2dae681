import { EnteredLine } from "../entered-line.ts";
import type { InputBurst, KeyListener } from "../key-listener.ts";
import { howToPaste, type SecretKind } from "./secret-kinds.ts";

/** Who asks for a hidden text. */
export interface SecretAsker<Value> {
  /** The answer of somebody who tried to paste twice, and nothing came. */
  readonly whenStuck?: Value | undefined;
  /** Called when there is something else to show: told once for all that came in at once. */
  changed(): void;
  stop(): void;
}

/**
 * How long after Enter nothing may follow for the text to be complete. A terminal that does not
 * mark pastes sends a paste of two lines as two lines typed very fast: the second one must not
 * answer the next question, nor the first be taken for the whole.
 */
const quietMs = 100;

/** How many times Enter or Ctrl-V brings nothing until the person is taken to be stuck. */
const emptyTries = 2;

/** Collects a hidden text from the keyboard until it is an answer. Only what is said of it is for showing. */
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

  /** What is entered so far. */
  get text(): string {
    return this.#line.text;
  }

  /** Why what was entered last will not do, as a sentence; empty when nothing is wrong. */
  get problem(): string {
    return this.#problem;
  }

  /** The answer and what is said of it, once there is one. */
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

  /** Forgets the text and tells nothing any more. */
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
