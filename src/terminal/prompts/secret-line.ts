import type { InputPiece } from "./input-parser.ts";

/** What a piece of input did to a {@link SecretLine}. */
export type SecretChange =
  | "changed"
  /** Enter: the line may be over, if nothing follows it at once. */
  | "entered"
  /** Ctrl-D with nothing entered. */
  | "left"
  /** Ctrl-V: the person wants to paste, and the terminal did not take it as that. */
  | "wants-paste"
  | "unchanged";

const byImportance: readonly SecretChange[] = ["left", "entered", "wants-paste", "changed"];

/** More than anything that is entered this way; the reader of the text then says it is too long. */
const limit = 64 * 1024;

/**
 * A line that is entered without being shown, kept nowhere else: not in readline, whose history
 * and kill ring would outlive it.
 */
export class SecretLine {
  #text = "";

  /** Everything entered so far, newlines among it. */
  get text(): string {
    return this.#text;
  }

  /** Takes a piece of input in. Answers the most important thing that it did. */
  receive(piece: InputPiece): SecretChange {
    if (piece.kind === "escape") return "unchanged";
    if (piece.kind === "paste") {
      this.#append(piece.text);
      return "changed";
    }
    const changes = new Set<SecretChange>();
    for (const character of piece.text) changes.add(this.#type(character));
    return byImportance.find((change) => changes.has(change)) ?? "unchanged";
  }

  /** Forgets what was entered. */
  clear(): void {
    this.#text = "";
  }

  #type(character: string): SecretChange {
    switch (character) {
      case "\r":
      case "\n":
        this.#append("\n");
        return "entered";
      case "\x7f":
      case "\b":
        this.#text = [...this.#text].slice(0, -1).join("");
        return "changed";
      // A word cannot be told from another when neither is shown, so both clear all of it.
      case "\x15":
      case "\x17":
        this.clear();
        return "changed";
      case "\x04":
        return this.#text === "" ? "left" : "unchanged";
      case "\x16":
        return "wants-paste";
      default:
        if (character < " " && character !== "\t") return "unchanged";
        this.#append(character);
        return "changed";
    }
  }

  #append(text: string): void {
    this.#text = (this.#text + text.replace(/\r\n?/g, "\n")).slice(0, limit);
  }
}
