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
import type { PageEvent, Verb } from "./messages.ts";
import { marking, readStyled, restyle } from "./styled-text.ts";

type ProgressState = Extract<PageEvent, { readonly type: "progress" }>["state"];

/** Sends all output to the page and mirrors it in the terminal, if there is one. */
export class PageOutput implements Output {
  readonly theme = marking;
  readonly ok = this.#saying("ok");
  readonly warn = this.#saying("warn");
  readonly fail = this.#saying("fail");
  readonly next = this.#saying("next");
  readonly bullet = this.#saying("bullet");
  readonly paragraph = this.#saying("paragraph");
  readonly heading = this.#saying("heading");
  readonly line = this.#saying("line");
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

  outline(steps: readonly string[]): void {
    this.#channel.send({ type: "outline", steps });
  }

  step(heading: StepHeading): void {
    this.#terminal?.step(heading);
    this.#channel.send({ type: "step", ...heading });
  }

  rows(rows: readonly KeyValueRow[], indent?: number): void {
    this.#terminal?.rows(styleRows(rows, this.#styled), indent);
    this.#channel.send({ type: "rows", rows: styleRows(rows, readStyled) });
  }

  card({ title, rows }: Card): void {
    this.#terminal?.card({ title: this.#styled(title), rows: styleRows(rows, this.#styled) });
    this.#channel.send({ type: "rows", title: readStyled(title), rows: styleRows(rows, readStyled) });
  }

  /** A card for each row: a page may be 320 pixels wide. */
  table([names, ...columns]: readonly TableColumn[]): void {
    for (const [index, title] of names?.cells.entries() ?? []) {
      this.card({
        title,
        rows: columns.map(({ head, cells }) => ({ label: head, value: cells[index] ?? "" })),
      });
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
        line?.succeed(this.#styled(text), ...facts.map(this.#styled));
        show("ok", text, ...facts);
      },
      clear: () => {
        line?.clear();
        show("gone", "");
      },
    };
  }

  #saying(verb: Verb): (text: string, indent?: number) => void {
    return (text, indent) => {
      this.#terminal?.[verb](this.#styled(text), indent);
      this.#channel.send({ type: "say", verb, text: readStyled(text) });
    };
  }

  readonly #styled = (text: string): string =>
    this.#terminal === undefined ? text : restyle(text, this.#terminal.theme);
}

function styleRows<Text>(rows: readonly KeyValueRow[], style: (text: string) => Text) {
  return rows.map(({ label, value }) => ({ label: style(label), value: style(value) }));
}
