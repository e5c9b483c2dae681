import { StreamCleaner } from "../outside-text.ts";
import type { ApiSession } from "./api-session.ts";
import { connectionFailureOf, member } from "./call-outcome.ts";
import type { Assessment, ChatEvent } from "./mistral-api.ts";
import { firstOf, shown, textOf } from "./read-answers.ts";

/**
 * Streams a model's answer.
 *
 * @param events - the SDK's
 * @param session - closed when the answer has ended
 * @param options.silenceMs - the longest wait for the next event
 * @throws Cancelled when the user has stopped it
 */
export async function* readChatEvents(
  events: ReadableStream<unknown>,
  session: ApiSession,
  { model, silenceMs }: { readonly model: string; readonly silenceMs: number },
): AsyncGenerator<ChatEvent> {
  const { key } = session;
  const cleaner = new StreamCleaner([key]);
  const reader = events.getReader();
  const silence = new AbortController();
  // Mistral ends every answer with a finish reason, so one without was cut off.
  let last: Extract<ChatEvent, { readonly kind: "end" }> | Assessment = {
    diagnosis: "unreachable",
    failure: { reason: "connection", code: undefined, host: session.host, proxy: undefined },
  };
  try {
    for (;;) {
      const timer = setTimeout(() => {
        silence.abort();
        session.close();
      }, silenceMs);
      const next = await reader.read().finally(() => clearTimeout(timer));
      if (next.done) break;
      const chunk = member(next.value, "data");
      const choice = firstOf(member(chunk, "choices"));
      const finishReason = shown(member(choice, "finish_reason"), key);
      if (finishReason !== null) {
        last = {
          kind: "end",
          model: shown(member(chunk, "model"), key),
          finishReason,
          usage: usageIn(chunk),
        };
      }
      const text = cleaner.push(textOf(member(member(choice, "delta"), "content")));
      if (text !== "") yield { kind: "text", text };
    }
  } catch (error) {
    session.throwIfCancelled();
    const failure = connectionFailureOf(error, session.host, silence.signal.aborted);
    // No error from Node or the network, so the SDK failed to parse an event.
    last =
      failure.reason === "connection" && failure.code === undefined
        ? { diagnosis: "server-error", status: 200, foreign: "unreadable" }
        : { diagnosis: "unreachable", failure };
  } finally {
    session.close();
  }
  const rest = cleaner.end();
  if (rest !== "") yield { kind: "text", text: rest };
  yield "kind" in last ? last : { kind: "broken", assessed: session.inContext(last, model, true, silenceMs) };
}

function usageIn(chunk: unknown) {
  const usage = member(chunk, "usage");
  const promptTokens = member(usage, "prompt_tokens");
  const completionTokens = member(usage, "completion_tokens");
  if (typeof promptTokens !== "number" || typeof completionTokens !== "number") return null;
  return { promptTokens, completionTokens };
}
