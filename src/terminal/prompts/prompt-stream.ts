import { Readable } from "node:stream";
import { type InputBurst, type InputPiece, type KeyListener, pastedText } from "./key-listener.ts";
import { looksLikeKey } from "./secret/secret-kinds.ts";

/**
 * Whether a prompt accepts a key or a typed character (in lower case); `line` accepts everything, including
 * pastes.
 */
export type Accepts = "line" | ((pressed: string) => boolean);

/** Tells a prompt to redraw, as the name of a nonexistent key. */
export const redraw = "redraw";

/**
 * The input of inquirer's prompts: keyboard input, forwarded as key presses, so no second parser sees the
 * raw sequences. A paste never answers a prompt, since its newline was not meant as Enter.
 */
export class PromptStream extends Readable implements KeyListener {
  /** Makes readline treat it as a terminal; `Keyboard` sets the mode of the real one. */
  readonly isTTY = true;
  readonly #accepts: Accepts;
  readonly #stopping = new AbortController();
  /** A pasted API key, kept from the prompt. */
  misplaced: InputBurst | undefined;

  constructor(accepts: Accepts) {
    super();
    this.#accepts = accepts;
  }

  /**
   * Aborted on Ctrl-C, on Ctrl-D with nothing entered, when an API key is pasted, and when the terminal is
   * gone; also, without effect, after the prompt is answered.
   */
  get stopped(): AbortSignal {
    return this.#stopping.signal;
  }

  override _read(): void {}

  /** On Ctrl-D on an empty line readline stops reading, which inquirer does not report. */
  override pause(): this {
    this.stop();
    return super.pause();
  }

  setRawMode(): this {
    return this;
  }

  receive(burst: InputBurst): void {
    const accepts = this.#accepts;
    const pasted = pastedText(burst);
    if (pasted !== undefined && looksLikeKey(pasted)) {
      this.misplaced = burst;
      this.stop();
    } else if (accepts === "line") this.#passOn(burst);
    else if (pasted !== undefined) {
      const marked = burst.findIndex((piece) => piece.kind === "paste");
      if (marked !== -1) this.receive(burst.slice(marked + 1));
    } else if (burst.every((piece) => isOffered(piece, accepts))) this.#passOn(burst);
  }

  stop(): void {
    this.#stopping.abort();
  }

  press(key: string): void {
    const [, ctrl, alt, name = ""] = /^(ctrl-)?(alt-)?(.+)$/s.exec(key) ?? [];
    this.#emit(undefined, {
      name: name === "enter" ? "return" : name,
      ctrl: ctrl !== undefined,
      meta: alt !== undefined,
    });
  }

  #passOn(burst: InputBurst): void {
    for (const piece of burst) {
      if (piece.kind === "paste") this.#emit(piece.text.trim().replace(/[\n\t]+/g, " "), {});
      else if (piece.kind === "text") this.#type(piece.text);
      else if (piece.key === "ctrl-d" && this.#accepts !== "line") this.stop();
      else this.press(piece.key);
    }
  }

  #type(text: string): void {
    for (const character of text) {
      if (character === " ") this.#emit(character, { name: "space" });
      else this.#emit(character, /^[a-z0-9]$/i.test(character) ? { name: character.toLowerCase() } : {});
    }
  }

  #emit(text: string | undefined, key: { readonly name?: string; ctrl?: boolean; meta?: boolean }): void {
    this.emit("keypress", text, { ctrl: false, meta: false, shift: false, sequence: text ?? "", ...key });
  }
}

/** One piece that is not accepted means that the whole burst, even an Enter, was not for this prompt. */
function isOffered(piece: InputPiece, accepts: (pressed: string) => boolean): boolean {
  if (piece.kind === "key") return piece.key === "ctrl-d" || accepts(piece.key);
  return [...piece.text].every((letter) => accepts(letter.toLowerCase()));
}
