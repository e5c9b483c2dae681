import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** The options of a loopback proxy. */
export interface ProxyOptions {
  /** Requires this name and password. */
  readonly password?: { readonly name: string; readonly password: string };
  /** Refuses every tunnel with this status. */
  readonly refuseWith?: number;
  /** How it wants a sign-in; `Basic` by default. */
  readonly signIn?: readonly string[];
  /** Accepts the request for a tunnel and never answers. */
  readonly hangs?: boolean;
  /** Connects every tunnel to this local port, whatever was requested. */
  readonly leadsTo?: number;
  /** Is itself reached over https, with this certificate, as `localhost`. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** A real proxy for tunnels (CONNECT) on a loopback port. */
export interface LoopbackProxy {
  /** Without name and password. */
  readonly url: string;
  readonly host: string;
  /** The requested tunnel targets, such as `localhost:443`. */
  readonly tunnels: readonly string[];
  /** Requests that were not for a tunnel. */
  readonly plainRequests: readonly string[];
  /** Everything sent to it or through it, as Latin-1. */
  traffic(): string;
  stop(): Promise<void>;
}

/** Starts a proxy on a free port. */
export async function startProxy(options: ProxyOptions = {}): Promise<LoopbackProxy> {
  const tunnels: string[] = [];
  const plainRequests: string[] = [];
  const sockets = new Set<Duplex>();
  let traffic = "";
  const keep = (socket: Duplex) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  };

  const server: Server = options.tls === undefined ? createServer() : createTlsServer(options.tls);
  server.on("connection", (socket: Socket) => keep(socket));
  server.on("request", (request, response) => {
    plainRequests.push(`${request.method} ${request.url}`);
    response.writeHead(400).end();
  });
  server.on("connect", (request: IncomingMessage, client: Duplex) => {
    keep(client);
    traffic += JSON.stringify(request.headers);
    tunnels.push(request.url ?? "");
    if (options.hangs === true) return;
    if (options.refuseWith !== undefined) {
      client.end(`HTTP/1.1 ${options.refuseWith} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    if (!admits(request, options.password)) {
      const ways = options.signIn ?? ['Basic realm="test"'];
      const asked = ways.map((way) => `proxy-authenticate: ${way}\r\n`).join("");
      client.end(`HTTP/1.1 407 Proxy Authentication Required\r\n${asked}content-length: 0\r\n\r\n`);
      return;
    }
    const asked = options.leadsTo === undefined ? request.url : `127.0.0.1:${options.leadsTo}`;
    const [, host = "", port = ""] = /^(.+):(\d+)$/.exec(asked ?? "") ?? [];
    const target = connect(Number(port), host.replace(/^\[|\]$/g, ""), () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      target.pipe(client);
      client.pipe(target);
    });
    keep(target);
    target.on("error", () => client.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n"));
    for (const side of [client, target]) {
      side.on("data", (chunk: Buffer) => {
        traffic += chunk.toString("latin1");
      });
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const host = options.tls === undefined ? `127.0.0.1:${port}` : `localhost:${port}`;
  return {
    url: `${options.tls === undefined ? "http" : "https"}://${host}`,
    host,
    tunnels,
    plainRequests,
    traffic: () => traffic,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function admits(request: IncomingMessage, wanted: ProxyOptions["password"]): boolean {
  if (wanted === undefined) return true;
  const expected = Buffer.from(`${wanted.name}:${wanted.password}`).toString("base64");
  return request.headers["proxy-authorization"] === `Basic ${expected}`;
}
