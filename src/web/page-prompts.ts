import type { ApiKey } from "../keys/api-key.ts";
import type {
  ChooseQuestion,
  ConfirmQuestion,
  InsteadOfKey,
  KeyQuestion,
  PassphraseQuestion,
  PressQuestion,
  Prompts,
  TextQuestion,
} from "../terminal/prompts/prompts.ts";
import { keySecret, passphraseSecret } from "../terminal/prompts/secret/secret-kinds.ts";
import type { Channel, Taken } from "./channel.ts";
import type { Answer, QuestionForm } from "./messages.ts";
import { readStyled } from "./styled-text.ts";

/** For answers that no form sends. */
const unexpected = { outcome: "refused", reason: "That is not an answer to this question." } as const;
/** The rejection of a question that moves to the other side. */
export const moved: unique symbol = Symbol("moved");

/** Questions on the page. */
export class PagePrompts implements Prompts {
  readonly #channel: Channel;
  readonly #signal: AbortSignal;
  readonly #handsOver: boolean;

  /**
   * @param signal - cancels a question, with `Cancelled`
   * @param options.handsOver - whether a question may move to the terminal, rejected with {@link moved}
   */
  constructor(channel: Channel, signal: AbortSignal, { handsOver }: { readonly handsOver: boolean }) {
    this.#channel = channel;
    this.#signal = signal;
    this.#handsOver = handsOver;
  }

  choose<Value>({ message, choices, initial }: ChooseQuestion<Value>) {
    const form = {
      form: "choose",
      choices: choices.map(({ name, description = "" }) => ({
        name: readStyled(name),
        description: readStyled(description),
      })),
      initial: Math.max(
        0,
        choices.findIndex(({ value }) => value === initial),
      ),
    } as const;
    return this.#ask<Value>(message, form, ({ choice = -1 }) => {
      const chosen = choices[choice];
      return chosen === undefined ? unexpected : { outcome: "value", value: chosen.value };
    });
  }

  confirm({ message, initial }: ConfirmQuestion) {
    const choices = [
      { value: true, name: "Yes" },
      { value: false, name: "No" },
    ];
    return this.choose<boolean>({ message, choices, initial });
  }

  text({ message, example = "", check, day }: TextQuestion) {
    const form = { form: "text", example, ...(day && { day }) } as const;
    return this.#ask<string>(message, form, (answer) => {
      const text = answer.text?.trim() ?? "";
      const refused = check?.(text);
      return refused === undefined
        ? { outcome: "value", value: text }
        : { outcome: "refused", reason: refused };
    });
  }

  press<Value>({ keys }: PressQuestion<Value>) {
    const choices = keys.map(({ does, value }) => ({
      value,
      name: does.charAt(0).toUpperCase() + does.slice(1),
    }));
    return this.choose<Value>({ message: "What next?", choices });
  }

  key<Instead extends InsteadOfKey = never>({ message, offered, instead = [] }: KeyQuestion<Instead>) {
    const back = instead.find((way) => way === "back");
    const form = { form: "key", canGoBack: back !== undefined, offers: offered !== undefined } as const;
    return this.#ask<ApiKey | Instead>(message, form, (answer) => {
      if (answer.instead === "back" && back !== undefined) return { outcome: "value", value: back };
      if (answer.instead === "offered" && offered !== undefined) return { outcome: "value", value: offered };
      return takeKey(answer);
    });
  }

  passphrase({ message, atLeast }: PassphraseQuestion): Promise<string> {
    const form = { form: "passphrase", twice: atLeast !== undefined } as const;
    return this.#ask<string>(message, form, ({ text = "", again }) => {
      const reading = passphraseSecret(atLeast).read(text);
      if (reading.outcome === "refused" || !form.twice || again === text) return reading;
      return { outcome: "refused", reason: "The two are not the same. Enter both again." };
    });
  }

  /** Nothing is typed here; `SharedPrompts` silences the terminal's keyboard. */
  quietly<Result>(work: () => Promise<Result>): Promise<Result> {
    return work();
  }

  async #ask<Value>(
    message: string,
    form: QuestionForm,
    take: (answer: Answer) => Taken<Value>,
  ): Promise<Value> {
    const handsOver = this.#handsOver;
    const given = await this.#channel.ask<Value | typeof moved>(
      { ...form, message: readStyled(message), handsOver },
      (answer) =>
        answer.instead === "terminal" && handsOver ? { outcome: "value", value: moved } : take(answer),
      this.#signal,
    );
    if (given === moved) throw moved;
    return given;
  }
}

function takeKey({ text = "", anyway = false }: Answer): Taken<ApiKey> {
  const reading = keySecret.read(text);
  if (reading.outcome === "refused" || anyway || reading.value.hasUsualShape) return reading;
  return { outcome: "unusual", reason: `${keySecret.note(text).text}.` };
}
