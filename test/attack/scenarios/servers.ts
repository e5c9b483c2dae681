import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { Machine } from "../machine.ts";
import { oddText } from "../nonsense.ts";
import type { Random } from "../random.ts";
import type { Scenario } from "../scenario.ts";

/** A hostile server: each connection gets a different harmful answer. */
interface HostileServer {
  readonly url: string;
  answers(): number;
  stop(): void;
}

const commands: readonly (readonly string[])[] = [
  ["verify"],
  ["verify", "--json"],
  ["verify", "--quick", "--verbose"],
  ["init", "--with-key", "--yes"],
  ["rotate", "--with-key"],
  ["rotate", "--with-key", "--json"],
  ["models"],
  ["models", "--json"],
  ["limits"],
  ["try", "hello"],
  ["try", "--json", "hello"],
  ["status"],
];

/** Every command that asks Mistral, and a server that answers with anything. */
export const hostileServers: Scenario = {
  name: "servers",
  says: "servers that answer slowly, hugely, with nonsense, redirects, control sequences or the key itself, that cut the connection or never answer",
  count: 120,
  run: async (attack) => {
    await attack.tries(async (random, where, index) => {
      const keys = [random.key(), random.key()] as const;
      const command = commands[index % commands.length] ?? [];
      // A streamed answer may pause for a minute, so silence is left to the others.
      const server = await startHostileServer(random, command[0] !== "try");
      const machine = new Machine({ attack, serverUrl: server.url, keys });
      try {
        await machine.run(["init", "--with-key", "--no-verify", "--no-input"], where, { input: keys[0] });
        // Mistral may take 10 s for each answer.
        const options = { input: keys[1], idleMs: 12_500 };
        const line = `${where}, ${command.join(" ")}`;
        await machine.run([...command, "--no-input"], line, options);
        attack.report.count("answers", server.answers());
        const got = await machine.get(line);
        attack.report.expect(
          [keys[0], keys[1]].includes(got.key ?? ""),
          "loss",
          `${line}: get exited with ${got.code}`,
        );
        machine.lookThroughFiles(line);
      } finally {
        server.stop();
        machine.remove();
      }
    });
  },
};

async function startHostileServer(random: Random, maySilent: boolean): Promise<HostileServer> {
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  let answers = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    socket.once("data", (request) => {
      answers += 1;
      const key = /(?:Bearer |x-api-key: )(\S+)/i.exec(request.toString("latin1"))?.[1] ?? "";
      answer(random, { socket, key, timers, maySilent });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    answers: () => answers,
    stop: () => {
      for (const timer of timers) clearInterval(timer);
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const models = JSON.stringify({ object: "list", data: [{ id: "mistral-small-latest", object: "model" }] });

function answer(
  random: Random,
  {
    socket,
    key,
    timers,
    maySilent,
  }: { socket: Socket; key: string; timers: Set<NodeJS.Timeout>; maySilent: boolean },
): void {
  if (random.chance(0.04)) {
    if (!maySilent) socket.destroy();
    return;
  }
  if (random.chance(0.05)) {
    socket.destroy();
    return;
  }
  if (random.chance(0.05)) {
    socket.end(random.bytes(random.whole(1, 2000)));
    return;
  }
  const status = random.pick([
    200, 200, 200, 100, 204, 301, 302, 307, 400, 401, 403, 404, 418, 422, 429, 429, 500, 502, 503, 599, 999,
  ]);
  const body = randomBody(random, key);
  const headers = randomHeaders(random, key, body.length);
  const head = `HTTP/1.1 ${status} ${random.pick(["OK", "", oddText(random), key])}\r\n${headers.join("\r\n")}\r\n\r\n`;
  socket.write(Buffer.from(head, "latin1"));
  if (random.chance(0.05)) {
    // Byte by byte, without end.
    let at = 0;
    const drip = () => {
      socket.write(body.subarray(at, at + 1).toString() || " ");
      at += 1;
    };
    timers.add(setInterval(drip, 50));
  } else if (random.chance(0.1)) socket.end(body.subarray(0, Math.floor(body.length / 2)));
  else socket.end(body);
}

function randomHeaders(random: Random, key: string, length: number): readonly string[] {
  const type = random.pick([
    "application/json",
    "text/event-stream",
    "text/html",
    "",
    "application/json; charset=utf-16",
  ]);
  const headers = [`content-type: ${type}`];
  if (random.chance(0.7))
    headers.push(`content-length: ${random.chance(0.9) ? length : random.pick([0, 5, -1, 1e12, "x"])}`);
  const more = [
    `location: ${random.pick(["/v1/models", "http://127.0.0.1:1/", "//evil.invalid/", "file:///etc/passwd", `/?${key}`])}`,
    `retry-after: ${random.pick(["0", "1", "86400", "-1", "soon", "Wed, 21 Oct 2099 07:28:00 GMT"])}`,
    "transfer-encoding: chunked",
    "content-encoding: gzip",
    "connection: keep-alive",
    `x-ratelimit-limit-req-minute: ${random.pick(["0", "1", "NaN", "1e400", "-5", "\u001b[2J"])}`,
    `x-ratelimit-remaining-req-minute: ${oddText(random).replace(/[\r\n\0]/g, "")}`,
    `server: ${oddText(random).replace(/[\r\n\0]/g, "")}`,
    `x-long: ${"x".repeat(random.whole(1, 20_000))}`,
    `date: ${random.pick(["Thu, 01 Jan 1970 00:00:00 GMT", "never"])}`,
    `set-cookie: ${key}`,
    "no colon in this line",
  ];
  return [...headers, ...more.filter(() => random.chance(0.15))];
}

function randomBody(random: Random, key: string): Buffer {
  const said = random.pick([
    oddText(random),
    key,
    `key ${key} is bad`,
    "\u001b[2J\u001b]0;x\u0007",
    "Unauthorized",
    "",
  ]);
  switch (random.whole(0, 11)) {
    case 0:
      return Buffer.alloc(0);
    case 1:
      return Buffer.from(models);
    case 2:
      return Buffer.from(JSON.stringify({ message: said, request_id: key }));
    case 3:
      return Buffer.from(
        JSON.stringify({ object: "error", message: { detail: [said] }, code: random.whole(-9, 9) }),
      );
    case 4:
      return Buffer.from(`${"[".repeat(random.whole(50, 100_000))}`);
    case 5:
      return Buffer.from(`{"data": "${"x".repeat(random.whole(1, 10) * 1024 * 1024)}"}`);
    case 6:
      return Buffer.from(`<html><title>${said}</title><body>${oddText(random, 500)}</body></html>`);
    case 7:
      return random.bytes(2000);
    case 8:
      return Buffer.from(
        JSON.stringify({
          object: "list",
          data: random.pick([
            null,
            5,
            "x",
            [null],
            [{}],
            [{ id: said }],
            [{ id: said, capabilities: { completion_chat: true } }],
            {},
          ]),
        }),
      );
    case 9:
      return Buffer.from(
        `data: {"choices":[{"delta":{"content":${JSON.stringify(said)}}}]}\n\ndata: ${oddText(random)}\n\ndata: [DONE]\n\n`,
      );
    case 10:
      return Buffer.from(
        JSON.stringify({
          choices: random.pick([null, [], [{}], [{ message: { content: said } }]]),
          model: said,
          usage: null,
        }),
      );
    default:
      return Buffer.from(
        JSON.stringify(
          random.pick<unknown>([
            null,
            true,
            1e308,
            said,
            [],
            { error: said },
            { email: said, organization: said },
          ]),
        ),
      );
  }
}
