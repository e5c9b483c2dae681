import { expect } from "vitest";
import type { Answer, PageEvent, Question, Reply } from "../../src/web/messages.ts";

/** The page without a browser: opens a link, follows the events, and answers. */
export interface PageClient {
  /** What the program told, in order. */
  readonly events: readonly PageEvent[];
  /** Waits until this is asked; returns the question. */
  question(message: RegExp): Promise<Question>;
  /** Answers what is asked now. */
  answer(answer: Answer): Promise<Reply>;
  /** Resolves when the program has said how it ended. */
  readonly ended: Promise<void>;
}

/** Opens the link of a program as its page does. */
export async function openLink(link: string): Promise<PageClient> {
  const { origin, hash } = new URL(link);
  const headers: Record<string, string> = { origin, "content-type": "application/json" };
  const post = async (path: string, body: object) => {
    const response = await fetch(origin + path, { method: "POST", headers, body: JSON.stringify(body) });
    expect(response.status).toBe(200);
    return response;
  };
  const entered = await post("/session", { token: hash.slice(1) });
  headers.cookie = entered.headers.get("set-cookie")?.split(";")[0] ?? "";
  headers["x-mistral-key-page"] = ((await entered.json()) as { readonly proof: string }).proof;
  const events: PageEvent[] = [];
  // A program that exits may leave its last connection open, to be cut.
  const ended = follow(await post("/events", { from: 0 }), events).catch(() => {});
  const asked = () => {
    const last = events.findLast(({ type }) => type === "question" || type === "answered");
    return last?.type === "question" ? last.question : undefined;
  };
  return {
    events,
    ended,
    question: async (message) => {
      await expect.poll(() => String(asked()?.message[0])).toMatch(message);
      return asked() as Question;
    },
    answer: async (answer) => (await (await post("/answer", { id: asked()?.id, answer })).json()) as Reply,
  };
}

async function follow({ body }: Response, events: PageEvent[]): Promise<void> {
  let rest = "";
  for await (const text of (body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream())) {
    const messages = (rest + text).split("\n\n");
    rest = messages.pop() ?? "";
    for (const message of messages) {
      const data = /^data: (.*)$/m.exec(message)?.[1];
      if (data !== undefined) events.push(JSON.parse(data) as PageEvent);
    }
  }
}
