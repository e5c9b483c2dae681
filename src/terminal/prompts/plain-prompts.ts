import { Cancelled } from "../../errors.ts";
import { displayWidth, hang } from "../output/layout.ts";
import { type InputBurst, pastedText } from "./key-listener.ts";
import { KeyboardPrompts, MisplacedKey, type SecretOptions } from "./keyboard-prompts.ts";
import type { ChooseQuestion, ConfirmQuestion, PressQuestion, TextQuestion } from "./prompts.ts";
import { looksLikeKey, type SecretKind } from "./secret/secret-kinds.ts";
import { TextCapture, type TextKind, type TextReading } from "./text-capture.ts";

/** Line-by-line questions that never redraw: for terminals without cursor movement and for screen readers. */
export class PlainPrompts extends KeyboardPrompts {
  protected async askChoice<Value>(question: ChooseQuestion<Value>) {
    const { message, choices } = question;
    const initial = choices.findIndex(({ value }) => value === question.initial);
    this.#print(this.#question(message).trimEnd());
    for (const [index, { name, description }] of choices.entries()) {
      this.#print(hang(`  ${index + 1}  `, description ? `${name} (${description})` : name, this.columns));
    }
    const offered = initial === -1 ? "" : ` (${initial + 1})`;
    return this.#askLine(`  Number, then Enter${offered}: `, (line) => {
      const chosen = choices[line === "" ? initial : Number(line) - 1];
      return chosen === undefined
        ? { outcome: "refused", reason: `Enter a number from 1 to ${choices.length}.` }
        : { outcome: "value", value: chosen.value };
    });
  }

  protected async askConfirm({ message, initial }: ConfirmQuestion) {
    const offered = initial ? "yes" : "no";
    const question = this.#question(`${message} Yes or no, then Enter (${offered}):`);
    return this.#askLine<boolean>(question, (line) => {
      if (line === "") return { outcome: "value", value: initial };
      if (/^(?:y|yes|n|no)$/i.test(line)) return { outcome: "value", value: /^y/i.test(line) };
      return { outcome: "refused", reason: "Enter yes or no." };
    });
  }

  protected async askText({ message, example, check }: TextQuestion) {
    const question = this.#question(`${message}${example === undefined ? "" : ` (${example})`}:`);
    return this.#askLine(question, (line) => {
      const reason = check?.(line);
      return reason === undefined ? { outcome: "value", value: line } : { outcome: "refused", reason };
    });
  }

  protected async askPress<Value>({ keys }: PressQuestion<Value>) {
    for (const { press, does } of keys) {
      this.#print(`  ${press === "enter" ? "Enter" : `${press}, then Enter`}: ${does}`);
    }
    return this.#askLine(`${this.terminal.theme.symbol.next} `, (line) => {
      const pressed = line === "" ? "enter" : line.toLowerCase();
      const key = keys.find(({ press }) => press === pressed);
      return key === undefined
        ? { outcome: "refused", reason: "Enter one of the letters above." }
        : { outcome: "value", value: key.value };
    });
  }

  protected askSecret<Value>(
    message: string,
    kind: SecretKind<Value>,
    options: SecretOptions<Value> = {},
  ): Promise<Value> {
    return this.#ask(this.#question(`${message}: ${kind.placeholder}`), kind, options);
  }

  #question(text: string): string {
    return `${hang("? ", text, this.columns - 1)} `;
  }

  #print(line = ""): void {
    this.terminal.output.write(`${line}\n`);
  }

  /** Asks for a visible line, which a pasted key is not. */
  #askLine<Value>(question: string, read: (line: string) => TextReading<Value>): Promise<Value> {
    const kind = { read: (text: string) => read(text.trim().replace(/\s+/g, " ")) };
    return this.#ask(question, kind, { isLine: true });
  }

  async #ask<Value>(
    question: string,
    kind: TextKind<Value>,
    { entered, whenStuck, isLine = false }: SecretOptions<Value> & { readonly isLine?: boolean },
  ): Promise<Value> {
    const { output, signal } = this.terminal;
    const answer = openAnswer<Value>(signal);
    let shown = "";
    const capture = new TextCapture(kind, {
      whenStuck,
      stop: answer.stop,
      changed: () => {
        const { answered, problem, text } = capture;
        if (problem !== "") {
          this.#print();
          this.warn(problem);
          output.write(question);
          shown = "";
        }
        if (isLine) output.write(editOf(shown, text));
        else if (answered !== undefined) this.#print(`\n  ${answered.note}`);
        shown = text;
        if (answered !== undefined) answer.give(answered.value);
      },
    });
    const receive = (burst: InputBurst) => {
      const pasted = isLine ? pastedText(burst) : undefined;
      if (pasted === undefined || !looksLikeKey(pasted)) capture.receive(burst);
      else answer.fail(new MisplacedKey(burst));
    };
    try {
      return await this.keyboard.listen({ receive, stop: answer.stop }, () => {
        output.write(question);
        if (entered !== undefined) capture.receive(entered);
        return answer.given;
      });
    } catch (error) {
      this.#print();
      throw error;
    } finally {
      capture.close();
    }
  }
}

function editOf(before: string, after: string): string {
  const kept = after.startsWith(before) ? before.length : 0;
  const gone = kept === before.length ? 0 : displayWidth(before);
  return "\b \b".repeat(gone) + after.slice(kept);
}

/** A pending answer, until it is given or cancelled, or the signal aborts. */
function openAnswer<Value>(signal: AbortSignal) {
  let give: (value: Value) => void = () => {};
  let fail: (reason: unknown) => void = () => {};
  const given = new Promise<Value>((resolve, reject) => {
    give = resolve;
    fail = reject;
  });
  const stop = () => fail(new Cancelled());
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  const forget = () => signal.removeEventListener("abort", stop);
  given.then(forget, forget);
  return { given, give, fail, stop };
}
