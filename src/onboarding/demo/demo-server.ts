import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ApiKey } from "../../keys/api-key.ts";

/**
 * Starts a small Mistral API on a loopback port of this process. It refuses every key but one, as Mistral
 * would.
 *
 * @param key - the key it accepts
 */
export async function startDemoServer(key: ApiKey, keyName: string) {
  const answers = answersFor(keyName);
  const server = createServer((incoming, response) => {
    const { authorization, "x-api-key": apiKey } = incoming.headers;
    const accepted = authorization === `Bearer ${key.reveal()}` || apiKey === key.reveal();
    const answer = accepted ? answers[incoming.url ?? ""] : { detail: "Unauthorized" };
    incoming.resume();
    response.writeHead(accepted ? (answer === undefined ? 404 : 200) : 401, headers);
    response.end(JSON.stringify(answer ?? { detail: "Not Found" }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const headers = {
  "content-type": "application/json",
  "x-ratelimit-limit-req-minute": "60",
  "x-ratelimit-remaining-req-minute": "59",
};

/** In Unix seconds. */
const created = 1_785_000_000;

function answersFor(keyName: string): Readonly<Record<string, unknown>> {
  const model = (id: string, completion_chat: boolean) => ({
    id,
    object: "model",
    created,
    owned_by: "mistralai",
    capabilities: { completion_chat },
  });
  const content = "Hello! I am a made-up model, and glad that your key works.";
  return {
    "/v1/models": {
      object: "list",
      data: [
        model("mistral-large-latest", true),
        model("mistral-small-latest", true),
        model("mistral-embed", false),
      ],
    },
    "/v1/chat/completions": {
      id: "cmpl-demo",
      object: "chat.completion",
      model: "mistral-small-latest",
      created,
      usage: { prompt_tokens: 11, completion_tokens: 15, total_tokens: 26 },
      choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
    },
    "/v1/users/me": {
      email: "ada@example.com",
      workspace: { id: "workspace", name: "Research" },
      organization: { id: "organization", name: "Analytical Engines" },
      api_key: { id: "key", name: keyName },
    },
  };
}
