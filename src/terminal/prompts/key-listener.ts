/** A unit of terminal input. */
export type InputPiece =
  /** Typed characters without control characters; also pasted ones if the terminal does not mark pastes. */
  | { readonly kind: "text"; readonly text: string }
  /** A whole paste, as marked by the terminal. Control characters are removed, except tabs and newlines. */
  | { readonly kind: "paste"; readonly text: string }
  /**
   * A key that types nothing: `enter`, `tab`, `backspace`, `delete`, `escape`, `up`, `down`, `left`,
   * `right`, `home`, `end`, or one of these or a character after `ctrl-` and `alt-`.
   */
  | { readonly kind: "key"; readonly key: string };

/** Input from one read. */
export type InputBurst = readonly InputPiece[];

/** Receives terminal input. */
export interface KeyListener {
  receive(burst: InputBurst): void;
  /** Ctrl-C, or the terminal is gone. */
  stop(): void;
  /** The process was resumed; the screen may need a redraw. */
  resumed?(): void;
}

/** Nobody types this many characters at once: if pastes are not marked, this is one. */
const fewestPasted = 8;

/** The pasted text; `undefined` if it was typed. */
export function pastedText(burst: InputBurst): string | undefined {
  const paste = burst.find((piece) => piece.kind === "paste");
  if (paste !== undefined) return paste.text;
  const text = burst.map(textOf).join("");
  return text.trim().length < fewestPasted ? undefined : text;
}

function textOf(piece: InputPiece): string {
  if (piece.kind !== "key") return piece.text;
  return piece.key === "enter" ? "\n" : piece.key === "tab" ? "\t" : "";
}
