import { Readable } from "node:stream";
import { type InputBurst, type InputPiece, type KeyListener, pastedText } from "./key-listener.ts";
import { looksLikeKey } from "./secret/secret-kinds.ts";

/**
 * Whether a typed character, in lower case, or a key means something to a prompt; a line of text takes
 * everything, also what is pasted.
 */
export type Accepts = "line" | ((pressed: string) => boolean);

/** How a prompt is told of a paste that is no answer: as the name of a key that no keyboard has. */
export const pasteNotice = "pasted";

/** How a prompt is told that what it shows has changed, in the same way. */
export const redraw = "redraw";

/**
 * The input that inquirer's prompts read: what is typed, passed on by the keyboard as key presses,
 * so that no other parser of terminal sequences sees it. A paste never answers a prompt, since the
 * newline in it was not meant for one.
 */
export class PromptStream extends Readable implements KeyListener {
  /** Makes readline treat it as a terminal; the mode of the real one is the keyboard's affair. */
  readonly isTTY = true;
  readonly #accepts: Accepts;
  readonly #stopping = new AbortController();
  #misplaced: InputBurst | undefined;

  constructor(accepts: Accepts) {
    super();
    this.#accepts = accepts;
  }

  /**
   * Aborted on Ctrl-C, on Ctrl-D with nothing entered, when a key is pasted, and when the terminal is gone;
   * also after the prompt is answered, where it means nothing.
   */
  get stopped(): AbortSignal {
    return this.#stopping.signal;
  }

  /** A pasted key, of which the prompt saw nothing. */
  get misplaced(): InputBurst | undefined {
    return this.#misplaced;
  }

  override _read(): void {}

  /** Readline gives up reading on Ctrl-D on an empty line, of which inquirer tells nobody. */
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
      this.#misplaced = burst;
      this.stop();
    } else if (accepts === "line") this.#passOn(burst);
    else if (pasted !== undefined) {
      this.press(pasteNotice);
      const marked = burst.findIndex((piece) => piece.kind === "paste");
      if (marked !== -1) this.receive(burst.slice(marked + 1));
    } else if (burst.every((piece) => isOffered(piece, accepts))) this.#passOn(burst);
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Presses a key, as readline calls it. */
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
      if (piece.kind === "paste") this.#emit(asLine(piece.text), {});
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

/** What comes together with something that means nothing, an Enter say, was not meant for this prompt either. */
function isOffered(piece: InputPiece, accepts: (pressed: string) => boolean): boolean {
  if (piece.kind === "key") return piece.key === "ctrl-d" || accepts(piece.key);
  return [...piece.text].every((letter) => accepts(letter.toLowerCase()));
}

function asLine(text: string): string {
  return text.trim().replace(/[\n\t]+/g, " ");
}
