import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { maskKey } from "../../src/keys/mask.ts";
import type { Identity } from "../../src/mistral/mistral-api.ts";
import { LoopbackAdminApi } from "./loopback-admin-api.ts";
import { answers, type Behaviour, type Call, type CannedAnswer } from "./mistral-answers.ts";
import { isStreamBehaviour, streamAnswer } from "./streamed-answer.ts";
import { type ApiRequest, answerUsually, keyOf, type ListedModel, usualIdentity } from "./usual-answers.ts";

/** The options of a loopback API. */
export interface MistralApiOptions {
  /** Keys that it accepts from the start. */
  readonly keys?: readonly string[];
  /** The models it lists, instead of the usual ones. */
  readonly models?: readonly ListedModel[];
  /** Serves https with this certificate, under the name `localhost`. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** One request, as it came in. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  /** The mask of its key, never the key; `undefined` without a key. */
  readonly key: string | undefined;
  /** The header that carried the key. */
  readonly header: "authorization" | "x-api-key" | undefined;
  /** The model of a completion. */
  readonly model: string | undefined;
  /** The prompt of a completion. */
  readonly prompt: string | undefined;
  /** `max_tokens` of a completion. */
  readonly maxTokens: number | undefined;
  /** By lower-case name, without those that carry a key. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Where and how often a behaviour applies. */
export interface BehaviourOptions {
  /** The calls it applies to; when absent, those where Mistral itself shows it. */
  readonly on?: readonly Call[];
  /** For how many answers it applies; when absent, until the next `behave`. */
  readonly times?: number;
  /** Headers to add to the usual ones, or to replace them. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A loopback server that answers as Mistral's API does. */
export interface LoopbackMistralApi {
  /** `http://127.0.0.1:PORT`, or `https://localhost:PORT`. */
  readonly url: string;
  readonly port: number;
  /** The accepted keys. Any other is refused with 401. */
  readonly keys: {
    /**
     * Accepts a key from now on; `identity` is its owner, Ada by default. A new key is refused for the
     * first `afterRefusals` lists of models.
     */
    accept(
      key: string,
      options?: { readonly identity?: Partial<Identity>; readonly afterRefusals?: number },
    ): void;
    /** Refuses a key from now on, as after its deletion in the console. */
    revoke(key: string): void;
    /**
     * Answers 403 to a key from now on: it exists, but may make no call or, if it is a Vibe key, only
     * calls for Vibe.
     */
    forbid(key: string, as?: "forbidden" | "vibe-key"): void;
  };
  /** The Admin API of the same organization; it accepts no key until one is set. */
  readonly admin: LoopbackAdminApi;
  /** Every request so far, in order. */
  readonly requests: readonly LoggedRequest[];
  /** The maximum number of concurrent requests. */
  mostAtOnce(): number;
  /** Changes how it answers; `"normal"` resets that. Behaviours for different calls add up. */
  behave(behaviour: Behaviour | "normal", options?: BehaviourOptions): void;
  /** Called with each request before it is answered. */
  onRequest(listener: (request: LoggedRequest) => void): void;
  /** Delays each answer, in milliseconds. */
  delay(ms: number): void;
  stop(): Promise<void>;
}

interface Rule {
  readonly behaviour: Behaviour;
  readonly headers: Readonly<Record<string, string>>;
  left: number;
}

const calls: Readonly<Record<string, Call>> = {
  "GET /v1/models": "models",
  "POST /v1/chat/completions": "completion",
  "GET /v1/users/me": "identity",
  "GET /v1/admin/api-keys": "admin-list",
  "GET /v1/admin/users": "admin-users",
  "POST /v1/admin/api-keys": "admin-create",
  "DELETE /v1/admin/api-keys": "admin-delete",
};
const callOf = ({ method, path }: ApiRequest): Call | undefined =>
  calls[`${method} ${path.replace(/^(\/v1\/admin\/api-keys)\/.*/, "$1")}`];
const everyCall: readonly Call[] = Object.values(calls);

/** Starts a loopback API on a free port. */
export async function startMistralApi(options: MistralApiOptions = {}): Promise<LoopbackMistralApi> {
  const owners = new Map<string, { readonly identity: Identity; refusalsLeft: number }>();
  const rules = new Map<Call | "other", Rule>();
  const forbidden = new Map<string, CannedAnswer>();
  const requests: LoggedRequest[] = [];
  const waiting = new Set<NodeJS.Timeout>();
  let delayMs = 0;
  let onRequest: ((request: LoggedRequest) => void) | undefined;
  let underWay = 0;
  let mostAtOnce = 0;

  const accept: LoopbackMistralApi["keys"]["accept"] = (key, { identity = {}, afterRefusals = 0 } = {}) => {
    owners.set(key, { identity: { ...usualIdentity, ...identity }, refusalsLeft: afterRefusals });
  };
  for (const key of options.keys ?? []) accept(key);

  const admin = new LoopbackAdminApi({ accept, revoke: (key) => owners.delete(key) });
  const answer = (request: ApiRequest, query: URLSearchParams): CannedAnswer => {
    const key = keyOf(request) ?? "";
    const refusal = forbidden.get(key);
    const call = callOf(request);
    if (call?.startsWith("admin-")) return admin.answer(request, query);
    if (refusal !== undefined && (call === undefined || refusal.on?.includes(call) !== false)) return refusal;
    const owner = owners.get(key);
    const tooNew = owner !== undefined && owner.refusalsLeft > 0;
    if (tooNew && request.path === "/v1/models") owner.refusalsLeft -= 1;
    return answerUsually(request, {
      ownerOf: () => (tooNew ? undefined : owner?.identity),
      ...(options.models === undefined ? {} : { models: options.models }),
    });
  };

  const takeRule = (call: Call | "other"): Rule | undefined => {
    const rule = rules.get(call);
    if (rule === undefined) return undefined;
    rule.left -= 1;
    if (rule.left <= 0) rules.delete(call);
    return rule;
  };

  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const request = await readRequest(incoming);
    const query = new URL(incoming.url ?? "/", "http://loopback").searchParams;
    requests.push(logged(request));
    onRequest?.(logged(request));
    const rule = takeRule(callOf(request) ?? "other");
    if (delayMs > 0) await pause(delayMs, waiting);
    respond(response, rule, request, (asked) => answer(asked, query));
  };
  const listener = (incoming: IncomingMessage, response: ServerResponse) => {
    underWay += 1;
    mostAtOnce = Math.max(mostAtOnce, underWay);
    response.on("close", () => {
      underWay -= 1;
    });
    serve(incoming, response).catch(() => response.destroy());
  };
  const server: Server =
    options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;

