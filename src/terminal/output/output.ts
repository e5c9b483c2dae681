import type { KeyValueRow } from "./layout.ts";
import type { Theme } from "./theme.ts";

/** A line that shows something is under way, on stderr. Without a terminal only its last state is printed. */
export interface Progress {
  /** Says something else from now on; seen only where the line can be redrawn. */
  update(label: string): void;
  /** Ends the line with ✓ and this text. */
  succeed(text: string): void;
  /** Ends the line with ✗ and this text. */
  fail(text: string): void;
  /** Ends the line with ! and this text. */
  warn(text: string): void;
  /** Takes the line away. */
  clear(): void;
}

/** Everything the program says: the answer on stdout, everything else on stderr. */
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
  /** Labels and values in two columns. */
  rows(rows: readonly KeyValueRow[], indent?: number): void;
  progress(label: string): Progress;
  /**
   * The same for an answer that is laid out for people: what is printed there goes to stdout, in the
   * colours and the width of that. Nothing may be under way on stderr meanwhile.
   */
  readonly answers: Output;
}
