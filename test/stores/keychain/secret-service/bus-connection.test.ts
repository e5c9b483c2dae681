import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  BusConnection,
  BusError,
  BusUnreachable,
} from "../../../../src/stores/keychain/secret-service/bus-connection.ts";
import type { MethodCall } from "../../../../src/stores/keychain/secret-service/bus-message.ts";
import { MalformedMessage } from "../../../../src/stores/keychain/secret-service/bus-values.ts";
import { errorReply, pathReply, signalMessage } from "./bus-messages.ts";

const call: MethodCall = { destination: "a.b", path: "/", interface: "a.b", member: "M", args: [] };
const handshake = `\0AUTH EXTERNAL ${Buffer.from(String(process.geteuid?.())).toString("hex")}\r\nBEGIN\r\n`;
/** How `call` looks on the wire. */
const memberOfCall = Buffer.from("\x01\0\0\0M\0");

// Windows has other sockets, and no such bus.
describe.skipIf(process.platform === "win32")("a connection to a bus", () => {
  let folder: string;
  let server: Server;
  let accepted: Socket[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mistral-key-bus-"));
    accepted = [];
  });

  afterEach(() => {
    for (const socket of accepted) socket.destroy();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A bus that answers the handshake with a line, and the first call with messages. */
  async function startBus(
    answer: string,
    messages: readonly Buffer[] = [],
    path = join(folder, "bus"),
  ): Promise<{ path: string; received: () => Buffer }> {
    const received: Buffer[] = [];
    const waiting = [...messages];
    server = createServer((socket) => {
      accepted.push(socket);
      socket.on("error", () => {});
      socket.on("data", (chunk) => {
        const first = received.length === 0;
        received.push(chunk);
        if (first) socket.write(answer);
        if (!Buffer.concat(received).includes(memberOfCall)) return;
        for (const message of waiting.splice(0)) socket.write(message);
      });
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return { path, received: () => Buffer.concat(received) };
  }

  const open = async (path: string) => {
    const connection = new BusConnection(path);
    await connection.authenticate();
    return connection;
  };

  it("authenticates with its user ID before it sends anything else", async () => {
    const { path, received } = await startBus("OK 0123\r\n", [pathReply(2, "/x")]);
    const connection = await open(path);
    await connection.call(call);
    connection.close();
    expect(received().toString("latin1").startsWith(`${handshake}l\x01`)).toBe(true);
  });

  it("sends nothing more before it is authenticated, since a proxy in front of the bus would reject it", async () => {
    const { path, received } = await startBus("", [pathReply(2, "/x")]);
    const opening = open(path);
    const soFar = () => received().toString("latin1");
    await expect.poll(soFar).toBe(handshake.replace("BEGIN\r\n", ""));
    await delay(50);
    expect(soFar()).toBe(handshake.replace("BEGIN\r\n", ""));
    accepted[0]?.write("OK 0123\r\n");
    const connection = await opening;
    expect(await connection.call(call)).toEqual(["/x"]);
    connection.close();
  });

  it.runIf(process.platform === "linux")("reaches a bus in the abstract namespace", async () => {
    const { path } = await startBus("OK 0123\r\n", [pathReply(2, "/x")], `\0mistral-key-test-${process.pid}`);
    const connection = await open(path);
    expect(await connection.call(call)).toEqual(["/x"]);
    connection.close();
  });

  it("gives each call its own answer, in whatever order and pieces they come", async () => {
    const stream = Buffer.concat([
      signalMessage(),
      pathReply(3, "/second"),
      errorReply(4, "a.b.Error", "third"),
      pathReply(99, "/nobody-asked"),
      pathReply(2, "/first"),
    ]);
    const { path } = await startBus("OK 0123\r\n");
    const connection = await open(path);
    const answers = Promise.allSettled([connection.call(call), connection.call(call), connection.call(call)]);
    await delay(10);
    for (const byte of stream) {
      accepted[0]?.write(Buffer.of(byte));
      if (byte === 0) await delay(0);
    }
    expect(await answers).toMatchObject([
      { value: ["/first"] },
      { value: ["/second"] },
      { reason: new BusError("a.b.Error", "third") },
    ]);
    connection.close();
  });

  it.each([
    ["rejects this user", "REJECTED EXTERNAL\r\n"],
    ["answers with an error", "ERROR\r\n"],
    ["is no bus at all", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["says more than it was asked", "OK 0123\r\nOK 0123\r\n"],
  ])("fails when the other side %s", async (_, answer) => {
    const { path } = await startBus(answer);
    await expect(open(path)).rejects.toBeInstanceOf(BusUnreachable);
  });

  it("fails when nobody listens", async () => {
    await expect(open(join(folder, "nobody"))).rejects.toBeInstanceOf(BusUnreachable);
    await expect(open(join(folder, "x".repeat(200)))).rejects.toBeInstanceOf(BusUnreachable);
    await expect(open(folder)).rejects.toBeInstanceOf(BusUnreachable);
  });

  it("rejects pending calls when it is closed", async () => {
    const { path } = await startBus("OK 0123\r\n");
    const connection = await open(path);
    const answer = connection.call(call);
    connection.close();
    await expect(answer).rejects.toBeInstanceOf(BusUnreachable);
    await expect(connection.call(call)).rejects.toBeInstanceOf(BusUnreachable);
  });

  it.each([
    ["nonsense", Buffer.from("this is not a message of the bus at all")],
    ["a message without end", Buffer.concat([pathReply(2, "/x").subarray(0, 4), Buffer.alloc(12, 0x7f)])],
  ])("rejects every call when the bus sends %s", async (_, message) => {
    const { path } = await startBus("OK 0123\r\n", [message]);
    const connection = await open(path);
    const answers = await Promise.allSettled([connection.call(call), connection.call(call)]);
    expect(answers.map((answer) => answer.status === "rejected" && answer.reason)).toEqual([
      expect.any(MalformedMessage),
      expect.any(MalformedMessage),
    ]);
    // It is a bus, so what it did counts, not that the connection is closed by now.
    const [socket] = accepted;
    if (socket?.closed === false) await once(socket, "close");
    await expect(connection.call(call)).rejects.toBeInstanceOf(MalformedMessage);
  });

  it.each(["destroy", "end"] as const)(
    "rejects a call when the bus closes the connection: %s",
    async (how) => {
      const { path, received } = await startBus("OK 0123\r\n");
      const connection = await open(path);
      const answer = connection.call(call);
      await expect.poll(() => received().includes(memberOfCall)).toBe(true);
      accepted[0]?.[how]();
      await expect(answer).rejects.toBeInstanceOf(BusUnreachable);
    },
  );
});
