import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { ApiKey } from "../../keys/api-key.ts";
import { answerDemoRequest, demoIdentity } from "./demo-api.ts";

/** A small Mistral API on a loopback port inside this process. */
export interface DemoServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts the API of the demonstration. It knows one key; any other is refused as Mistral would.
 *
 * @param key - the key it accepts
 */
export async function startDemoServer(key: ApiKey, keyName: string): Promise<DemoServer> {
  const server = createServer((incoming, response) => {
    readBody(incoming)
      .then((body) => {
        const answer = answerDemoRequest(
          {
            method: incoming.method ?? "GET",
            path: new URL(incoming.url ?? "/", "http://demo").pathname,
            headers: {
              authorization: incoming.headers.authorization,
              "x-api-key": incoming.headers["x-api-key"]?.toString(),
            },
            body,
          },
          { ownerOf: (shown) => (shown === key.reveal() ? { ...demoIdentity, keyName } : undefined) },
        );
        response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
        response.end(JSON.stringify(answer.body));
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
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

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
