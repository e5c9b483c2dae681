import type { ApiKey } from "../keys/api-key.ts";
import type {
  ChooseQuestion,
  ConfirmQuestion,
  InsteadOfKey,
  KeyQuestion,
  PassphraseQuestion,
  PastedKeyQuestion,
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

  choose<Value, Pasted = never>(question: ChooseQuestion<Value, Pasted>) {
    const { message, choices, initial } = question;
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
    return this.#ask<Value, Pasted>(message, form, question, ({ choice = -1 }) => {
      const chosen = choices[choice];
      return chosen === undefined ? unexpected : { outcome: "value", value: chosen.value };
    });
  }

  confirm<Pasted = never>({ message, initial, ...rest }: ConfirmQuestion<Pasted>) {
    const choices = [
      { value: true, name: "Yes" },
      { value: false, name: "No" },
    ];
    return this.choose<boolean, Pasted>({ message, choices, initial, ...rest });
  }

  text<Pasted = never>(question: TextQuestion<Pasted>) {
    const { message, example = "", check, day } = question;
    const form = { form: "text", example, ...(day && { day }) } as const;
    return this.#ask<string, Pasted>(message, form, question, (answer) => {
      const text = answer.text?.trim() ?? "";
      const refused = check?.(text);
      return refused === undefined
        ? { outcome: "value", value: text }
        : { outcome: "refused", reason: refused };
    });
  }

  press<Value, Pasted = never>({ keys, ...rest }: PressQuestion<Value, Pasted>) {
    const choices = keys.map(({ does, value }) => ({
      value,
      name: does.charAt(0).toUpperCase() + does.slice(1),
    }));
    return this.choose<Value, Pasted>({ message: "What next?", choices, ...rest });
  }

  key<Instead extends InsteadOfKey = never>({ message, offered, instead = [] }: KeyQuestion<Instead>) {
    const back = instead.find((way) => way === "back");
    const form = { form: "key", canGoBack: back !== undefined, offers: offered !== undefined } as const;
    return this.#ask<ApiKey | Instead, never>(message, form, {}, (answer) => {
      if (answer.instead === "back" && back !== undefined) return { outcome: "value", value: back };
      if (answer.instead === "offered" && offered !== undefined) return { outcome: "value", value: offered };
      return takeKey(answer);
    });
  }

  passphrase({ message, atLeast }: PassphraseQuestion): Promise<string> {
    const form = { form: "passphrase", twice: atLeast !== undefined } as const;
    return this.#ask<string, never>(message, form, {}, ({ text = "", again }) => {
      const reading = passphraseSecret(atLeast).read(text);
      if (reading.outcome === "refused" || !form.twice || again === text) return reading;
      return { outcome: "refused", reason: "The two are not the same. Enter both again." };
    });
  }

  /** Nothing is typed here; `SharedPrompts` silences the terminal's keyboard. */
  quietly<Result>(work: () => Promise<Result>): Promise<Result> {
    return work();
  }

  async #ask<Value, Pasted>(
    message: string,
    form: QuestionForm,
    { onKeyPasted }: PastedKeyQuestion<Pasted>,
    take: (answer: Answer) => Taken<Value | Pasted>,
  ): Promise<Value | Pasted> {
    const handsOver = this.#handsOver;
    const given = await this.#channel.ask<Value | Pasted | typeof moved>(
      { ...form, message: readStyled(message), takesKey: onKeyPasted !== undefined, handsOver },
      (answer) => {
        if (answer.instead === "terminal" && handsOver) return { outcome: "value", value: moved };
        if (answer.isKey !== true) return take(answer);
        if (onKeyPasted === undefined) return unexpected;
        const taken = takeKey(answer);
        return taken.outcome === "value" ? { outcome: "value", value: onKeyPasted(taken.value) } : taken;
      },
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
