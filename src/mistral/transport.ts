import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  request as startHttp,
} from "node:http";
import { Agent as HttpsAgent, request as startHttps } from "node:https";
import type { Deps } from "../deps.ts";
import { chooseRoute, type Route } from "./proxy.ts";

/** A request, whole. */
export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answer to a {@link WireRequest}, whole. */
export interface WireAnswer {
  readonly status: number;
  /** By lower-case name; of several with one name the first. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What can go wrong that Node itself has no error for. */
export type TransportProblem = "proxy-refused" | "proxy-unreachable" | "proxy-setting" | "too-long";

/** A call that failed, and what the way to the other side looked like. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly problem: TransportProblem | undefined;
  /** The status of a proxy that opened no tunnel. */
  readonly status: number | undefined;
  /** Host and port of the proxy in between. */
  readonly proxy: string | undefined;
  /** Whether a connection kept from an earlier call was found closed. */
  readonly stale: boolean;

  constructor(
    details: {
      readonly problem?: TransportProblem | undefined;
      readonly status?: number | undefined;
      readonly proxy?: string | undefined;
      readonly stale?: boolean;
    },
    cause?: unknown,
  ) {
    super("The call got no answer.", { cause });
    this.problem = details.problem;
    this.status = details.status;
    this.proxy = details.proxy;
    this.stale = details.stale ?? false;
  }
}

/** Lists of models have tens of kilobytes; a body of more than this is no answer of Mistral's. */
const longestBodyInBytes = 8 * 1024 * 1024;

// Node gives an address 250 ms and goes on to the next, which is too little for a slow link.
const connectAttemptMs = 2500;

/**
 * Sends requests on Node's own http client rather than on `fetch`: it follows no redirect, so that
 * a key never reaches another host; it loads in a third of the time; and it takes a proxy and
 * `NODE_EXTRA_CA_CERTS` on every supported Node. Connections are kept until {@link close}.
 */
export class Transport {
  readonly #env: Deps["env"];
  readonly #closing = new AbortController();
  readonly #agents = new Map<string, Promise<HttpAgent>>();

  constructor(env: Deps["env"]) {
    this.#env = env;
  }

  /** @throws TransportError, with what Node said as its cause */
  async send(request: WireRequest, signal: AbortSignal): Promise<WireAnswer> {
    const route = chooseRoute(request.url, this.#env);
    if (route.kind === "unusable") throw new TransportError({ problem: "proxy-setting" });
    const agent = await this.#agentFor(request.url, route);
    const proxy = route.kind === "proxy" ? route.proxy.host : undefined;
    try {
      return await exchange(request, agent, proxy, signal);
    } catch (error) {
      // The other side may close a kept connection at the moment it is used again.
      if (error instanceof TransportError && error.stale)
        return await exchange(request, agent, proxy, signal);
      throw error;
    }
  }

  /** Ends every connection, also those still being made; without it they would keep the program alive. */
  async close(): Promise<void> {
    for (const agent of this.#agents.values()) (await agent).destroy();
    this.#closing.abort();
  }

  #agentFor(url: URL, route: Exclude<Route, { readonly kind: "unusable" }>): Promise<HttpAgent> {
    const name = route.kind === "proxy" ? route.proxy.href : url.protocol;
    const agent = this.#agents.get(name) ?? openAgent(url, route, this.#closing.signal);
    this.#agents.set(name, agent);
    return agent;
  }
}

function exchange(
  request: WireRequest,
  agent: HttpAgent,
  proxy: string | undefined,
  signal: AbortSignal,
): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    let tunnel: "none" | "opening" | "open" = proxy === undefined ? "none" : "opening";
    let answered = false;
    const outgoing = start(request, agent, signal);
    const fail = (cause: unknown) => {
      const problem = tunnel === "opening" ? "proxy-unreachable" : undefined;
      const stale = outgoing.reusedSocket && !answered && !signal.aborted;
      reject(cause instanceof TransportError ? cause : new TransportError({ problem, proxy, stale }, cause));
    };
    outgoing.on("proxyConnect", ({ statusCode }: { readonly statusCode: number }) => {
      tunnel = "open";
      if (statusCode !== 200) {
        outgoing.destroy(new TransportError({ problem: "proxy-refused", status: statusCode, proxy }));
      }
    });
    // A kept connection has its tunnel already.
    outgoing.on("socket", () => {
      if (outgoing.reusedSocket) tunnel = "open";
    });
    outgoing.on("error", fail);
    outgoing.on("response", (incoming) => {
      answered = true;
      readAnswer(incoming, proxy).then(resolve, fail);
    });
    // Node tells a request of its end only when it has a connection, which a proxy may withhold.
    signal.addEventListener("abort", () => fail(signal.reason), { once: true });
    outgoing.end(request.body);
  });
}

async function openAgent(
  url: URL,
  route: Exclude<Route, { readonly kind: "unusable" }>,
  signal: AbortSignal,
): Promise<HttpAgent> {
  const options = { keepAlive: true, autoSelectFamilyAttemptTimeout: connectAttemptMs };
  if (route.kind === "proxy") {
    const { HttpsProxyAgent } = await import("https-proxy-agent");
    return new HttpsProxyAgent(route.proxy, { ...options, signal });
  }
  return url.protocol === "https:" ? new HttpsAgent(options) : new HttpAgent(options);
}

function start({ method, url, headers }: WireRequest, agent: HttpAgent, signal: AbortSignal): ClientRequest {
  return (url.protocol === "https:" ? startHttps : startHttp)(url, { method, headers, agent, signal });
}

async function readAnswer(incoming: IncomingMessage, proxy: string | undefined): Promise<WireAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > longestBodyInBytes) throw new TransportError({ problem: "too-long", proxy });
  }
  const headers = Object.entries(incoming.headers).flatMap(([name, value]) => {
    const first = Array.isArray(value) ? value[0] : value;
    return first === undefined ? [] : [[name, first] as const];
  });
  return {
    status: incoming.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks).toString("utf8"),
  };
}
