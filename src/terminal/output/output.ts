/** Ways to style a part of a text; each gives the text with what the other end makes a style of. */
export interface Style {
  accent(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
  caution(text: string): string;
  /** An address, clickable where that is possible. */
  link(url: string): string;
  /** A bar that is filled so far, from 0 to 1; a little is not nothing. */
  meter(share: number): string;
}

/** A label and what belongs to it. */
export interface KeyValueRow {
  readonly label: string;
  readonly value: string;
}

/** A column of a table. */
export interface TableColumn {
  readonly head: string;
  /** One for each row; they may be styled. Those of the first column name the rows. */
  readonly cells: readonly string[];
  /** Where given, the column may be left out, those with the highest number first. */
  readonly optional?: number;
}

/** What a card says. */
export interface Card {
  readonly title: string;
  readonly rows: readonly KeyValueRow[];
}

/** A picture of a page, as data: drawn in characters on a terminal, in another way elsewhere. */
export interface Picture {
  /** Stands in the top border. */
  readonly title: string;
  /** Stands at the right end of the top border. */
  readonly corner?: string;
  /** The column at the left of the page, from the top. */
  readonly sideBar?: readonly PictureRow[];
  /** The page, from the top. Beside an entry of the sidebar that is to be clicked a row has to be empty. */
  readonly rows: readonly PictureRow[];
}

/** A line of a picture; without anything in it, an empty one. */
export interface PictureRow {
  /** What stands before the text; the texts of all rows with labels stand below each other. */
  readonly label?: string;
  readonly text?: string;
  /** The text is what to click, and this is said beside it. */
  readonly click?: string;
}

/** Where somebody is in a sequence of steps. */
export interface StepHeading {
  /** Of the first of {@link titles}, counted from 1. */
  readonly number: number;
  readonly total: number;
  /** One, or those of several steps that are done together. */
  readonly titles: readonly string[];
}

/** A line that shows something is under way, on stderr. Without a terminal only its last state is printed. */
export interface Progress {
  /** Says something else from now on; seen only where the line can be redrawn. */
  update(label: string): void;
  /** Ends the line with ✓, this text and, apart from it, short facts: how long it took, say. */
  succeed(text: string, ...facts: readonly string[]): void;
  /** Takes the line away. */
  clear(): void;
}

/**
 * Everything the program says: the answer on stdout, everything else on stderr. A call says what a
 * text means; how that looks (width, symbols, colours, indentation) is decided behind it, so that a
 * page in a browser can say the same. Texts may be styled by {@link Output.theme}, and hold newlines.
 */
export interface Output {
  readonly theme: Style;
  /** Writes the answer to stdout, exactly as given. */
  answer(text: string): void;
  /** Writes a document to stdout as JSON, ended by a newline. */
  json(document: unknown): void;
  /** An empty line. */
  print(): void;
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
  /** The titles of all steps, before the first; only where there is room to show them the whole time. */
  outline(steps: readonly string[]): void;
  /** `3 of 5   title   ●●●○○`, a line for each title, with an empty line above and below. */
  step(heading: StepHeading): void;
  /** A command or an address, whole and on a line of its own, so that it can be copied. */
  line(text: string, indent?: number): void;
  /** Labels and values in two columns. */
  rows(rows: readonly KeyValueRow[], indent?: number): void;
  /** A table; on a narrow terminal without its optional columns, or with one value below the other. */
  table(columns: readonly TableColumn[]): void;
  /** A line of a file, as it was and, below it, as it becomes; without the latter it goes. */
  change(line: { readonly number: number; readonly before: string; readonly after: string }): void;
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
