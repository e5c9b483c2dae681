/** Styles part of a text. Each method returns the text with markup that the output understands. */
export interface Style {
  accent(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
  caution(text: string): string;
  /** A URL, clickable where supported. */
  link(url: string): string;
  /** A bar filled to a share from 0 to 1; any share above 0 shows. */
  meter(share: number): string;
}

/** A label and its value. */
export interface KeyValueRow {
  readonly label: string;
  readonly value: string;
}

/** A column of a table. */
export interface TableColumn {
  readonly head: string;
  /** One per row, optionally styled. The first column's cells name the rows. */
  readonly cells: readonly string[];
  /** If set, the column may be dropped for lack of width, highest number first. */
  readonly optional?: number;
}

/** Content of a card. */
export interface Card {
  readonly title: string;
  readonly rows: readonly KeyValueRow[];
}

/** A sketch of a page, as data: drawn in characters on a terminal, as SVG in a browser. */
export interface Picture {
  /** Shown in the top border. */
  readonly title: string;
  /** Shown at the right end of the top border. */
  readonly corner?: string;
  /** Rows of the left sidebar, top to bottom. */
  readonly sideBar?: readonly PictureRow[];
  /** Rows of the page, top to bottom. The row beside a sidebar entry to click must be empty. */
  readonly rows: readonly PictureRow[];
}

/** A line of a picture; empty if nothing is set. */
export interface PictureRow {
  /** Precedes the text; the texts of all labelled rows are aligned. */
  readonly label?: string;
  readonly text?: string;
  /** Marks the text as what to click; shown beside it. */
  readonly click?: string;
}

/** Position in a sequence of steps. */
export interface StepHeading {
  /** Number of the first of {@link titles}, from 1. */
  readonly number: number;
  readonly total: number;
  /** One title, or several for steps done together. */
  readonly titles: readonly string[];
}

/** A progress line on stderr. Without a terminal, only its final state is printed. */
export interface Progress {
  /** Changes the label; visible only where the line can be redrawn. */
  update(label: string): void;
  /** Ends the line with ✓, this text and, set apart, short facts such as the duration. */
  succeed(text: string, ...facts: readonly string[]): void;
  clear(): void;
}

/**
 * All output of the program: the answer on stdout, everything else on stderr. Callers say what a text
 * means; the implementation decides how it looks (width, symbols, colours, indentation), so a page in a
 * browser can show the same. Texts may be styled by {@link Output.theme}, and hold newlines.
 */
export interface Output {
  readonly theme: Style;
  /** Writes the answer to stdout, exactly as given. */
  answer(text: string): void;
  /** Writes a document to stdout as JSON, ended by a newline. */
  json(document: unknown): void;
  /** An empty line. */
  print(): void;
  /** `✓ text`: done. This and the text methods below wrap at page width, with a hanging indent. */
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
  /** A bold line above related text. */
  heading(text: string, indent?: number): void;
  /** The titles of all steps, before the first one; ignored unless they can stay visible. */
  outline(steps: readonly string[]): void;
  /** `3 of 5   title   ●●●○○`, a line for each title, with an empty line above and below. */
  step(heading: StepHeading): void;
  /** A command or URL on its own line, never wrapped, so that it can be copied. */
  line(text: string, indent?: number): void;
  /** Labels and values in two columns. */
  rows(rows: readonly KeyValueRow[], indent?: number): void;
  /** A table; if it is too wide, optional columns are dropped or values listed line by line. */
  table(columns: readonly TableColumn[]): void;
  /** A box with a title in its border around labels and values. */
  card(card: Card): void;
  /** A sketch of a page with the click target marked. The text around it says the same. */
  picture(picture: Picture): void;
  progress(label: string): Progress;
  /**
   * The same methods for an answer laid out for humans: they print to stdout, with its colours and width.
   * No progress may be active on stderr meanwhile.
   */
  readonly answers: Output;
}
