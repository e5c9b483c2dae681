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
  /**
   * The edit that removes it and leaves everything else, or why that has to be done by hand.
   *
   * @param comment - what to leave in its place if the format has comments, without comment signs
   * @param before - the edits already planned for the text
   */
  removal(comment: string, before: readonly Edit[]): Edit | string;
}

/** A range of a text and its replacement. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Finds the keys in a text of one file format, in order. Texts are decoded as Latin-1, one character per
 * byte, so that untouched bytes stay as they were, valid UTF-8 or not.
 *
 * @throws NotUnderstood when the text is not in this format
 */
export type TextFormat = (text: string) => readonly Occurrence[];

/** A file is not in the format its name promises. It is reported, never guessed at. */
export class NotUnderstood extends Error {}

/** The plan for removing keys from a text; the text itself is not changed. */
export interface Removal {
  /** In order, without overlaps. */
  readonly edits: readonly Edit[];
  /** Occurrences to remove by hand, each with the reason. */
  readonly left: readonly { readonly occurrence: Occurrence; readonly reason: string }[];
}

/**
 * Plans the removal of some of a text's occurrences, in order.
 *
 * @param comment - the comment to leave in place of a variable
 */
export function planRemoval(
  occurrences: readonly Occurrence[],
  comment: (variable: string) => string,
): Removal {
  const edits: Edit[] = [];
  const left: { occurrence: Occurrence; reason: string }[] = [];
  for (const occurrence of occurrences) {
    const edit = occurrence.removal(comment(occurrence.variable), edits);
    if (typeof edit === "string") left.push({ occurrence, reason: edit });
    else if (edit.start >= (edits.at(-1)?.end ?? 0)) edits.push(edit);
    else left.push({ occurrence, reason: "it cannot be removed without changing what is next to it" });
  }
  return { edits, left };
}

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
  return text.slice(0, offset).split("\n").length;
}
