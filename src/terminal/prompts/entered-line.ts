import type { InputPiece } from "./key-listener.ts";

/** What a piece of input did to an {@link EnteredLine}. */
export type LineChange =
  | "changed"
  /** Enter: the line is complete if nothing follows at once. */
  | "entered"
  /** Ctrl-D on an empty line. */
  | "left"
  /** Ctrl-V: an attempt to paste that the terminal passed through. */
  | "wants-paste"
  | "unchanged";

/** In characters, more than any real input; the rest is dropped. */
const limit = 64 * 1024;

/** The text entered at a prompt, kept only here: readline's history and kill ring would outlive a secret. */
export class EnteredLine {
  #text = "";

  /** Text entered so far, newlines included. */
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
      // Hidden input shows no words, so both clear everything.
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

  /** Clears the entered text. */
  clear(): void {
    this.#text = "";
  }

  #append(text: string): "changed" {
    this.#text = (this.#text + text).slice(0, limit);
    return "changed";
  }
}
