import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  request as startHttp,
} from "node:http";
import { Agent as HttpsAgent, request as startHttps } from "node:https";
import { nestsDeeperThan } from "../files/json-nesting.ts";
import type { Environment } from "../running/environment.ts";
import {
  CallFailed,
  type CallOutcome,
  type ConnectionFailureReason,
  connectionFailureOf,
  readBody,
} from "./call-outcome.ts";
import { chooseRoute } from "./proxy.ts";

/** Model lists take tens of kilobytes; a larger body is not Mistral's. */
const largestBodyInBytes = 8 * 1024 * 1024;
/** A token takes some 250 bytes of a streamed answer, so no model writes more. */
const largestStreamInBytes = 256 * 1024 * 1024;
/** A streamed event holds a few words; a longer line is not an event. */
const longestLineInBytes = 256 * 1024;
/** Mistral's answers nest under ten levels. */
const deepestNesting = 64;

// Node tries the next address after 250 ms, too soon for a slow link.
const connectAttemptMs = 2500;

/**
 * Replaces the global `fetch` in the SDK. That one supports a proxy and `NODE_EXTRA_CA_CERTS` only on some of
 * the supported Node versions, and reads bodies of any size. This one follows no redirects, so a key never
 * reaches another host, and rejects bodies too large or too deeply nested to parse. Each call has its own
 * connection.
 *
 * @param signal - ends the call and a streamed answer. A `Request`'s own signal follows this one only through
 *   weak references, and is lost with the request.
 * @throws CallFailed
 */
export async function fetchAnswer(
  request: Request,
  env: Environment,
  signal: AbortSignal,
): Promise<Response> {
  const url = new URL(request.url);
  const route = chooseRoute(url, env);
  if (route.kind === "unusable") {
    throw new CallFailed({ reason: "proxy-setting", code: undefined, host: url.host, proxy: undefined });
  }
  const body = await request.text();
  if (route.kind === "direct") return await exchange(request, body, signal);
  const { HttpsProxyAgent } = await import("https-proxy-agent");
  const agent = new HttpsProxyAgent(route.proxy, { signal });
  return await exchange(request, body, signal, { agent, host: route.proxy.host });
}

/**
 * Makes a call without the SDK.
 *
 * @param limit - aborted when the time is up
 * @param signal - ends the call for another reason
 */
export async function callDirectly(
  request: Request,
  env: Environment,
  limit: AbortSignal,
  signal: AbortSignal = limit,
): Promise<CallOutcome> {
  try {
    const response = await fetchAnswer(request, env, AbortSignal.any([limit, signal]));
    return {
      kind: "answer",
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: readBody(await response.text(), response.headers.get("content-type") ?? undefined),
    };
  } catch (error) {
    const failure = connectionFailureOf(error, new URL(request.url).host, limit.aborted);
    return { kind: "failure", failure };
  }
}

function exchange(
  request: Request,
  body: string,
  signal: AbortSignal,
  proxy?: { readonly agent: HttpAgent; readonly host: string },
): Promise<Response> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const { host } = new URL(request.url);
    const failed = (reason: ConnectionFailureReason, code?: string) =>
      new CallFailed({ reason, code, host, proxy: proxy?.host });
    let hasTunnel = proxy === undefined;
    const outgoing = start(request, proxy?.agent);
    // Node reports a destroyed request only once it has a connection, which a proxy may withhold.
    const abort = () => fail(signal.reason);
    const fail = (error: unknown) => {
      signal.removeEventListener("abort", abort);
      // An answer that is not waited for may go on, and would keep the process alive.
      outgoing.destroy();
      const { reason, code } = connectionFailureOf(error, host, signal.aborted);
      reject(error instanceof CallFailed ? error : failed(hasTunnel ? reason : "proxy", code));
    };
    outgoing.on("proxyConnect", (answer: Pick<IncomingMessage, "statusCode" | "headers">) => {
      hasTunnel = true;
      if (answer.statusCode === 200) return;
      const ways = String(answer.headers["proxy-authenticate"] ?? "basic");
      const asks = /\bbasic\b/i.test(ways) ? "proxy-password" : "proxy-sign-in";
      outgoing.destroy(failed(answer.statusCode === 407 ? asks : "proxy", String(answer.statusCode)));
    });
    outgoing.on("error", fail);
    outgoing.on("close", () => signal.removeEventListener("abort", abort));
    outgoing.on("response", (incoming) =>
      readResponse(incoming, () => failed("not-an-answer")).then(resolve, fail),
    );
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
    // Nothing here decompresses answers.
    headers: { ...sent, "accept-encoding": "identity" },
  });
}

async function readResponse(incoming: IncomingMessage, unusable: () => CallFailed): Promise<Response> {
  const { statusCode: status = 0 } = incoming;
  if (status < 200 || status > 599) throw unusable();
  const init = { status, headers: headersOf(incoming) };
  const streams = status === 200 && /^text\/event-stream\b/i.test(incoming.headers["content-type"] ?? "");
  const most = streams ? largestStreamInBytes : largestBodyInBytes;
  const limited = limit(incoming, most, streams ? longestLineInBytes : most, unusable);
  if (streams) return new Response(ReadableStream.from(limited), init);
  const chunks: Buffer[] = [];
  for await (const chunk of limited) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString("utf8");
  if (nestsDeeperThan(body, deepestNesting)) throw unusable();
  // By the standard these have no body; Response throws on one.
  return new Response([204, 205, 304].includes(status) ? null : body, init);
}

async function* limit(
  incoming: AsyncIterable<Buffer>,
  most: number,
  longestLine: number,
  unusable: () => CallFailed,
): AsyncGenerator<Buffer> {
  let length = 0;
  let lineLength = 0;
  for await (const chunk of incoming) {
    const lineBreak = chunk.lastIndexOf("\n");
    length += chunk.length;
    lineLength = lineBreak === -1 ? lineLength + chunk.length : chunk.length - lineBreak;
    if (length > most || lineLength > longestLine) throw unusable();
    yield chunk;
  }
}

/** The SDK prints a warning for this header, with a name chosen by the server. */
const silenced = "x-model-deprecation-timestamp";

function headersOf(incoming: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    // Of repeated headers the first.
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined && name !== silenced) headers.set(name, first);
  }
  return headers;
}
