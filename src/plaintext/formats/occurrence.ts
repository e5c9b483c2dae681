import type { ApiKey } from "../../keys/api-key.ts";

/** A key at one spot of a text. Offsets count the text's characters; the end is exclusive. */
export interface Occurrence {
  readonly key: ApiKey;
  /** The name it is assigned to, as a program would look it up: `MISTRAL_API_KEY`, `LLM_MISTRAL_KEY`. */
  readonly variable: string;
  /** Counted from 1. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** A piece of a text and what takes its place. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What taking keys out of a text comes to: nothing of the text itself is changed yet. */
export interface TakeOut {
  /** In order, without overlaps. */
  readonly edits: readonly Edit[];
  /** Occurrences that have to be taken out by hand, each with the reason. */
  readonly left: readonly { readonly occurrence: Occurrence; readonly reason: string }[];
}

/**
 * A kind of text that keys are found in. Texts are decoded as Latin-1, a character a byte, so that
 * whatever is not touched stays byte for byte as it was, valid UTF-8 or not.
 */
export interface TextFormat {
  /** @throws NotUnderstood when the text is not of this format */
  find(text: string): readonly Occurrence[];
  /**
   * Plans the removal of occurrences that {@link find} gave for the same text.
   *
   * @param comment - the text of the comment to leave in a variable's place, without comment signs
   */
  takeOut(text: string, occurrences: readonly Occurrence[], comment: (variable: string) => string): TakeOut;
}

/** A file is not what its name promises; it is reported, never guessed at. */
export class NotUnderstood extends Error {}

/** The text with the edits made. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = "";
  let position = 0;
  for (const edit of edits) {
    result += text.slice(position, edit.start) + edit.text;
    position = edit.end;
  }
  return result + text.slice(position);
}

/** The number of the line that an offset is on, counted from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}
