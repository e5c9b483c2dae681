/** How a hidden text is judged and talked about. None of the sentences may hold any of it. */
export interface SecretKind<Value> {
  /** Said while nothing is entered. */
  readonly placeholder: string;
  /** Said when Enter is pressed while nothing is entered. */
  readonly awaited: string;
  /** Said of what is entered so far. */
  note(text: string): SecretNote;
  /** What a complete text is. */
  read(text: string): SecretReading<Value>;
}

/** What is said of a hidden text. */
export interface SecretNote {
  readonly text: string;
  readonly good: boolean;
  /** Whether it is no secret at all, but something to do. */
  readonly command?: boolean;
}

/** What a complete text came to: a value, nothing, or a reason why it cannot be one. */
export type SecretReading<Value> =
  | { readonly outcome: "value"; readonly value: Value }
  | { readonly outcome: "empty" }
  | { readonly outcome: "unusable"; readonly reason: string };

/** Said when Ctrl-V reached the program instead of pasting. */
export const howToPaste =
  "Ctrl+V did not paste here. Use your terminal's own way: Ctrl+Shift+V, Shift+Insert, or a right click on Windows.";
