/** A piece of what a terminal sends. */
export type InputPiece =
  /** Characters that were typed, no control characters among them; also pasted ones where the terminal marks no pastes. */
  | { readonly kind: "text"; readonly text: string }
  /** A whole paste, as the terminal marked it. Of the control characters, only tabs and newlines are kept. */
  | { readonly kind: "paste"; readonly text: string }
  /**
   * A key that types nothing: `enter`, `tab`, `backspace`, `delete`, `escape`, `up`, `down`, `left`,
   * `right`, `home`, `end`, or one of these or a character after `ctrl-` and `alt-`.
   */
  | { readonly kind: "key"; readonly key: string };

/** What came in at once. */
export type InputBurst = readonly InputPiece[];

/** Who gets what is typed. */
export interface KeyListener {
  receive(burst: InputBurst): void;
  /** Ctrl-C, or the terminal is gone. */
  stop(): void;
  /** The program was resumed, and the screen shows something else by now. */
  resumed?(): void;
}

/** Nobody types so many characters at once: where the terminal does not mark pastes, they are one. */
const fewestPasted = 8;

/** What was pasted; `undefined` when it was typed. */
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
