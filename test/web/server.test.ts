import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Channel } from "../../src/web/channel.ts";
import { PageServer } from "../../src/web/server/page-server.ts";

const page = { markup: "<title>page</title><!--style--><!--script-->", style: "p{}", script: "1" };
const seen = { opened: 0, second: 0, idle: 0 };
let channel: Channel;
let server: PageServer;

const start = (idleMs = 600_000) =>
  PageServer.start({
    page,
    channel,
    idleMs,
    isWaiting: () => true,
    onOpened: () => {
      seen.opened += 1;
    },
    onSecondClient: () => {
      seen.second += 1;
    },
    onIdle: () => {
      seen.idle += 1;
    },
  });

beforeEach(async () => {
  Object.assign(seen, { opened: 0, second: 0, idle: 0 });
  channel = new Channel();
  server = await start();
});
afterEach(() => server.stop("stopped"));

const host = () => `127.0.0.1:${server.port}`;
const origin = () => `http://${host()}`;
const token = () => server.link.split("#")[1] ?? "";

/** Sends bytes; returns what comes back until the server closes. */
function send(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, "127.0.0.1", () => socket.write(bytes));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
}

/** A request as our page sends it, with changes. */
function raw({ method = "POST", path = "/session", headers = {}, body = "{}" }: Sent): string {
  const all = {
    host: host(),
    origin: origin(),
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}: ${value}`,
  );
  return `${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
const request = async (sent: Sent) => statusOf(await send(raw(sent)));

/** Opens the page as its script does. */
async function enter() {
  const answer = await send(raw({ body: JSON.stringify({ token: token() }) }));
  const cookie = /set-cookie: ([^;]+)/i.exec(answer)?.[1] ?? "";
  const proof = /"proof":"([\w-]+)"/.exec(answer)?.[1] ?? "";
  return { answer, headers: { cookie, "x-mistral-key-page": proof } };
}

async function isAlive(): Promise<boolean> {
  return (await request({ method: "GET", path: "/", headers: { origin: undefined }, body: "" })) === 200;
}

describe("the page's server", () => {
  it("sends one document that cannot be injected into or framed", async () => {
    const answer = await send(raw({ method: "GET", path: "/", body: "" }));
    expect(statusOf(answer)).toBe(200);
    expect(answer).toMatch(/script-src 'sha256-[^;]+'; style-src 'sha256-/);
    for (const guard of [
      "cache-control: no-store",
      "referrer-policy: no-referrer",
      "x-content-type-options: nosniff",
      "frame-ancestors 'none'",
      "cross-origin-opener-policy: same-origin",
      "cross-origin-resource-policy: same-origin",
      "require-trusted-types-for 'script'",
    ]) {
      expect(answer).toContain(guard);
    }
    expect(answer).not.toContain(token());
  });

  it("admits one page, by a token of 128 bits, and reports a second", async () => {
    expect(Buffer.from(token(), "base64url")).toHaveLength(16);
    expect(await request({ body: JSON.stringify({ token: "A".repeat(22) }) })).toBe(403);
    const { answer } = await enter();
    expect(statusOf(answer)).toBe(200);
    expect(answer).toMatch(/set-cookie: mistral-key-\d+=[\w-]{22}; Path=\/; HttpOnly; SameSite=Strict/i);
    expect(seen).toMatchObject({ opened: 1, second: 0 });
    expect(statusOf((await enter()).answer)).toBe(403);
    expect(seen).toMatchObject({ opened: 1, second: 1 });
  });

  it("wants both the cookie, which other ports are sent, and the proof, which they are not", async () => {
    const { headers } = await enter();
    const answer = { path: "/answer", body: '{"id":1,"answer":{}}' };
    expect(await request({ ...answer, headers })).toBe(200);
    expect(await request({ ...answer, headers: { cookie: headers.cookie } })).toBe(403);
    expect(await request({ ...answer, headers: { ...headers, cookie: undefined } })).toBe(403);
    expect(await request({ ...answer, headers: { ...headers, cookie: `${headers.cookie}A` } })).toBe(403);
  });

  it.each([
    ["another name for this host", { host: "rebound.example" }, 421],
    ["localhost", { host: "localhost" }, 421],
    ["another port", { host: "127.0.0.1:1" }, 421],
    ["another origin", { origin: "https://example.com" }, 403],
    ["another port's origin", { origin: "http://127.0.0.1:1" }, 403],
    ["an opaque origin", { origin: "null" }, 403],
    ["no origin", { origin: undefined }, 403],
    ["another site", { "sec-fetch-site": "cross-site" }, 403],
    ["the same site, another port", { "sec-fetch-site": "same-site" }, 403],
    ["a form", { "content-type": "text/plain" }, 415],
  ])("refuses a token from %s, which stays valid", async (_name, headers, status) => {
    const body = JSON.stringify({ token: token() });
    expect(await request({ headers, body })).toBe(status);
    expect(statusOf((await enter()).answer)).toBe(200);
  });

  it("is not opened by a link or a frame on another site", async () => {
    const open = (headers: Readonly<Record<string, string>>) =>
      request({ method: "GET", path: "/", headers: { origin: undefined, ...headers }, body: "" });
    expect(await open({ "sec-fetch-site": "cross-site", "sec-fetch-dest": "document" })).toBe(403);
    expect(await open({ "sec-fetch-site": "none", "sec-fetch-dest": "iframe" })).toBe(403);
    expect(await open({ origin: "https://example.com" })).toBe(403);
    expect(await open({ "sec-fetch-site": "none", "sec-fetch-dest": "document" })).toBe(200);
  });

  it("answers forty malformed requests with 4xx and continues", async () => {
    const { headers } = await enter();
    const ours = (body: string, path = "/answer") => raw({ path, headers, body });
    const malformed: (string | Buffer)[] = [
      ...["", "{", "[]", "1", "null", '"text"', "{}", '{"id":1}', '{"id":"1","answer":{}}'].map((body) =>
        ours(body),
      ),
      ...["[]", "1", '{"choice":1.5}', '{"choice":"1"}', '{"text":1}', '{"again":[]}', '{"isKey":"yes"}'].map(
        (answer) => ours(`{"id":1,"answer":${answer}}`),
      ),
      ...['{"anyway":1}', '{"instead":"other"}', "null"].map((answer) => ours(`{"id":1,"answer":${answer}}`)),
      ...["{}", '{"from":-1}', '{"from":1.5}', '{"from":"0"}', '{"from":1e99}'].map((body) =>
        ours(body, "/events"),
      ),
      ours(`{"id":1,"answer":{"text":"${"x".repeat(9000)}"}}`),
      raw({ path: "/answer", headers: { ...headers, "content-length": "99999999" }, body: "" }),
      raw({
        headers: { ...headers, "content-length": undefined, "transfer-encoding": "chunked" },
        body: `2328\r\n${"x".repeat(9000)}\r\n0\r\n\r\n`,
      }),
      raw({ headers, body: '{"token":1}' }),
      raw({ headers, body: '{"token":{"toString":1}}' }),
      ...["PUT", "DELETE", "OPTIONS", "PATCH"].map((method) => raw({ method, headers })),
      ...["/../etc/passwd", "/session?x", "//", "/%2e%2e", "*"].map((path) => raw({ path, headers })),
      raw({ path: "http://example.com/session", headers }),
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/9.9\r\nhost: x\r\n\r\n",
      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
      `GET / HTTP/1.1\r\nhost: ${host()}\r\nx: ${"y".repeat(20_000)}\r\n\r\n`,
      `CONNECT example.com:443 HTTP/1.1\r\nhost: ${host()}\r\n\r\n`,
      `POST /session HTTP/1.1\r\nhost: ${host()}\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`,
      Buffer.concat([
        Buffer.from(ours("").replace("content-length: 0", "content-length: 2")),
        Buffer.from([0xff, 0xfe]),
      ]),
    ];
    expect(malformed.length).toBeGreaterThanOrEqual(40);
    const statuses = await Promise.all(
      malformed.slice(0, 25).map(async (bytes) => statusOf(await send(bytes))),
    );
    for (const bytes of malformed.slice(25)) statuses.push(statusOf(await send(bytes)));
    expect(statuses.filter((status) => !(status >= 400 && status < 500))).toEqual([]);
    expect(await isAlive()).toBe(true);
  });

  it("refuses a body that is too long, even without a declared length", async () => {
    const { headers } = await enter();
    const body = JSON.stringify({ id: 1, answer: { text: "x".repeat(9000) } });
    const chunked = { ...headers, "content-length": undefined, "transfer-encoding": "chunked" };
    const chunks = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    expect(await request({ path: "/answer", headers: chunked, body: chunks })).toBe(413);
  });

  it("listens on no other address of this machine", async () => {
    const connected = new Promise((resolve, reject) => {
      connect(server.port, "127.0.0.2", () => resolve("connected")).on("error", reject);
    });
    await expect(connected).rejects.toThrow();
  });

  it("accepts no answer to a question that is over", async () => {
    const { headers } = await enter();
    const post = (id: number, text: string) =>
      send(raw({ path: "/answer", headers, body: JSON.stringify({ id, answer: { text } }) }));
    const question = {
      form: "text",
      example: "",
      message: ["?"],
      takesKey: false,
      handsOver: false,
    } as const;
    const ask = () =>
      channel.ask(
        question,
        ({ text = "" }) => ({ outcome: "value", value: text }),
        new AbortController().signal,
      );
    const first = ask();
    expect(await post(1, "one")).toContain('"taken"');
    expect(await first).toBe("one");
    const second = ask();
    expect(await post(1, "late")).toContain('"stale"');
    expect(await post(2, "two")).toContain('"taken"');
    expect(await second).toBe("two");
  });

  it("still answers its page after a flood from strangers", async () => {
    const { headers } = await enter();
    await Promise.all(Array.from({ length: 130 }, () => request({ path: "/nothing" }).catch(() => {})));
    expect(await request({ path: "/answer", headers, body: '{"id":1,"answer":{}}' })).toBe(200);
  });

  it("cuts a client that sends its request too slowly", async () => {
    expect(statusOf(await send("POST /session HTTP/1.1\r\nhost:"))).toBe(408);
    expect(await isAlive()).toBe(true);
  });

  it("reports when nothing comes from the page", async () => {
    await server.stop("stopped");
    server = await start(1);
    await expect.poll(() => seen.idle).toBe(1);
  });

  it("waits for an answer as long as it should, however long the work before the question took", async () => {
    await server.stop("stopped");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      server = await start(600_000);
      vi.advanceTimersByTime(599_000);
      channel.send({ type: "say", verb: "ok", text: ["done"] });
      vi.advanceTimersByTime(599_000);
      expect(seen.idle).toBe(0);
      vi.advanceTimersByTime(1000);
      expect(seen.idle).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it("sends past events, new events, and at the end how it ended", async () => {
    const { headers } = await enter();
    channel.send({ type: "say", verb: "ok", text: ["before"] });
    const stream = send(raw({ path: "/events", headers, body: '{"from":0}' }));
    channel.send({ type: "say", verb: "ok", text: ["now"] });
    await expect.poll(() => request({ path: "/answer", headers, body: '{"id":1,"answer":{}}' })).toBe(200);
    await server.stop("done");
    expect(await stream).toMatch(/"before".*"now".*"how":"done"/s);
  });
});
