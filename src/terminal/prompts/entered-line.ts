import type { InputPiece } from "./key-listener.ts";

/** What a piece of input did to an {@link EnteredLine}. */
export type LineChange =
  | "changed"
  /** Enter: the line may be over, if nothing follows it at once. */
  | "entered"
  /** Ctrl-D with nothing entered. */
  | "left"
  /** Ctrl-V: the person wants to paste, and the terminal did not take it as that. */
  | "wants-paste"
  | "unchanged";

/** More than anything that is entered this way; the reader of the text then says it is too long. */
const limit = 64 * 1024;

/**
 * What is entered at a question, kept nowhere else: not in readline, whose history and kill ring
 * would outlive a secret.
 */
export class EnteredLine {
  #text = "";

  /** Everything entered so far, newlines among it. */
  get text(): string {
    return this.#text;
  }

  receive(piece: InputPiece): LineChange {
    if (piece.kind !== "key") return this.#append(piece.text);
    switch (piece.key) {
      case "enter":
        this.#append("\n");
        return "entered";
      case "tab":
        return this.#append("\t");
      case "backspace":
        this.#text = [...this.#text].slice(0, -1).join("");
        return "changed";
      // A word cannot be told from another when neither is shown, so both clear all of it.
      case "ctrl-u":
      case "ctrl-w":
        this.clear();
        return "changed";
      case "ctrl-d":
        return this.#text === "" ? "left" : "unchanged";
      case "ctrl-v":
        return "wants-paste";
      default:
        return "unchanged";
    }
  }

  /** Forgets what was entered. */
  clear(): void {
    this.#text = "";
  }

  #append(text: string): "changed" {
    this.#text = (this.#text + text).slice(0, limit);
    return "changed";
  }
}
