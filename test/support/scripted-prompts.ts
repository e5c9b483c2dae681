import { Cancelled } from "../../src/errors.ts";
import { ApiKey } from "../../src/keys/api-key.ts";
import type {
  ChooseQuestion,
  ConfirmQuestion,
  InsteadOfKey,
  KeyQuestion,
  PastedKeyQuestion,
  PressQuestion,
  Prompts,
} from "../../src/terminal/prompts/prompts.ts";

type Kind = "choose" | "confirm" | "text" | "press" | "key" | "passphrase";

/** A scripted answer: the kind and text of the question it expects, and the answer to it. */
export interface ScriptedAnswer {
  readonly kind: Kind | "any";
  readonly question: RegExp;
  readonly answer: unknown;
  /** What the user does elsewhere before answering. */
  readonly meanwhile?: () => void;
}

const anything = /^/;
const preselected = Symbol("preselected");

/** The user at the keyboard, as a script. */
export const answer = {
  /** Takes the choice whose name contains this text. */
  choose: (name: string, question = anything): ScriptedAnswer => ({ kind: "choose", question, answer: name }),
  /** Takes the first choice, whose name and description must match. */
  first: (name: RegExp, question = anything): ScriptedAnswer => ({ kind: "choose", question, answer: name }),
  confirm: (yes: boolean, question = anything): ScriptedAnswer => ({
    kind: "confirm",
    question,
    answer: yes,
  }),
  /** Presses Enter at a choice or a question of yes or no, which takes the answer that is preselected. */
  enter: (question = anything): ScriptedAnswer => ({ kind: "any", question, answer: preselected }),
  text: (text: string, question = anything): ScriptedAnswer => ({ kind: "text", question, answer: text }),
  /** Presses one of the offered keys; `question` is matched against what the keys do. */
  press: (key: string, question = anything): ScriptedAnswer => ({ kind: "press", question, answer: key }),
  /** Enters a key; empty input takes the offered one. */
  key: (key: string, question = anything): ScriptedAnswer => ({ kind: "key", question, answer: key }),
  /** Pastes a key at a question that does not ask for one. */
  pasteKey: (key: string, question = anything): ScriptedAnswer => ({
    kind: "any",
    question,
    answer: ApiKey.of(key),
  }),
  /** Tries to paste twice at the question for the key, in a terminal that cannot. */
  cannotPaste: (question = anything): ScriptedAnswer => ({ kind: "key", question, answer: "stuck" }),
  /** Ctrl-C at the next question, whatever it is. */
  stop: (question = anything): ScriptedAnswer => ({ kind: "any", question, answer: undefined }),
};

/**
 * Answers from a script. An unexpected question fails the test, and so does
 * {@link ScriptedPrompts.finish} for an unused answer.
 */
export class ScriptedPrompts implements Prompts {
  readonly #answers: ScriptedAnswer[];
  readonly #asked: string[] = [];
  readonly #aloud: string[] = [];
  #quiet = 0;

  constructor(answers: readonly ScriptedAnswer[]) {
    this.#answers = [...answers];
  }

  /** Every question that was asked, in order. */
  get asked(): readonly string[] {
    return this.#asked;
  }

  /** The questions, but for the first, before which a terminal would show what is typed or pasted. */
  get aloud(): readonly string[] {
    return this.#aloud;
  }

  /** Adds answers for what comes next. */
  expect(...answers: readonly ScriptedAnswer[]): void {
    this.#answers.push(...answers);
  }

  /** Fails when an answer was not used. */
  finish(): void {
    if (this.#answers.length > 0) {
      throw new Error(`Nobody asked for: ${this.#answers.map(describe).join("; ")}`);
    }
  }

  async choose<Value, Pasted = never>(question: ChooseQuestion<Value, Pasted>) {
    const name = this.#take("choose", question.message);
    if (name instanceof ApiKey) return pasteAt(question, name);
    const { choices, initial } = question;
    const found =
      name === preselected
        ? (choices.find(({ value }) => value === initial) ?? choices[0])
        : name instanceof RegExp
          ? choices.slice(0, 1).find((one) => name.test([one.name, one.description].join(" ").trim()))
          : choices.find((choice) => choice.name.includes(String(name)));
    if (found !== undefined) return found.value;
    throw new Error(`No "${String(name)}" among: ${choices.map((choice) => choice.name).join(" | ")}`);
  }

  async confirm<Pasted = never>(question: ConfirmQuestion<Pasted>) {
    const answered = this.#take("confirm", question.message);
    if (answered === preselected) return question.initial;
    return answered instanceof ApiKey ? pasteAt(question, answered) : answered === true;
  }

  async text<Pasted = never>(
    question: {
      readonly message: string;
      readonly check?: (text: string) => string | undefined;
    } & PastedKeyQuestion<Pasted>,
  ) {
    const answered = this.#take("text", question.message);
    if (answered instanceof ApiKey) return pasteAt(question, answered);
    const text = String(answered);
    const refused = question.check?.(text);
    if (refused !== undefined) throw new Error(`"${text}" is refused: ${refused}`);
    return text;
  }

  async press<Value, Pasted = never>(question: PressQuestion<Value, Pasted>) {
    const offered = question.keys.map((key) => `${key.press} ${key.does}`).join(" | ");
    const pressed = this.#take("press", offered);
    if (pressed instanceof ApiKey) return pasteAt(question, pressed);
    const found = question.keys.find((key) => key.press === pressed);
    if (found === undefined) throw new Error(`No key "${String(pressed)}" among: ${offered}`);
    return found.value;
  }

  async key<Instead extends InsteadOfKey = never>(question: KeyQuestion<Instead>) {
    const entered = this.#take("key", question.message);
    const wanted = entered === "b" ? "back" : entered;
    const instead = question.instead?.find((way) => way === wanted);
    if (instead !== undefined) return instead;
    if (entered === "" && question.offered !== undefined) return question.offered;
    return ApiKey.of(String(entered));
  }

  async passphrase(question: { readonly message: string }): Promise<string> {
    return String(this.#take("passphrase", question.message));
  }

  async quietly<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#quiet += 1;
    return await work().finally(() => {
      this.#quiet -= 1;
    });
  }

  #take(kind: Kind, message: string): unknown {
    // What is asked for a key may be pasted twice.
    if ((this.#asked.length > 0 || kind === "key") && this.#quiet === 0) this.#aloud.push(message);
    this.#asked.push(message);
    const next = this.#answers.shift();
    if (next === undefined) throw new Error(`Nobody expected the question (${kind}): ${message}`);
    if ((next.kind !== "any" && next.kind !== kind) || !next.question.test(message)) {
      throw new Error(`Expected ${describe(next)}, but the question was (${kind}): ${message}`);
    }
    next.meanwhile?.();
    if (next.answer === undefined) throw new Cancelled();
    return next.answer;
  }
}

function pasteAt<Pasted>({ onKeyPasted }: PastedKeyQuestion<Pasted>, key: ApiKey): Pasted {
  if (onKeyPasted === undefined) throw new Error("A pasted key is not taken at this question.");
  return onKeyPasted(key);
}

function describe({ kind, question }: ScriptedAnswer): string {
  return `a question (${kind}) with ${question}`;
}
