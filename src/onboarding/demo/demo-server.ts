import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { ApiKey } from "../../keys/api-key.ts";
import { answerDemoRequest, demoIdentity } from "./demo-api.ts";

/** A small Mistral API on a loopback port of this process. */
export interface DemoServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts the demonstration API. It refuses every key but one, as Mistral would.
 *
 * @param key - the key it accepts
 */
export async function startDemoServer(key: ApiKey, keyName: string): Promise<DemoServer> {
  const world = {
    ownerOf: (shown: string) => (shown === key.reveal() ? { ...demoIdentity, keyName } : undefined),
  };
  const server = createServer((incoming, response) => {
    const { method = "GET", url = "/" } = incoming;
    const path = new URL(url, "http://demo").pathname;
    const { authorization, "x-api-key": apiKey } = incoming.headers;
    const headers = { authorization, "x-api-key": apiKey?.toString() };
    text(incoming)
      .then((body) => {
        const answer = answerDemoRequest({ method, path, headers, body }, world);
        response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
        response.end(JSON.stringify(answer.body));
      })
      .catch(() => response.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
