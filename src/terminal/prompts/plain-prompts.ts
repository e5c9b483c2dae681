import { Cancelled } from "../../errors.ts";
import { displayWidth, hang } from "../output/layout.ts";
import { EnteredLine } from "./entered-line.ts";
import { type KeyListener, pastedText } from "./key-listener.ts";
import { KeyboardPrompts, MisplacedKey, type SecretOptions } from "./keyboard-prompts.ts";
import type { ChooseQuestion, ConfirmQuestion, PressQuestion, TextQuestion } from "./prompts.ts";
import { SecretCapture } from "./secret/secret-capture.ts";
import { looksLikeKey, type SecretKind } from "./secret/secret-kinds.ts";

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
        ? { refused: `Enter a number from 1 to ${choices.length}.` }
        : { value: chosen.value };
    });
  }

  protected async askConfirm({ message, initial }: ConfirmQuestion) {
    const offered = initial ? "yes" : "no";
    const question = this.#question(`${message} Yes or no, then Enter (${offered}):`);
    return this.#askLine<boolean>(question, (line) => {
      if (line === "") return { value: initial };
      if (/^y(?:es?)?$/i.test(line)) return { value: true };
      return /^no?$/i.test(line) ? { value: false } : { refused: "Enter yes or no." };
    });
  }

  protected async askText({ message, example, check }: TextQuestion) {
    const question = this.#question(`${message}${example === undefined ? "" : ` (${example})`}:`);
    return this.#askLine(question, (line) => {
      const refused = check?.(line);
      return refused === undefined ? { value: line } : { refused };
    });
  }

  protected async askPress<Value>({ keys }: PressQuestion<Value>) {
    for (const { press, does } of keys) {
      this.#print(`  ${press === "enter" ? "Enter" : `${press}, then Enter`}: ${does}`);
    }
    return this.#askLine(`${this.terminal.theme.symbol.next} `, (line) => {
      const pressed = line === "" ? "enter" : line.toLowerCase();
      const key = keys.find(({ press }) => press === pressed);
      return key === undefined ? { refused: "Enter one of the letters above." } : { value: key.value };
    });
  }

  protected async askSecret<Value>(
    message: string,
    kind: SecretKind<Value>,
    { entered, whenStuck }: SecretOptions<Value> = {},
  ): Promise<Value> {
    const question = this.#question(`${message}: ${kind.placeholder}`);
    const answer = openAnswer<Value>(this.terminal.signal);
    const capture = new SecretCapture(kind, {
      whenStuck,
      stop: answer.stop,
      changed: () => {
        const { answered, problem } = capture;
        if (answered !== undefined) {
          this.#print();
          this.#print(`  ${answered.said}`);
          answer.give(answered.value);
        } else if (problem !== "") {
          this.#print();
          this.warn(problem);
          this.terminal.output.write(question);
        }
      },
    });
    try {
      return await this.keyboard.listen(capture, () => {
        this.terminal.output.write(question);
        if (entered !== undefined) capture.receive(entered);
        return answer.given;
      });
    } finally {
      capture.close();
    }
  }

  /** The wrapped question, ready for the answer after it. */
  #question(text: string): string {
    return `${hang("? ", text, this.columns - 1)} `;
  }

  #print(line = ""): void {
    this.terminal.output.write(`${line}\n`);
  }

  /** Asks until a line is valid. */
  async #askLine<Value>(
    question: string,
    read: (line: string) => { readonly value: Value } | { readonly refused: string },
  ): Promise<Value | MisplacedKey> {
    const { output, signal } = this.terminal;
    for (;;) {
      const answer = openAnswer<string | MisplacedKey>(signal);
      const line = showLine(answer, (text) => output.write(text));
      const given = await this.keyboard.listen(line, () => {
        output.write(question);
        return answer.given;
      });
      if (given instanceof MisplacedKey) return given;
      const reading = read(given);
      if ("value" in reading) return reading.value;
      this.warn(reading.refused);
    }
  }
}

function showLine(answer: Answer<string | MisplacedKey>, write: (text: string) => void): KeyListener {
  const line = new EnteredLine();
  const show = (before: string, after: string) => {
    const kept = after.startsWith(before) ? before.length : 0;
    const gone = kept === before.length ? 0 : displayWidth(before);
    write("\b \b".repeat(gone) + after.slice(kept));
  };
  return {
    stop: answer.stop,
    receive: (burst) => {
      const pasted = pastedText(burst);
      if (pasted !== undefined && looksLikeKey(pasted)) {
        write("\n");
        answer.give(new MisplacedKey(burst));
        return;
      }
      for (const piece of burst) {
        const before = line.text;
        const change = line.receive(piece);
        if (change === "changed") show(before, line.text);
        else if (change === "left") answer.stop();
        else if (change === "entered") {
          write("\n");
          answer.give(before.trim());
          return;
        }
      }
    },
  };
}

/** A pending answer, until it is given or cancelled, or the signal aborts. */
interface Answer<Value> {
  readonly given: Promise<Value>;
  give(value: Value): void;
  readonly stop: () => void;
}

function openAnswer<Value>(signal: AbortSignal): Answer<Value> {
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
