import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  request as startHttp,
} from "node:http";
import { Agent as HttpsAgent, request as startHttps } from "node:https";
import { nestsDeeperThan } from "../files/json-nesting.ts";
import type { Environment } from "../running/environment.ts";
import { chooseRoute } from "./proxy.ts";

/** What can go wrong that Node itself has no error for. */
export type FetchProblem = "proxy" | "proxy-setting" | "not-an-answer";

/** A call that failed, and what the way to the other side looked like. */
export class FetchError extends Error {
  override readonly name = "FetchError";
  readonly problem: FetchProblem | undefined;
  /** Host and port of the proxy in between. */
  readonly proxy: string | undefined;
  /** The status of a proxy that opened no tunnel. */
  readonly status: number | undefined;

  constructor(
    details: {
      readonly problem?: FetchProblem | undefined;
      readonly proxy?: string | undefined;
      readonly status?: number;
    },
    cause?: unknown,
  ) {
    super("The call got no answer.", { cause });
    this.problem = details.problem;
    this.proxy = details.proxy;
    this.status = details.status;
  }
}

/** Lists of models have tens of kilobytes; a body of more than this is no answer of Mistral's. */
const largestBodyInBytes = 8 * 1024 * 1024;
/** A streamed event holds a few words; a line that goes on for so long is none. */
const longestLineInBytes = 256 * 1024;
/** Mistral's answers have less than ten levels. */
const deepestNesting = 64;

// Node gives an address 250 ms and goes on to the next, which is too little for a slow link.
const connectAttemptMs = 2500;

/**
 * What the SDK fetches with, in the place of the global `fetch`. That one takes a proxy and
 * `NODE_EXTRA_CA_CERTS` only on some of the supported Nodes and reads a body however large it is.
 * This one follows no redirect, so that a key never reaches another host, and hands over no body
 * that is too large or too deeply nested to be parsed. Each call has a connection of its own.
 *
 * @param signal - ends the call, and the stream that may be its answer. A `Request` has a signal of
 *   its own, but that follows this one through weak references, and is forgotten with the request.
 * @throws FetchError, with what Node said as its cause
 */
export async function fetchAnswer(
  input: string | URL | Request,
  env: Environment,
  signal: AbortSignal,
): Promise<Response> {
  const request = input instanceof Request ? input : new Request(input);
  const route = chooseRoute(new URL(request.url), env);
  if (route.kind === "unusable") throw new FetchError({ problem: "proxy-setting" });
  const body = await request.text();
  if (route.kind === "direct") return await exchange(request, body, signal);
  const { HttpsProxyAgent } = await import("https-proxy-agent");
  const agent = new HttpsProxyAgent(route.proxy, { signal });
  return await exchange(request, body, signal, { agent, host: route.proxy.host });
}

function exchange(
  request: Request,
  body: string,
  signal: AbortSignal,
  proxy?: { readonly agent: HttpAgent; readonly host: string },
): Promise<Response> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    let hasTunnel = proxy === undefined;
    const outgoing = start(request, proxy?.agent);
    // Node tells a request of its end only when it has a connection, which a proxy may withhold.
    const abort = () => {
      outgoing.destroy();
      fail(signal.reason);
    };
    const fail = (cause: unknown) => {
      signal.removeEventListener("abort", abort);
      const problem = hasTunnel ? undefined : "proxy";
      reject(cause instanceof FetchError ? cause : new FetchError({ problem, proxy: proxy?.host }, cause));
    };
    outgoing.on("proxyConnect", ({ statusCode }: { readonly statusCode: number }) => {
      hasTunnel = true;
      if (statusCode !== 200) {
        outgoing.destroy(new FetchError({ problem: "proxy", status: statusCode, proxy: proxy?.host }));
      }
    });
    outgoing.on("error", fail);
    outgoing.on("close", () => signal.removeEventListener("abort", abort));
    outgoing.on("response", (incoming) => readResponse(incoming, proxy?.host).then(resolve, fail));
    signal.addEventListener("abort", abort);
    outgoing.end(body);
  });
}

function start({ method, url, headers }: Request, agent: HttpAgent | undefined): ClientRequest {
  const sent = Object.fromEntries([...headers].filter(([, value]) => value !== ""));
  const options = { autoSelectFamilyAttemptTimeout: connectAttemptMs };
  const secure = url.startsWith("https:");
  return (secure ? startHttps : startHttp)(url, {
    method,
    agent: agent ?? (secure ? new HttpsAgent(options) : new HttpAgent(options)),
    // A compressed answer would have to be unpacked here.
    headers: { ...sent, "accept-encoding": "identity" },
  });
}

async function readResponse(incoming: IncomingMessage, proxy: string | undefined): Promise<Response> {
  const { statusCode: status = 0 } = incoming;
  if (status < 200 || status > 599) throw new FetchError({ problem: "not-an-answer", proxy });
  const init = { status, headers: headersOf(incoming) };
  const streams = status === 200 && /^text\/event-stream\b/i.test(incoming.headers["content-type"] ?? "");
  const limited = limit(incoming, streams ? longestLineInBytes : largestBodyInBytes, proxy);
  if (streams) return new Response(ReadableStream.from(limited), init);
  const chunks: Buffer[] = [];
  for await (const chunk of limited) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString("utf8");
  if (nestsDeeperThan(body, deepestNesting)) throw new FetchError({ problem: "not-an-answer", proxy });
  // These have no body, says the standard, and Response agrees.
  return new Response([204, 205, 304].includes(status) ? null : body, init);
}

async function* limit(
  incoming: AsyncIterable<Buffer>,
  longestLine: number,
  proxy: string | undefined,
): AsyncGenerator<Buffer> {
  let length = 0;
  let lineLength = 0;
  for await (const chunk of incoming) {
    const lineBreak = chunk.lastIndexOf("\n");
    length += chunk.length;
    lineLength = lineBreak === -1 ? lineLength + chunk.length : chunk.length - lineBreak;
    if (length > largestBodyInBytes || lineLength > longestLine) {
      throw new FetchError({ problem: "not-an-answer", proxy });
    }
    yield chunk;
  }
}

/** What the SDK prints a warning of its own for, with a name in it that the server chose. */
const silenced = "x-model-deprecation-timestamp";

function headersOf(incoming: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    // Of several with one name the first.
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined && name !== silenced) headers.set(name, first);
  }
  return headers;
}
