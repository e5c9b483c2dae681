import { Readable } from "node:stream";
import type { InputPiece } from "./input-parser.ts";
import type { KeyListener } from "./keyboard.ts";

/**
 * What a prompt makes of text: a line, typed or pasted; typed letters, and nothing of a paste, of
 * which it may be told; or nothing at all, where only Enter and the arrows mean something.
 */
export type TextUse = "line" | "letters" | "letters-and-notice" | "nothing";

/** How a prompt is told of a paste: as the name of a key that no keyboard has. */
export const pasteNotice = "pasted";

/** So many characters at once nobody types; where the terminal marks no pastes, they are one. */
const fewestPasted = 8;

/**
 * The input that inquirer's prompts read: what is typed, passed on by the {@link Keyboard}. A
 * paste never answers a prompt, since the newline in it was not meant for one.
 */
export class PromptStream extends Readable implements KeyListener {
  /** Makes readline treat it as a terminal; the mode of the real one is the keyboard's affair. */
  readonly isTTY = true;
  readonly #stop: () => void;
  readonly #use: TextUse;

  /**
   * @param stop - called on Ctrl-C, and when readline gives up reading (Ctrl-D on an empty line),
   *   of which inquirer tells nobody; also after the prompt is answered, where it means nothing
   */
  constructor(stop: () => void, use: TextUse) {
    super();
    this.#stop = stop;
    this.#use = use;
  }

  override _read(): void {}

  override pause(): this {
    this.#stop();
    return super.pause();
  }

  setRawMode(): this {
    return this;
  }

  receive(piece: InputPiece): void {
    if (piece.kind === "escape") this.push(piece.sequence);
    else if (this.#use === "line") this.push(piece.kind === "paste" ? asLine(piece.text) : piece.text);
    else if (piece.kind === "text" && piece.text.length < fewestPasted) this.#type(piece.text);
    else if (this.#use === "letters-and-notice")
      this.emit("keypress", undefined, { name: pasteNotice, sequence: "" });
  }

  stop(): void {
    this.#stop();
  }

  #type(text: string): void {
    // An Enter that comes in one piece with a letter was meant for the question before, as the letter was.
    if (this.#use !== "nothing" || !/[^\x00-\x1f\x7f]/.test(text)) this.push(text);
  }
}

function asLine(text: string): string {
  return text
    .trim()
    .replace(/[\r\n\t]+/g, " ")
    .replace(/[\x00-\x1f\x7f]/g, "");
}
