/** How a key was put on a clipboard. */
export type Copied =
  | {
      readonly where: "desktop";
      /** Whether clipboard histories are asked not to keep it. */
      readonly concealed: boolean;
      /** After how many seconds it is taken off, if it is still there; `undefined` where that could not be arranged. */
      readonly clearedAfter: number | undefined;
    }
  /** The terminal was asked to put it on its own clipboard; it does not tell whether it did. */
  | { readonly where: "terminal" };
