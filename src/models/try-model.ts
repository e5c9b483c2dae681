import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import type { Assessed, ChatEvent, RateLimits } from "../mistral/mistral-api.ts";
import { chooseModel } from "../mistral/read-answers.ts";
import { showName } from "../outside-text.ts";
import type { CallableKey } from "./call-key.ts";

/** The prompt and the model; if none is named, a small one that the key may call. */
export interface TrialRequest {
  readonly model: string | undefined;
  readonly prompt: string;
}

/** The outcome of a trial. */
export interface Trial {
  /** `undefined` if listing models failed. */
  readonly model: string | undefined;
  /** The answer, or as much as arrived. */
  readonly text: string;
  /** How the answer ended; `undefined` if it is incomplete. */
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
 * @param onText - called with each piece of the answer as it arrives
 * @throws Cancelled when the user presses Ctrl-C
 * @throws MistralKeyError of kind `usage` if the key may call no chat model, or the prompt is too long
 */
export async function tryModel(
  deps: Deps,
  { key, api, options }: CallableKey,
  request: TrialRequest,
  onText: (text: string) => void,
): Promise<Trial> {
  const nothing = { text: "", end: undefined, ms: 0, rateLimits: null };
  let { model } = request;
  if (model === undefined) {
    const choosing = deps.output.progress("Choosing a small model");
    const list = await api.listModels(key, options).finally(() => choosing.clear());
    if (!list.ok) return { ...nothing, model, failure: list.assessed };
    model = chooseModel(list.value);
    if (model === undefined) {
      const hint = "Name one with --model.";
      throw new MistralKeyError("usage", "Mistral lists no chat model for this key.", { hint });
    }
  }
  const asked = { model, prompt: request.prompt };
  const started = deps.now().getTime();
  const asking = deps.output.progress(`Asking ${showName(model)}`);
  const stream = await api.streamChat(key, asked, options).finally(() => asking.clear());
  if (!stream.ok) {
    const { assessed } = stream;
    // A gateway, too, may refuse a long prompt.
    if (("tooLong" in assessed && assessed.tooLong) || ("status" in assessed && assessed.status === 413)) {
      const hint = "Shorten it, or name a model with a larger context with --model.";
      throw new MistralKeyError("usage", `The prompt is too long for ${showName(model)}.`, { hint });
    }
    const accepted = request.model === undefined;
    return { ...nothing, model, failure: { ...assessed, context: { ...assessed.context, accepted } } };
  }
  let text = "";
  let last: ChatEvent | undefined;
  for await (const event of stream.value) {
    last = event;
    if (event.kind !== "text") continue;
    text += event.text;
    onText(event.text);
  }
  return {
    model,
    text,
    end: last?.kind === "end" ? last : undefined,
    failure: last?.kind === "broken" ? last.assessed : undefined,
    ms: deps.now().getTime() - started,
    rateLimits: stream.rateLimits,
  };
}
