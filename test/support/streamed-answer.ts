import type { ServerResponse } from "node:http";

/** How a streamed answer behaves. */
export type StreamBehaviour =
  /** Is complete. */
  | "stream-whole"
  /** Cuts the connection after the first words. */
  | "stream-cut"
  /** Ends properly after the first words, without a reason. */
  | "stream-unfinished"
  /** Sends the first words, then nothing. */
  | "stream-hang"
  /** Sends an event that is not Mistral's after the first words. */
  | "stream-garbage"
  /** Sends a line that never ends. */
  | "stream-endless"
  /** Sends the key it was called with, a few letters at a time. */
  | "stream-key";

/** Whether a behaviour is for streamed answers. */
export function isStreamBehaviour(behaviour: string): behaviour is StreamBehaviour {
  return behaviour.startsWith("stream-");
}

/**
 * Streams a completion as Mistral does: an event per piece, the last with the finish reason and the
 * usage.
 */
export function streamAnswer(
  response: ServerResponse,
  {
    model,
    key,
    behaviour,
    headers,
  }: {
    readonly model: string;
    readonly key: string;
    readonly behaviour?: StreamBehaviour | undefined;
    readonly headers?: Readonly<Record<string, string>> | undefined;
  },
): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", ...headers });
  const send = (content: string, finishReason: string | null = null) => {
    const usage = { prompt_tokens: 11, completion_tokens: 4, total_tokens: 15 };
    const event = {
      id: "cmpl-loopback",
      object: "chat.completion.chunk",
      created: 1_785_000_000,
      model,
      choices: [{ index: 0, delta: { content }, finish_reason: finishReason }],
      ...(finishReason !== null && { usage }),
    };
    response.write(`data: ${JSON.stringify(event)}\n\n`);
  };
  send("Hello");
  switch (behaviour) {
    case "stream-cut":
      response.write(" ", () => response.socket?.destroy());
      return;
    case "stream-unfinished":
      response.end();
      return;
    case "stream-hang":
      return;
    case "stream-garbage":
      response.end('data: {"object": "error", "message": "overloaded"}\n\n');
      return;
    case "stream-endless":
      response.write("data: ");
      for (let count = 0; count < 32; count += 1) response.write("[".repeat(16 * 1024));
      return;
    case "stream-key":
      for (let at = 0; at < key.length; at += 5) send(key.slice(at, at + 5));
      break;
  }
  send("\nfrom \u001b[31mthe loopback");
  send(".", "stop");
  response.end("data: [DONE]\n\n");
}
