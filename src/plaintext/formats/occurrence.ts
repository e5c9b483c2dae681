import type { ApiKey } from "../../keys/api-key.ts";

/** A key at one position in a text. Offsets count characters; the end is exclusive. */
export interface Occurrence {
  readonly key: ApiKey;
  /** The variable a program would read it from: `MISTRAL_API_KEY`, `LLM_MISTRAL_KEY`. */
  readonly variable: string;
  /** Counted from 1. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** A range of a text and its replacement. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The plan for removing keys from a text; the text itself is not changed. */
export interface Removal {
  /** In order, without overlaps. */
  readonly edits: readonly Edit[];
  /** Occurrences to remove by hand, each with the reason. */
  readonly left: readonly { readonly occurrence: Occurrence; readonly reason: string }[];
}

/**
 * A file format that may hold keys. Texts are decoded as Latin-1, one character per byte, so that
 * untouched bytes stay as they were, valid UTF-8 or not.
 */
export interface TextFormat {
  /** @throws NotUnderstood when the text is not in this format */
  find(text: string): readonly Occurrence[];
  /**
   * Plans the removal of occurrences that {@link find} returned for the same text.
   *
   * @param comment - the comment to leave in place of a variable, without comment signs
   */
  planRemoval(
    text: string,
    occurrences: readonly Occurrence[],
    comment: (variable: string) => string,
  ): Removal;
}

/** A file is not in the format its name promises. It is reported, never guessed at. */
export class NotUnderstood extends Error {}

/** The text with the edits applied. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = "";
  let position = 0;
  for (const edit of edits) {
    result += text.slice(position, edit.start) + edit.text;
    position = edit.end;
  }
  return result + text.slice(position);
}

/** The line number of an offset, counted from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}
