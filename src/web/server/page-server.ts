import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Channel } from "../channel.ts";
import type { Answer, End } from "../messages.ts";
import type { PageText } from "../page-text.ts";
import { refusalOf } from "./check-request.ts";
import { guardingHeaders, pageDocument } from "./page-document.ts";
import { Session } from "./session.ts";

interface PageServerOptions {
  readonly page: PageText;
  readonly channel: Channel;
  /** Milliseconds to wait for the link to be opened, or for an answer, before `onIdle`. */
  readonly idleMs: number;
  readonly isWaiting: () => boolean;
  readonly onOpened: () => void;
  /** The link was used a second time and refused. */
  readonly onSecondClient: () => void;
  readonly onIdle: () => void;
}

/** Milliseconds. */
const limits = { headers: 5000, request: 10_000, keepAlive: 5000, lastWords: 1000 };
/** Most bytes buffered for a page that does not read. */
const mostUnread = 1_000_000;
/** Most bytes of a request. */
const largestBody = 8192;

/** Serves the page on a loopback port. */
export class PageServer {
  readonly #options: PageServerOptions;
  readonly #document: ReturnType<typeof pageDocument>;
  readonly #server: Server;
  readonly port: number;
  readonly #authority: string;
  readonly #session: Session;
  readonly #idle: NodeJS.Timeout;
  #endStream: (() => void) | undefined;

  private constructor(server: Server, options: PageServerOptions) {
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#options = options;
    this.#document = pageDocument(options.page);
    this.#authority = `127.0.0.1:${this.port}`;
    this.#session = new Session(this.port);
    this.#idle = setTimeout(() => this.#noticeIdleness(), options.idleMs);
    // A question that follows long work gets the whole time.
    options.channel.follow(0, () => this.#idle.refresh());
    server.on("request", (request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    server.on("connect", (_request, socket) => socket.end("HTTP/1.1 405 Method Not Allowed\r\n\r\n"));
  }

  static async start(options: PageServerOptions): Promise<PageServer> {
    const server = createServer({
      headersTimeout: limits.headers,
      requestTimeout: limits.request,
      keepAliveTimeout: limits.keepAlive,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: 8192,
    });
    server.maxConnections = 32;
    await once(server.listen(0, "127.0.0.1"), "listening");
    return new PageServer(server, options);
  }

  /** The URL to open. Its fragment works once; browsers never send it. */
  get link(): string {
    return `http://${this.#authority}/#${this.#session.token}`;
  }

  async stop(how: End): Promise<void> {
    if (!this.#server.listening) return;
    this.#options.channel.send({ type: "end", how });
    clearTimeout(this.#idle);
    this.#endStream?.();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
      setTimeout(() => this.#server.closeAllConnections(), limits.lastWords).unref();
    });
  }

  /** Work with no question open does not count as idle. */
  #noticeIdleness(): void {
    if (this.#options.isWaiting()) this.#options.onIdle();
    else this.#idle.refresh();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const ours = this.#session.isOurs(request);
    const refusal = refusalOf(request, this.#authority);
    if (refusal !== undefined) return refuse(response, refusal);
    if (request.url === "/") {
      response.writeHead(200, this.#document.headers).end(this.#document.html);
      return;
    }
    if (request.url !== "/session" && !ours) return refuse(response, 403);
    const body = await readBody(request);
    if (typeof body === "number") return refuse(response, body);
    if (request.url === "/session") this.#enter(body.token, response);
    else if (request.url === "/events") this.#stream(body.from, response);
    else this.#answer(body, response);
  }

  #enter(token: unknown, response: ServerResponse): void {
    const entry = this.#session.enter(token);
    if (typeof entry === "string") {
      if (entry === "too-late") this.#options.onSecondClient();
      refuse(response, 403);
      return;
    }
    this.#idle.refresh();
    response.setHeader("set-cookie", entry.cookie);
    sendJson(response, { proof: entry.proof });
    this.#options.onOpened();
  }

  /** Streams events from index `from` on; a reload replaces the old stream. */
  #stream(from: unknown, response: ServerResponse): void {
    if (typeof from !== "number" || !Number.isSafeInteger(from) || from < 0) {
      refuse(response, 400);
      return;
    }
    this.#endStream?.();
    this.#idle.refresh();
    response.writeHead(200, { ...guardingHeaders, "content-type": "text/event-stream" });
    const unfollow = this.#options.channel.follow(from, (event) => {
      response.write(`data: ${JSON.stringify(event)}\n\n`);
      if (response.writableLength > mostUnread) response.destroy();
    });
    const end = () => {
      unfollow();
      response.end();
    };
    this.#endStream = end;
    response.on("close", end);
  }

  #answer(fields: Readonly<Record<string, unknown>>, response: ServerResponse): void {
    const answer = isObject(fields.answer) ? readAnswer(fields.answer) : undefined;
    if (typeof fields.id !== "number" || answer === undefined) {
      refuse(response, 400);
      return;
    }
    this.#idle.refresh();
    sendJson(response, this.#options.channel.answer(fields.id, answer));
  }
}

/**
 * Reads a JSON object from the body.
 *
 * @returns its fields, or the status to refuse it with
 */
async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>> | number> {
  const declared = Number(request.headers["content-length"] ?? 0);
  if (declared > largestBody) return 413;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) return 413;
    chunks.push(chunk);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
    const fields: unknown = JSON.parse(text);
    return isObject(fields) ? fields : 400;
  } catch {
    return 400;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readAnswer(fields: Readonly<Record<string, unknown>>): Answer | undefined {
  const { choice, text, again, isKey, anyway, instead } = fields;
  const isText = (value: unknown) => value === undefined || typeof value === "string";
  const isFlag = (value: unknown) => value === undefined || typeof value === "boolean";
  const fits =
    (choice === undefined || Number.isSafeInteger(choice)) &&
    [text, again].every(isText) &&
    [isKey, anyway].every(isFlag) &&
    (instead === undefined || ["back", "offered", "terminal"].some((known) => known === instead));
  return fits ? (fields as Answer) : undefined;
}

function refuse(response: ServerResponse, status: number): void {
  // Does not wait for the rest of the request.
  response.writeHead(status, { ...guardingHeaders, "content-type": "text/plain", connection: "close" });
  response.end(`${status}\n`);
}

function sendJson(response: ServerResponse, document: object): void {
  response.writeHead(200, { ...guardingHeaders, "content-type": "application/json" });
  response.end(JSON.stringify(document));
}
