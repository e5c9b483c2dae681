import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cancelled } from "../../src/errors.ts";
import { ApiKey } from "../../src/keys/api-key.ts";
import { type ChatEvent, newKey } from "../../src/mistral/mistral-api.ts";
import type { SdkMistralApiOptions } from "../../src/mistral/sdk-mistral-api.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { sdkApi } from "../support/sdk-api.ts";
import type { StreamBehaviour } from "../support/streamed-answer.ts";

const text = "GOODtestKey0testKey0testKey0Last";
const key = ApiKey.of(text);
const request = { model: "mistral-small-latest", prompt: "Say hello." };

let api: LoopbackMistralApi;
beforeEach(async () => {
  api = await startMistralApi({ keys: [text] });
});
afterEach(() => api.stop());

async function start(options: Partial<SdkMistralApiOptions> = {}, signal?: AbortSignal) {
  return await sdkApi(api.url, options).streamChat(key, request, { history: newKey, signal });
}

async function events(behaviour?: StreamBehaviour, options: Partial<SdkMistralApiOptions> = {}) {
  if (behaviour !== undefined) api.behave(behaviour);
  const result = await start(options);
  if (!result.ok) throw new Error(`No answer: ${result.assessed.diagnosis}`);
  const all: ChatEvent[] = [];
  for await (const event of result.value) all.push(event);
  const words = all.map((event) => (event.kind === "text" ? event.text : "")).join("");
  return { words, last: all.at(-1), count: all.length };
}

describe("a streamed answer", () => {
  it("comes in pieces, and ends with the reason, the model and the tokens used", async () => {
    expect(await events()).toEqual({
      words: "Hello\nfrom [31mthe loopback.",
      last: {
        kind: "end",
        model: "mistral-small-latest",
        finishReason: "stop",
        usage: { promptTokens: 11, completionTokens: 4 },
      },
      count: 4,
    });
    expect(api.requests).toMatchObject([{ path: "/v1/chat/completions", model: request.model }]);
  });

  it("is no answer when the call is refused", async () => {
    for (const [behaviour, diagnosis] of [
      ["unauthorized", "invalid-key"],
      ["vibe-key", "wrong-product"],
      ["no-plan", "no-plan"],
      ["html", "unreachable"],
      ["other-json", "server-error"],
    ] as const) {
      api.behave(behaviour);
      expect(await start()).toMatchObject({
        ok: false,
        assessed: { diagnosis, context: { mask: key.mask, model: request.model } },
      });
    }
  });

  it.each([
    ["stream-cut", "connection"],
    ["stream-unfinished", "connection"],
    ["stream-endless", "not-an-answer"],
    ["stream-hang", "timeout"],
  ] as const)("that is a %s is broken, after the part that arrived", async (behaviour, reason) => {
    expect(await events(behaviour, { silenceMs: 2000 })).toMatchObject({
      words: "Hello",
      last: { kind: "broken", assessed: { diagnosis: "unreachable", failure: { reason } } },
    });
  });

  it("that falls silent is broken by its own time limit, not by that of the call", async () => {
    expect(await events("stream-hang", { silenceMs: 300 })).toMatchObject({
      last: { kind: "broken", assessed: { context: { timeoutMs: 300 } } },
    });
  });

  it("may begin as late as it may go on", async () => {
    api.behave("hang");
    expect(await start({ timeoutMs: 100, silenceMs: 300 })).toMatchObject({
      assessed: { diagnosis: "unreachable", failure: { reason: "timeout" }, context: { timeoutMs: 300 } },
    });
  });

  it("with anything else in it is broken, and shows none of that", async () => {
    const { words, last } = await events("stream-garbage");
    expect(words).toBe("Hello");
    expect(last).toMatchObject({
      kind: "broken",
      assessed: { diagnosis: "server-error", foreign: "unreadable" },
    });
    expect(JSON.stringify(last)).not.toContain("overloaded");
  });

  it("never contains the key, however it arrives", async () => {
    expect((await events("stream-key")).words).toBe(`Hello${key.mask}\nfrom [31mthe loopback.`);
  });

  it("stops when the person does", async () => {
    api.behave("stream-hang");
    const controller = new AbortController();
    const result = await start({}, controller.signal);
    if (!result.ok) throw new Error("No answer.");
    const reading = (async () => {
      for await (const event of result.value) if (event.kind === "text") controller.abort();
    })();
    await expect(reading).rejects.toBeInstanceOf(Cancelled);
    await expect(start({}, controller.signal)).rejects.toBeInstanceOf(Cancelled);
  });

  it("ends its call when the reader stops", async () => {
    api.behave("stream-hang");
    const result = await start();
    if (!result.ok) throw new Error("No answer.");
    for await (const event of result.value) {
      expect(event).toEqual({ kind: "text", text: "Hello" });
      break;
    }
    await api.stop();
  });
});
