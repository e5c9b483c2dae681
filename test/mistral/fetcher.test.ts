import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { nestsDeeperThan } from "../../src/files/json-nesting.ts";
import { fetchAnswer } from "../../src/mistral/fetcher.ts";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function fetchFrom(listener: RequestListener): Promise<Response> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return await fetchAnswer(new Request(`http://127.0.0.1:${port}/`), {}, new AbortController().signal);
}

const answer =
  (body: string, status = 200, headers: Record<string, string> = { "content-type": "application/json" }) =>
  (_request: unknown, response: Parameters<RequestListener>[1]) => {
    response.writeHead(status, headers);
    response.end(body);
  };

const unusable = { failure: { reason: "not-an-answer" } };

describe("an answer", () => {
  it("is handed over with its status, headers and body", async () => {
    const response = await fetchFrom(answer('{"a": 1}', 418, { "X-Request-Id": "7" }));
    expect(response.status).toBe(418);
    expect(response.headers.get("x-request-id")).toBe("7");
    expect(await response.json()).toEqual({ a: 1 });
  });

  it("is asked for uncompressed, and without the headers that the SDK leaves empty", async () => {
    const response = await fetchFrom((request, answering) => answering.end(JSON.stringify(request.headers)));
    expect(await response.json()).toMatchObject({ "accept-encoding": "identity" });
  });

  it.each([204, 205, 304])("without a body is one, %i", async (status) => {
    expect((await fetchFrom(answer("", status, {}))).status).toBe(status);
  });

  it("does not carry the header for which the SDK prints a warning", async () => {
    const header = "x-model-deprecation-timestamp";
    const response = await fetchFrom(answer("{}", 200, { [header]: "2026-12-01T00:00:00Z" }));
    expect(response.headers.has(header)).toBe(false);
  });

  it("of more than any of Mistral's is none", async () => {
    await expect(fetchFrom(answer(" ".repeat(9 * 2 ** 20)))).rejects.toMatchObject(unusable);
  });

  it("that is streamed may be as long as a model writes", async () => {
    const events = `data: ${"x".repeat(249)}\n`.repeat(2 ** 16);
    const response = await fetchFrom(answer(events, 200, { "content-type": "text/event-stream" }));
    expect((await response.text()).length).toBe(2 ** 24);
  });

  it("that is nested too deeply is none, before it takes memory to parse it", async () => {
    const brackets = "[".repeat(2 ** 21) + "]".repeat(2 ** 21);
    const before = process.memoryUsage().heapUsed;
    await expect(fetchFrom(answer(brackets))).rejects.toMatchObject(unusable);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * 2 ** 20);
  });

  it("in a status that HTTP does not have is none", async () => {
    await expect(fetchFrom(answer("{}", 999))).rejects.toMatchObject(unusable);
  });

  it.each([
    ["in a status that HTTP does not have", 999, "{"],
    ["that is too long", 200, " ".repeat(9 * 2 ** 20)],
  ])("%s is not waited for to its end", async (_which, status, begin) => {
    let close = () => {};
    const closed = new Promise<void>((resolve) => {
      close = resolve;
    });
    const fetched = fetchFrom((_request, response) => {
      response.on("close", close);
      response.writeHead(status);
      response.write(begin);
    });
    await expect(fetched).rejects.toMatchObject(unusable);
    await closed;
  });
});

describe("the nesting of JSON", () => {
  it.each([
    ["{}", 1],
    ["[[]]", 2],
    ['{"a": [{"b": []}]}', 4],
    ["[] [] []", 1],
    ['{"[[[[": "]]{{\\"[[["}', 1],
    ["[[[", 3],
    ["7", 0],
  ])("of %s is %i", (text, depth) => {
    expect(nestsDeeperThan(text, depth)).toBe(false);
    expect(nestsDeeperThan(text, depth - 1)).toBe(depth > 0);
  });
});
