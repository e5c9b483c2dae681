import { canRedraw, detectCapabilities } from "../terminal-capabilities.ts";
import { drawCard } from "./card.ts";
import { displayWidth, hang, keyValueRows } from "./layout.ts";
import type { Card, KeyValueRow, Output, Picture, Progress, StepHeading, TableColumn } from "./output.ts";
import { drawPicture } from "./picture.ts";
import { ProgressLine } from "./progress-line.ts";
import { layOutTable } from "./table.ts";
import { createTheme, type Theme } from "./theme.ts";

/** A stream that may be a terminal. */
export interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

interface OutputProcess {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
}

/**
 * Output to a terminal, pipe or file. Colours, symbols and links depend on what stderr supports, since most
 * text for humans goes there.
 */
export class TerminalOutput implements Output {
  readonly theme: Theme;
  readonly #outside: OutputProcess;
  readonly #options: { readonly color: boolean };
  readonly #redraws: boolean;
  /** Whether boxes, dots, bars and pictures help; a screen reader would read each character of them. */
  readonly #draws: boolean;
  #answers: Output | undefined;
  #active: ProgressLine | undefined;

  /** @param options.color - `false` if the command line disabled colour */
  constructor(outside: OutputProcess, options: { readonly color: boolean }) {
    const { env, platform, stderr } = outside;
    const isTerminal = stderr.isTTY === true;
    this.#draws = !env.ACCESSIBLE;
    const theme = createTheme(detectCapabilities({ env, platform, isTerminal, ...options }));
    this.theme = this.#draws ? theme : { ...theme, meter: () => "" };
    this.#outside = outside;
    this.#options = options;
    this.#redraws = isTerminal && canRedraw(env);
  }

  get answers(): Output {
    this.#answers ??= new TerminalOutput({ ...this.#outside, stderr: this.#outside.stdout }, this.#options);
    return this.#answers;
  }

  get #columns(): number {
    const { stderr, stdout } = this.#outside;
    const columns = stderr.columns || stdout.columns || 80;
    return Math.max(columns, 20);
  }

  get #pageWidth(): number {
    return Math.min(this.#columns, 80);
  }

  readonly ok = this.#saying("ok");
  readonly warn = this.#saying("warn");
  readonly next = this.#saying("next");
  readonly bullet = this.#saying("bullet");

  fail(text: string, indent?: number): void {
    this.#saying("fail")(this.theme.strong(text), indent);
  }

  paragraph(text: string, indent = 2): void {
    this.print(hang(" ".repeat(indent), text, this.#pageWidth));
  }

  heading(text: string, indent?: number): void {
    this.paragraph(this.theme.strong(text), indent);
  }

  /** Scrolling text cannot pin it. */
  outline(): void {}

  step({ number, total, titles }: StepHeading): void {
    const { accent, strong, symbol } = this.theme;
    this.print();
    for (const [index, title] of titles.entries()) {
      const reached = number + index;
      const count = `${reached} of ${total}`;
      const dots = symbol.filled.repeat(reached) + symbol.empty.repeat(total - reached);
      const gap = Math.min(this.#columns, 72) - displayWidth(`  ${count}   ${title}`) - total - 2;
      const first = `  ${accent(count)}   `;
      this.print(
        gap > 1 && this.#draws
          ? `${first}${strong(title)}${" ".repeat(gap)}${dots}`
          : hang(first, strong(title), this.#pageWidth),
      );
    }
    this.print();
  }

  line(text: string, indent = 2): void {
    this.print(" ".repeat(indent) + text);
  }

  table(columns: readonly TableColumn[]): void {
    this.print(layOutTable(columns, this.#columns, this.theme).join("\n"));
  }

  card(card: Card): void {
    for (const line of drawCard(card, this.#columns, this.theme, this.#draws)) this.print(line);
  }

  picture(picture: Picture): void {
    if (!this.#draws) return;
    const lines = drawPicture(picture, this.#columns, this.theme);
    if (lines.length === 0) return;
    for (const line of lines) this.print(`    ${line}`);
    this.print();
  }

  rows(rows: readonly KeyValueRow[], indent = 2): void {
    for (const row of keyValueRows(rows, this.#pageWidth - indent)) this.line(row, indent);
  }

  #saying(symbol: keyof Theme["symbol"]): (text: string, indent?: number) => void {
    return (text, indent = 2) =>
      this.print(hang(`${" ".repeat(indent)}${this.theme.symbol[symbol]} `, text, this.#pageWidth));
  }

  answer(text: string): void {
    this.#active?.hide();
    this.#outside.stdout.write(text);
    this.#active?.show();
  }

  json(document: unknown): void {
    // JSON may contain raw C1 controls and invisible characters, which terminals interpret.
    const text = JSON.stringify(document, undefined, 2).replace(
      /[\x7f-\x9f\p{Cf}\u2028\u2029]/gu,
      escapeInJson,
    );
    this.answer(`${text}\n`);
  }

  print(line = ""): void {
    this.#active?.hide();
    this.#outside.stderr.write(`${line}\n`);
    this.#active?.show();
  }

  progress(label: string): Progress {
    // Only one line can be animated; the earlier one is printed when it ends.
    this.#active?.hide();
    const line = new ProgressLine(label, {
      theme: this.theme,
      redraws: this.#redraws,
      columns: () => this.#columns,
      write: (text) => this.#outside.stderr.write(text),
      print: (text) => this.print(text),
    });
    this.#active = line;
    line.show();
    return line;
  }
}

function escapeInJson(character: string): string {
  const units = character.split("").map((unit) => unit.charCodeAt(0).toString(16).padStart(4, "0"));
  return units.map((unit) => `\\u${unit}`).join("");
}
