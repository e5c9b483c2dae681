import type { ApiKey } from "../keys/api-key.ts";
import type {
  Choice,
  InsteadOfKey,
  KeyQuestion,
  PassphraseQuestion,
  TextQuestion,
} from "../terminal/prompts/prompts.ts";
import { keySecret, passphraseSecret } from "../terminal/prompts/secret/secret-kinds.ts";
import type { Taken } from "./channel.ts";
import type { Answer, QuestionForm } from "./messages.ts";
import { readStyled } from "./styled-text.ts";

/** How the page asks a question. */
export interface PageForm<Value> {
  readonly form: QuestionForm;
  take(answer: Answer): Taken<Value>;
}

/** For answers that no form sends. */
export const unexpected = { outcome: "refused", reason: "That is not an answer to this question." } as const;

/** Offers choices, the initial one preselected. */
export function choiceForm<Value>(choices: readonly Choice<Value>[], initial?: Value): PageForm<Value> {
  const rows = choices.map(({ name, description = "" }) => ({
    name: readStyled(name),
    description: readStyled(description),
  }));
  const preselected = choices.findIndex(({ value }) => value === initial);
  return {
    form: { form: "choose", choices: rows, initial: Math.max(0, preselected) },
    take: ({ choice = -1 }) => {
      const chosen = choices[choice];
      return chosen === undefined ? unexpected : { outcome: "value", value: chosen.value };
    },
  };
}

/** Asks for a line of text, or for a day. */
export function textForm({ example = "", check, day }: TextQuestion): PageForm<string> {
  return {
    form: { form: "text", example, ...(day && { day }) },
    take: (answer) => {
      const value = answer.text?.trim() ?? "";
      const reason = check?.(value);
      return reason === undefined ? { outcome: "value", value } : { outcome: "refused", reason };
    },
  };
}

/** Asks for an API key, with the ways out that the question offers. */
export function keyForm<Instead extends InsteadOfKey>({
  offered,
  instead = [],
}: KeyQuestion<Instead>): PageForm<ApiKey | Instead> {
  const back = instead.find((way) => way === "back");
  return {
    form: { form: "key", canGoBack: back !== undefined, offers: offered !== undefined },
    take: (answer) => {
      if (answer.instead === "back" && back !== undefined) return { outcome: "value", value: back };
      if (answer.instead === "offered" && offered !== undefined) return { outcome: "value", value: offered };
      return takeKey(answer);
    },
  };
}

/** Checks a key; one of unusual shape has to be sent again with `anyway`. */
export function takeKey({ text = "", anyway = false }: Answer): Taken<ApiKey> {
  const reading = keySecret.read(text);
  if (reading.outcome === "refused" || anyway || reading.value.hasUsualShape) return reading;
  return { outcome: "unusual", reason: `${reading.note}.` };
}

/** Asks for a passphrase; for a new one twice, until both are the same. */
export function passphraseForm({ atLeast }: PassphraseQuestion): PageForm<string> {
  const twice = atLeast !== undefined;
  return {
    form: { form: "passphrase", twice },
    take: ({ text = "", again }) => {
      const reading = passphraseSecret(atLeast).read(text);
      if (reading.outcome === "refused" || !twice || again === text) return reading;
      return { outcome: "refused", reason: "The two are not the same. Enter both again." };
    },
  };
}
