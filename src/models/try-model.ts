import type { Deps } from "../deps.ts";
import type { Assessed, ChatEvent, RateLimits } from "../mistral/mistral-api.ts";
import { chooseModel } from "../mistral/read-answers.ts";
import { showName } from "../outside-text.ts";
import { quietly } from "../terminal/absence.ts";
import { type CallableKey, whileWaiting } from "./call-key.ts";

/** What is asked of which model; a small one that the key may call where none is named. */
export interface TrialRequest {
  readonly model: string | undefined;
  readonly prompt: string;
}

/** The outcome of a trial. */
export interface Trial {
  /** `undefined` when there was none to ask. */
  readonly model: string | undefined;
  /** What the model said, as far as it came. */
  readonly text: string;
  /** How the answer ended; `undefined` when it did not come to its end. */
  readonly end: Extract<ChatEvent, { readonly kind: "end" }> | undefined;
  /** Why there is no answer, or only a part of one. */
  readonly failure: Assessed | undefined;
  /** From the question to the end of the answer, in milliseconds. */
  readonly ms: number;
  readonly rateLimits: RateLimits | null;
}

/**
 * Asks a model one question.
 *
 * @param onText - told of the answer as it is written, a piece at a time
 * @returns `"no-model"` when the key may call none that answers
 * @throws Cancelled when the person presses Ctrl-C
 */
export async function tryModel(
  deps: Deps,
  { key, api, options }: CallableKey,
  request: TrialRequest,
  onText: (text: string) => void,
): Promise<Trial | "no-model"> {
  const nothing = { text: "", end: undefined, ms: 0, rateLimits: null };
  let { model } = request;
  if (model === undefined) {
    const list = await whileWaiting(deps, "Choosing a small model", () => api.listModels(key, options));
    if (!list.ok) return { ...nothing, model, failure: list.assessed };
    model = chooseModel(list.value);
    if (model === undefined) return "no-model";
  }
  const asked = { model, prompt: request.prompt };
  const started = deps.now().getTime();
  const stream = await whileWaiting(deps, `Asking ${showName(model)}`, () =>
    api.streamChat(key, asked, options),
  );
  if (!stream.ok) return { ...nothing, model, failure: stream.assessed };
  let text = "";
  let last: ChatEvent | undefined;
  await quietly(deps, async () => {
    for await (const event of stream.value) {
      last = event;
      if (event.kind !== "text") continue;
      text += event.text;
      onText(event.text);
    }
  });
  return {
    model,
    text,
    end: last?.kind === "end" ? last : undefined,
    failure: last?.kind === "broken" ? last.assessed : undefined,
    ms: deps.now().getTime() - started,
    rateLimits: stream.rateLimits,
  };
}
