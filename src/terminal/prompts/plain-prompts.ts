import { createInterface } from "node:readline";
import { Cancelled } from "../../errors.ts";
import type { ApiKey } from "../../keys/api-key.ts";
import { hang } from "../output/layout.ts";
import { Keyboard } from "./keyboard.ts";
import type { PromptTerminal } from "./open-prompts.ts";
import type { Choice, KeyQuestion, PressQuestion, Prompts } from "./prompts.ts";
import { SecretCapture } from "./secret-capture.ts";
import { howToPaste, type SecretKind } from "./secret-kind.ts";
import type { SecretAsker } from "./secret-questions.ts";

/**
 * Questions one line after the other, where nothing is ever drawn again: for terminals that cannot
 * move their cursor, and for people who are read to.
 */
export class PlainPrompts implements Prompts, SecretAsker {
  readonly #terminal: PromptTerminal;
  readonly #keyboard: Keyboard;

  constructor(terminal: PromptTerminal) {
    this.#terminal = terminal;
    this.#keyboard = new Keyboard(terminal.input, terminal.output, { marksPastes: false });
  }

  async choose<Value>(question: {
    readonly message: string;
    readonly choices: readonly Choice<Value>[];
    readonly initial?: Value;
  }): Promise<Value> {
    const { message, choices } = question;
    const initial = choices.findIndex(({ value }) => value === question.initial);
    this.#print(this.#question(message).trimEnd());
    for (const [index, { name, description }] of choices.entries()) {
      this.#print(hang(`  ${index + 1}  `, description ? `${name} (${description})` : name, this.#columns));
    }
    const offered = initial === -1 ? "" : ` (${initial + 1})`;
    for (;;) {
      const line = await this.#askLine(`  Number, then Enter${offered}: `);
      const chosen = choices[line === "" ? initial : Number(line) - 1];
      if (chosen !== undefined) return chosen.value;
      this.warn(`Enter a number from 1 to ${choices.length}.`);
    }
  }

  async confirm({ message, initial }: { message: string; initial: boolean }): Promise<boolean> {
    for (;;) {
      const line = await this.#askLine(
        this.#question(`${message} Yes or no, then Enter (${initial ? "yes" : "no"}):`),
      );
      if (line === "") return initial;
      if (/^y(?:es?)?$/i.test(line)) return true;
      if (/^no?$/i.test(line)) return false;
      this.warn("Enter yes or no.");
    }
  }

  async text(question: {
    readonly message: string;
    readonly initial?: string;
    readonly example?: string;
    readonly check?: (text: string) => string | undefined;
  }): Promise<string> {
    const { message, initial, example, check } = question;
    const offered = initial ?? example;
    for (;;) {
      const line = await this.#askLine(
        this.#question(`${message}${offered === undefined ? "" : ` (${offered})`}:`),
      );
      const text = line === "" ? (initial ?? "") : line;
      const refused = check?.(text);
      if (refused === undefined) return text;
      this.warn(refused);
    }
  }

  async press<Value>({ keys }: PressQuestion<Value>): Promise<Value> {
    for (const { press, does } of keys) {
      this.#print(`  ${press === "enter" ? "Enter" : `${press}, then Enter`}: ${does}`);
    }
    for (;;) {
      const line = (await this.#askLine(`${this.#terminal.theme.symbol.next} `)).toLowerCase();
      const key = keys.find(({ press }) => press === (line === "" ? "enter" : line));
      if (key !== undefined) return key.value;
      this.warn("Enter one of the letters above.");
    }
  }

  async key(question: KeyQuestion): Promise<ApiKey> {
    const { askKey } = await import("./secret-questions.ts");
    return askKey(this, question);
  }

  async passphrase(question: { readonly message: string; readonly confirm?: boolean }): Promise<string> {
    const { askPassphrase } = await import("./secret-questions.ts");
    return askPassphrase(this, question.message, question.confirm === true);
  }

  async quietly<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#keyboard.silence(work);
  }

  async askSecret<Value>(message: string, kind: SecretKind<Value>): Promise<Value> {
    const { output, signal } = this.#terminal;
    const question = this.#question(`${message} (${kind.placeholder}):`);
    const answer = openAnswer<Value>(signal);
    const again = (problem: string) => {
      capture.clear();
      this.#print();
      this.warn(problem);
      output.write(question);
    };
    const entered = () => {
      const { text } = capture;
      const reading = kind.read(text);
      if (reading.outcome === "unusable") return again(reading.reason);
      if (reading.outcome === "empty") return again(kind.awaited);
      this.#print();
      this.#print(`  ${kind.note(text).text}`);
      answer.give(reading.value);
    };
    const wantsPaste = () => again(howToPaste);
    const capture = new SecretCapture({ changed: () => {}, entered, wantsPaste }, () => answer.stop());
    try {
      return await this.#keyboard.listen(capture, () => {
        output.write(question);
        return answer.given;
      });
    } finally {
      capture.close();
    }
  }

  warn(text: string): void {
    this.#print(hang(`  ${this.#terminal.theme.symbol.warn} `, text, this.#columns));
  }

  /** A question, in lines that fit, ready for the answer behind it. */
  #question(text: string): string {
    return `${hang("? ", text, this.#columns - 1)} `;
  }

  get #columns(): number {
    return this.#terminal.output.columns || 80;
  }

  #print(line = ""): void {
    this.#terminal.output.write(`${line}\n`);
  }

  /** A line with the terminal's own editing and echo. */
  async #askLine(question: string): Promise<string> {
    const { input, output, signal } = this.#terminal;
    const answer = openAnswer<string>(signal);
    await this.#keyboard.listen({ receive: () => {}, stop: () => answer.stop() }, async () => {});
    return await this.#keyboard.lend(async () => {
      output.write(question);
      const lines = createInterface({ input, terminal: false });
      lines.once("line", (line) => answer.give(line.trim()));
      lines.once("close", () => answer.stop());
      try {
        return await answer.given;
      } finally {
        lines.close();
      }
    });
  }
}

/** An answer that is waited for until it is given, or stopped, or the program is to end. */
function openAnswer<Value>(signal: AbortSignal) {
  let give: (value: Value) => void = () => {};
  let stop = () => {};
  const given = new Promise<Value>((resolve, reject) => {
    give = resolve;
    stop = () => reject(new Cancelled());
  });
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  const forget = () => signal.removeEventListener("abort", stop);
  given.then(forget, forget);
  return { given, give, stop };
}
