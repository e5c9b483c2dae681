import { connect, type Socket } from "node:net";
import { decodeMessage, encodeCall, type MethodCall, messageLength, prefixLength } from "./bus-message.ts";
import type { ReplyValue } from "./bus-values.ts";

/** An error reply, from a service or from the bus itself. */
export class BusError extends Error {
  override readonly name = "BusError";
  /** The error's name, such as `org.freedesktop.DBus.Error.ServiceUnknown`. */
  readonly errorName: string;

  constructor(errorName: string, text: string) {
    super(`${errorName}: ${text}`);
    this.errorName = errorName;
  }
}

/** The bus is unreachable: no socket, no listener, or it rejects this user. */
export class BusUnreachable extends Error {
  override readonly name = "BusUnreachable";
}

/** The bus itself, as a call target. Source: D-Bus specification 0.43, "Message Bus Messages". */
export const theBus = {
  destination: "org.freedesktop.DBus",
  path: "/org/freedesktop/DBus",
  interface: "org.freedesktop.DBus",
} as const;

interface Waiting<Value> {
  resolve(value: Value): void;
  reject(error: unknown): void;
}

/**
 * A message bus connection that only makes calls. A malformed message closes it and rejects pending
 * calls with `MalformedMessage`.
 */
export class BusConnection {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting<readonly ReplyValue[]>>();
  #serial = 0;
  #received: Buffer = Buffer.alloc(0);
  #handshake: Waiting<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /**
   * Starts connecting to a bus. Call {@link authenticate} next.
   *
   * @param socketPath - a path, or a NUL followed by a name in the abstract namespace
   */
  constructor(socketPath: string) {
    this.#socket = connect({ path: socketPath });
  }

  /**
   * Authenticates and sends Hello, without waiting for its reply: the bus answers in order.
   *
   * A bus would accept Hello, and calls, before it has authenticated this user. But xdg-dbus-proxy,
   * which fronts the bus in sandboxes (Flatpak, Firejail), treats early messages as malformed.
   *
   * @throws BusUnreachable
   */
  async authenticate(): Promise<void> {
    const socket = this.#socket;
    const authenticated = new Promise<void>((resolve, reject) => {
      this.#handshake = { resolve, reject };
    });
    socket.on("data", (chunk) => {
      try {
        this.#receive(chunk);
      } catch (error) {
        this.#fail(error);
      }
    });
    socket.on("error", (error) => this.#fail(new BusUnreachable(error.message, { cause: error })));
    socket.on("close", () => this.#fail(new BusUnreachable("The bus closed the connection.")));
    // EXTERNAL: the user ID's digits in hex; the bus compares them with the peer credentials.
    const user = Buffer.from(String(process.geteuid?.() ?? 0)).toString("hex");
    socket.write(`\0AUTH EXTERNAL ${user}\r\n`);
    await authenticated;
    void this.call({ ...theBus, member: "Hello", args: [] });
  }

  /**
   * Calls a method and returns the values of its reply. Calls may be pipelined. A rejection that no
   * caller awaits is not reported as unhandled.
   *
   * @throws BusError when the reply is an error
   */
  call(call: MethodCall): Promise<readonly ReplyValue[]> {
    const serial = ++this.#serial;
    const reply = new Promise<readonly ReplyValue[]>((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure.error);
      else this.#waiting.set(serial, { resolve, reject });
    });
    reply.catch(() => {});
    if (this.#failure === undefined) this.#socket.write(encodeCall(serial, call));
    return reply;
  }

  close(): void {
    this.#fail(new BusUnreachable("The connection was closed."));
  }

  #receive(chunk: Buffer): void {
    if (this.#failure !== undefined) return;
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    if (this.#handshake !== undefined) this.#finishHandshake(this.#handshake);
    else this.#takeMessages();
  }

  #finishHandshake(handshake: Waiting<void>): void {
    const line = this.#received.toString("latin1");
    if (!line.includes("\r\n")) return;
    // A peer that sends more than this one line is not a message bus.
    if (!/^OK [0-9a-f]+\r\n$/i.test(line)) {
      this.#fail(new BusUnreachable("The session bus does not accept this user."));
      return;
    }
    this.#received = Buffer.alloc(0);
    this.#handshake = undefined;
    this.#socket.write("BEGIN\r\n");
    handshake.resolve();
  }

  #takeMessages(): void {
    while (this.#received.length >= prefixLength) {
      const length = messageLength(this.#received);
      if (this.#received.length < length) return;
      const message = decodeMessage(this.#received.subarray(0, length));
      this.#received = this.#received.subarray(length);
      if (message.kind === "other") continue;
      const waiting = this.#waiting.get(message.to);
      this.#waiting.delete(message.to);
      if (message.kind === "reply") waiting?.resolve(message.values);
      else waiting?.reject(new BusError(message.name, message.text));
    }
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#socket.destroy();
    this.#handshake?.reject(error);
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
