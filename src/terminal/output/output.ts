import type { Card } from "./card.ts";
import type { KeyValueRow } from "./layout.ts";
import type { Picture } from "./picture.ts";
import type { Table } from "./table.ts";
import type { Theme } from "./theme.ts";

/** A line that shows something is under way, on stderr. Without a terminal only its last state is printed. */
export interface Progress {
  /** Says something else from now on; seen only where the line can be redrawn. */
  update(label: string): void;
  /** Ends the line with ✓, this text and, apart from it, short facts: how long it took, say. */
  succeed(text: string, ...facts: readonly string[]): void;
  /** Ends the line with ✗ and this text. */
  fail(text: string): void;
  /** Ends the line with ! and this text. */
  warn(text: string): void;
  /** Takes the line away. */
  clear(): void;
}

/** Where somebody is in a sequence of steps. */
export interface StepHeading {
  /** Of the first of {@link titles}, counted from 1. */
  readonly number: number;
  readonly total: number;
  /** One, or those of several steps that are done together. */
  readonly titles: readonly string[];
}

/**
 * Everything the program says: the answer on stdout, everything else on stderr. A call says what a
 * text means; how that looks (width, symbols, colours, indentation) is decided behind it, so that a
 * page in a browser can say the same. Texts may be styled by {@link Output.theme}, and hold newlines.
 */
export interface Output {
  readonly theme: Theme;
  /** The width of the terminal in columns, 80 where there is none. */
  readonly columns: number;
  /** The width that text is laid out for, in columns: the terminal's, at most 80. */
  readonly pageWidth: number;
  /** Writes the answer to stdout, exactly as given. */
  answer(text: string): void;
  /** Writes a document to stdout as JSON, ended by a newline. */
  json(document: unknown): void;
  /** Writes a line to stderr, exactly as given; without one, an empty line. */
  print(line?: string): void;
  /** `✓ text`: done. This and what follows wrap at the width of a page, and hang below their first word. */
  ok(text: string, indent?: number): void;
  /** `! text`: worth knowing, nothing is broken. */
  warn(text: string, indent?: number): void;
  /** `✗ text`, in bold: what went wrong. */
  fail(text: string, indent?: number): void;
  /** `› text`: what to do next. */
  next(text: string, indent?: number): void;
  /** `• text`: one of several. */
  bullet(text: string, indent?: number): void;
  /** A sentence or more, without a symbol. */
  paragraph(text: string, indent?: number): void;
  /** A line in bold above what belongs to it. */
  heading(text: string, indent?: number): void;
  /** `3 of 5   title   ●●●○○`, a line for each title, with an empty line above and below. */
  step(heading: StepHeading): void;
  /** A command or an address, whole and on a line of its own, so that it can be copied. */
  line(text: string, indent?: number): void;
  /** Labels and values in two columns. */
  rows(rows: readonly KeyValueRow[], indent?: number): void;
  /** Columns with a head; one row below the other, with labels, where they have no room beside each other. */
  table(table: Table): void;
  /** A box with a title in its border and labels and values in it. */
  card(card: Card): void;
  /** A picture of a page, with the thing to click marked. It adds nothing to the words around it. */
  picture(picture: Picture): void;
  progress(label: string): Progress;
  /**
   * The same for an answer that is laid out for people: what is printed there goes to stdout, in the
   * colours and the width of that. Nothing may be under way on stderr meanwhile.
   */
  readonly answers: Output;
}
