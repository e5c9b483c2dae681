import type {
  Card,
  KeyValueRow,
  Output,
  Picture,
  Progress,
  StepHeading,
  TableColumn,
} from "../terminal/output/output.ts";
import type { Channel } from "./channel.ts";
import type { PageEvent, StyledRow, Verb } from "./messages.ts";
import { marking, readStyled, restyle } from "./styled-text.ts";

type ProgressState = Extract<PageEvent, { readonly type: "progress" }>["state"];

/** Says everything on the page, and in the terminal where there is one, which follows along. */
export class PageOutput implements Output {
  readonly theme = marking;
  readonly #channel: Channel;
  readonly #terminal: Output | undefined;
  #progresses = 0;

  constructor(channel: Channel, terminal?: Output) {
    this.#channel = channel;
    this.#terminal = terminal;
  }

  get answers(): Output {
    return new PageOutput(this.#channel, this.#terminal?.answers);
  }

  answer(text: string): void {
    this.#terminal?.answer(text);
  }

  json(document: unknown): void {
    this.#terminal?.json(document);
  }

  print(): void {
    this.#terminal?.print();
  }

  ok(text: string, indent?: number): void {
    this.#say("ok", text, indent);
  }

  warn(text: string, indent?: number): void {
    this.#say("warn", text, indent);
  }

  fail(text: string, indent?: number): void {
    this.#say("fail", text, indent);
  }

  next(text: string, indent?: number): void {
    this.#say("next", text, indent);
  }

  bullet(text: string, indent?: number): void {
    this.#say("bullet", text, indent);
  }

  paragraph(text: string, indent?: number): void {
    this.#say("paragraph", text, indent);
  }

  heading(text: string, indent?: number): void {
    this.#say("heading", text, indent);
  }

  line(text: string, indent?: number): void {
    this.#say("line", text, indent);
  }

  outline(steps: readonly string[]): void {
    this.#channel.send({ type: "outline", steps });
  }

  step(heading: StepHeading): void {
    this.#terminal?.step(heading);
    this.#channel.send({ type: "step", ...heading });
  }

  rows(rows: readonly KeyValueRow[], indent?: number): void {
    this.#terminal?.rows(this.#terminalRows(rows), indent);
    this.#channel.send({ type: "rows", rows: pageRows(rows) });
  }

  card({ title, rows }: Card): void {
    this.#terminal?.card({ title: this.#styled(title), rows: this.#terminalRows(rows) });
    this.#channel.send({ type: "rows", title: readStyled(title), rows: pageRows(rows) });
  }

  table(columns: readonly TableColumn[]): void {
    this.#terminal?.table(
      columns.map((column) => ({
        ...column,
        head: this.#styled(column.head),
        cells: column.cells.map((cell) => this.#styled(cell)),
      })),
    );
    this.#channel.send({
      type: "table",
      columns: columns.map(({ head, cells }) => ({ head: readStyled(head), cells: cells.map(readStyled) })),
    });
  }

  change(line: Parameters<Output["change"]>[0]): void {
    this.#terminal?.change(line);
    for (const text of [`${line.number} - ${line.before}`, ...(line.after && [`+ ${line.after}`])]) {
      this.#channel.send({ type: "say", verb: "line", text: [text] });
    }
  }

  picture(picture: Picture): void {
    this.#terminal?.picture(picture);
    this.#channel.send({ type: "picture", picture });
  }

  progress(label: string): Progress {
    this.#progresses += 1;
    const id = this.#progresses;
    const line = this.#terminal?.progress(this.#styled(label));
    const show = (state: ProgressState, text: string, ...facts: readonly string[]) => {
      const all = [text, ...facts.map((fact) => this.theme.faint(fact))].join("  ");
      this.#channel.send({ type: "progress", id, state, text: readStyled(all) });
    };
    show("busy", label);
    return {
      update: (text) => {
        line?.update(this.#styled(text));
        show("busy", text);
      },
      succeed: (text, ...facts) => {
        line?.succeed(this.#styled(text), ...facts.map((fact) => this.#styled(fact)));
        show("ok", text, ...facts);
      },
      fail: (text) => {
        line?.fail(this.#styled(text));
        show("fail", text);
      },
      warn: (text) => {
        line?.warn(this.#styled(text));
        show("warn", text);
      },
      clear: () => {
        line?.clear();
        show("gone", "");
      },
    };
  }

  #say(verb: Verb, text: string, indent: number | undefined): void {
    this.#terminal?.[verb](this.#styled(text), indent);
    this.#channel.send({ type: "say", verb, text: readStyled(text) });
  }

  #styled(text: string): string {
    return this.#terminal === undefined ? text : restyle(text, this.#terminal.theme);
  }

  #terminalRows(rows: readonly KeyValueRow[]): KeyValueRow[] {
    return rows.map(({ label, value }) => ({ label: this.#styled(label), value: this.#styled(value) }));
  }
}

function pageRows(rows: readonly KeyValueRow[]): StyledRow[] {
  return rows.map(({ label, value }) => ({ label: readStyled(label), value: readStyled(value) }));
}
