/** How a key was put on a clipboard. */
export type Copied =
  | {
      readonly where: "desktop";
      /** Whether clipboard histories are asked not to keep it. */
      readonly concealed: boolean;
      /** Seconds until it is cleared, if still there; `undefined` if that could not be scheduled. */
      readonly clearedAfter: number | undefined;
    }
  /** The terminal was asked to copy it to its own clipboard; it does not report success. */
  | { readonly where: "terminal" };
