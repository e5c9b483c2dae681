/** A piece of what a terminal sends. */
export type InputPiece =
  /** Typed characters, control characters among them; also pasted ones where the terminal marks no pastes. */
  | { readonly kind: "text"; readonly text: string }
  /** A whole paste, as the terminal marked it. */
  | { readonly kind: "paste"; readonly text: string }
  /** A key that sends a sequence: an arrow, Alt with a letter. */
  | { readonly kind: "escape"; readonly sequence: string };

const pasteStart = "\x1b[200~";
const pasteEnd = "\x1b[201~";
const completeEscape = /\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~]|[^[O\x00-\x1f])/y;
const partialEscape = /^\x1b(?:\[[0-?]*[ -/]*|O)?$/;

/** How much of a paste is kept, in characters. More than any key, passphrase or name. */
const pasteLimit = 64 * 1024;

/**
 * Takes apart what a terminal sends, in whatever chunks it comes: bracketed pastes, escape
 * sequences and plain text. Holds back the beginning of a sequence until the rest is there.
 */
export class InputParser {
  #held = "";
  #paste: string | undefined;

  /** Whether the beginning of something is held back. */
  get waiting(): boolean {
    return this.#held !== "" || this.#paste !== undefined;
  }

  /** Whether a paste has begun and not ended. */
  get inPaste(): boolean {
    return this.#paste !== undefined;
  }

  push(chunk: string): InputPiece[] {
    const pieces: InputPiece[] = [];
    let rest = this.#held + chunk;
    this.#held = "";
    while (rest !== "") {
      rest = this.#paste === undefined ? this.#readTyped(rest, pieces) : this.#readPaste(rest, pieces);
    }
    return pieces;
  }

  /** Gives what is held back as it is, when nothing more has come for a while. */
  flush(): InputPiece[] {
    const held = this.#held;
    const paste = this.#paste;
    this.#held = "";
    this.#paste = undefined;
    if (paste !== undefined) return [{ kind: "paste", text: paste + held }];
    return held === "" ? [] : [{ kind: "escape", sequence: held }];
  }

  #readTyped(text: string, pieces: InputPiece[]): string {
    const start = text.indexOf("\x1b");
    if (start !== 0) {
      const end = start === -1 ? text.length : start;
      pieces.push({ kind: "text", text: text.slice(0, end) });
      return text.slice(end);
    }
    completeEscape.lastIndex = 0;
    const sequence = completeEscape.exec(text)?.[0];
    if (sequence === pasteStart) {
      this.#paste = "";
      return text.slice(sequence.length);
    }
    if (sequence === undefined && partialEscape.test(text)) {
      this.#held = text;
      return "";
    }
    const complete = sequence ?? "\x1b";
    pieces.push({ kind: "escape", sequence: complete });
    return text.slice(complete.length);
  }

  #readPaste(text: string, pieces: InputPiece[]): string {
    const end = text.indexOf(pasteEnd);
    if (end === -1) {
      const held = lengthOfPartialEnd(text);
      this.#keep(text.slice(0, text.length - held));
      this.#held = text.slice(text.length - held);
      return "";
    }
    this.#keep(text.slice(0, end));
    pieces.push({ kind: "paste", text: this.#paste ?? "" });
    this.#paste = undefined;
    return text.slice(end + pasteEnd.length);
  }

  #keep(text: string): void {
    const before = this.#paste ?? "";
    this.#paste = before + text.slice(0, Math.max(pasteLimit - before.length, 0));
  }
}

function lengthOfPartialEnd(text: string): number {
  for (let length = Math.min(pasteEnd.length - 1, text.length); length > 0; length -= 1) {
    if (pasteEnd.startsWith(text.slice(-length))) return length;
  }
  return 0;
}
