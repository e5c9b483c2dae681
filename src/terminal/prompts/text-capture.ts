import type { InputBurst, InputPiece, KeyListener } from "./key-listener.ts";

/** What texts are asked for, and what they mean. */
export interface TextKind<Value> {
  /** Reads a text, complete or not. */
  read(text: string): TextReading<Value>;
}

/** A value, or why the text was refused, as a sentence. */
export type TextReading<Value> =
  | {
      readonly outcome: "value";
      readonly value: Value;
      /** Describes a hidden text. */
      readonly note?: string;
      /** Whether the note is a warning. */
      readonly unusual?: boolean;
      /** Whether a hidden text is a command, not a secret. */
      readonly command?: boolean;
    }
  | { readonly outcome: "refused"; readonly reason: string };

interface TextAsker<Value> {
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

/** In characters, more than any real input; the rest is dropped. */
const limit = 64 * 1024;

/** Shown if Ctrl-V reached the program instead of pasting. */
const howToPaste =
  "Ctrl+V did not paste here. Use your terminal's own way: Ctrl+Shift+V or Shift+Insert, Cmd+V on a Mac, a right click on Windows.";

/**
 * Collects text from the keyboard until it is valid. The text is kept only here: readline's history and kill
 * ring would outlive a secret.
 */
export class TextCapture<Value> implements KeyListener {
  readonly #kind: TextKind<Value>;
  readonly #asker: TextAsker<Value>;
  #quiet: NodeJS.Timeout | undefined;
  #emptyTries = 0;
  /** Text entered so far, newlines included. */
  text = "";
  /** Why the last entry is invalid, as a sentence; empty if nothing is wrong. */
  problem = "";
  answered: { readonly value: Value; readonly note: string } | undefined;

  constructor(kind: TextKind<Value>, asker: TextAsker<Value>) {
    this.#kind = kind;
    this.#asker = asker;
  }

  receive(burst: InputBurst): void {
    const changes = burst.map((piece) => this.#apply(piece));
    const changed = changes.includes("changed");
    if (changes.includes("left")) this.#asker.stop();
    else if (changes.includes("entered") || (changed && this.#quiet !== undefined)) this.#settle();
    else if (changes.includes("wants-paste")) this.#refuse(howToPaste, this.text);
    else if (changed) {
      this.problem = "";
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
    this.text = "";
  }

  #apply(piece: InputPiece): "changed" | "entered" | "left" | "wants-paste" | undefined {
    if (piece.kind !== "key") return this.#append(piece.text);
    switch (piece.key) {
      case "enter":
        this.#append("\n");
        return "entered";
      case "tab":
        return this.#append("\t");
      case "backspace":
        this.text = [...this.text].slice(0, -1).join("");
        return "changed";
      // Hidden input shows no words, so both clear everything.
      case "ctrl-u":
      case "ctrl-w":
        this.text = "";
        return "changed";
      case "ctrl-d":
        return this.text === "" ? "left" : undefined;
      case "ctrl-v":
        return "wants-paste";
      default:
        return undefined;
    }
  }

  #append(text: string): "changed" {
    this.text = (this.text + text).slice(0, limit);
    return "changed";
  }

  #settle(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => {
      this.#quiet = undefined;
      this.#read();
    }, quietMs);
  }

  #read(): void {
    const text = this.text;
    const reading = this.#kind.read(text);
    if (reading.outcome === "value") {
      this.#answer(reading.value, reading.note);
    } else {
      this.text = "";
      this.#refuse(reading.reason, text);
    }
  }

  #refuse(problem: string, entered: string): void {
    const { whenStuck } = this.#asker;
    this.#emptyTries = entered.trim() === "" ? this.#emptyTries + 1 : 0;
    if (this.#emptyTries >= emptyTries && whenStuck !== undefined) {
      this.#answer(whenStuck, "nothing was pasted");
    } else {
      this.problem = problem;
      this.#asker.changed();
    }
  }

  #answer(value: Value, note = ""): void {
    this.problem = "";
    this.answered = { value, note };
    this.#asker.changed();
  }
}