  return {
    url: options.tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    port,
    keys: {
      accept,
      revoke: (key) => {
        owners.delete(key);
      },
      forbid: (key, as = "forbidden") => {
        forbidden.set(key, answers[as]);
      },
    },
    admin,
    requests,
    mostAtOnce: () => mostAtOnce,
    behave: (behaviour, { on, times = Number.POSITIVE_INFINITY, headers = {} } = {}) => {
      if (behaviour === "normal") {
        if (on === undefined) rules.clear();
        for (const call of on ?? []) rules.delete(call);
        return;
      }
      const canned: CannedAnswer | undefined =
        behaviour in answers ? answers[behaviour as keyof typeof answers] : undefined;
      for (const call of on ?? canned?.on ?? [...everyCall, "other" as const]) {
        rules.set(call, { behaviour, headers, left: times });
      }
    },
    onRequest: (told) => {
      onRequest = told;
    },
    delay: (ms) => {
      delayMs = ms;
    },
    stop: () =>
      new Promise((resolve) => {
        for (const timer of waiting) clearTimeout(timer);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function respond(
  response: ServerResponse,
  rule: Rule | undefined,
  request: ApiRequest,
  answer: (request: ApiRequest) => CannedAnswer,
): void {
  const behaviour = rule?.behaviour;
  if (behaviour === undefined || isStreamBehaviour(behaviour)) {
    const canned = answer(request);
    const { stream, model } = parse(request.body);
    if (stream === true && canned.status === 200) {
      const headers = rule?.headers;
      streamAnswer(response, { model: String(model), key: keyOf(request) ?? "", behaviour, headers });
    } else send(response, canned);
    return;
  }
  switch (behaviour) {
    case "hang":
      return;
    case "cut":
      response.socket?.destroy();
      return;
    case "cut-halfway":
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write('{"object": "list", "data": [', () => response.socket?.destroy());
      return;
    case "endless":
      response.writeHead(200, { "content-type": "application/json" });
      pour(response);
      return;
    case "quote-key":
      send(response, { status: 401, body: { message: `Unauthorized: ${keyOf(request)}` } });
      return;
    default: {
      const canned: CannedAnswer = answers[behaviour];
      send(response, { ...canned, headers: { ...canned.headers, ...rule?.headers } });
    }
  }
}

function send(response: ServerResponse, { status, headers = {}, body }: CannedAnswer): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(text);
}

function pour(response: ServerResponse): void {
  const chunk = " ".repeat(64 * 1024);
  const more = () => {
    while (!response.destroyed && response.write(chunk)) {
      // Until the client stops reading.
    }
  };
  response.on("drain", more);
  more();
}

async function readRequest(incoming: IncomingMessage): Promise<ApiRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
  return {
    method: incoming.method ?? "GET",
    path: new URL(incoming.url ?? "/", "http://loopback").pathname,
    headers,
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

function logged(request: ApiRequest): LoggedRequest {
  const key = keyOf(request);
  const { authorization, "x-api-key": apiKey, ...headers } = request.headers;
  const body = parse(request.body);
  return {
    method: request.method,
    path: request.path,
    key: key === undefined ? undefined : maskKey(key),
    header: authorization !== undefined ? "authorization" : apiKey !== undefined ? "x-api-key" : undefined,
    model: typeof body.model === "string" ? body.model : undefined,
    prompt: promptIn(body.messages),
    maxTokens: typeof body.max_tokens === "number" ? body.max_tokens : undefined,
    headers,
  };
}

function promptIn(messages: unknown): string | undefined {
  const [first] = Array.isArray(messages) ? (messages as readonly { readonly content?: unknown }[]) : [];
  return typeof first?.content === "string" ? first.content : undefined;
}

function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body) ?? {};
  } catch {
    return {};
  }
}

function pause(ms: number, waiting: Set<NodeJS.Timeout>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      waiting.delete(timer);
      resolve();
    }, ms);
    waiting.add(timer);
  });
}
