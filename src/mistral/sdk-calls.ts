import { MistralCore } from "@mistralai/mistralai/core.js";
import { betaUsersGetIdentity } from "@mistralai/mistralai/funcs/betaUsersGetIdentity.js";
import { chatComplete } from "@mistralai/mistralai/funcs/chatComplete.js";
import { modelsList } from "@mistralai/mistralai/funcs/modelsList.js";
import { SDKHooks } from "@mistralai/mistralai/hooks/hooks.js";
import type { SDKOptions } from "@mistralai/mistralai/lib/config.js";
import { HTTPClient } from "@mistralai/mistralai/lib/http.js";
import type { ApiKey } from "../keys/api-key.ts";
import { type CallOutcome, readBody, type TimedOutcome } from "./call-outcome.ts";
import type { MadeCall } from "./call-trace.ts";
import { connectionFailureOf } from "./connection-failure.ts";
import type { Transport, WireAnswer } from "./transport.ts";

/** Who is called, with which key, and over what. */
export interface CallContext {
  /** Without a trailing slash. */
  readonly address: string;
  readonly key: ApiKey;
  readonly transport: Transport;
  /** What the calls name themselves. */
  readonly userAgent: string;
  /** Told of every call as it ends, each repetition on its own. */
  readonly onCall?: (call: MadeCall) => void;
}

/** `GET /v1/models`. */
export function callModels(context: CallContext, signal: AbortSignal): Promise<TimedOutcome> {
  return record(context, signal, (core) => modelsList(core, {}, { signal }));
}

/** `POST /v1/chat/completions`, for one token. */
export function callCompletion(
  context: CallContext,
  model: string,
  signal: AbortSignal,
): Promise<TimedOutcome> {
  return record(context, signal, (core) =>
    chatComplete(core, { model, maxTokens: 1, messages: [{ role: "user", content: "Hi" }] }, { signal }),
  );
}

/** `GET /v1/users/me`, which takes the key in a header of its own. */
export function callIdentity(context: CallContext, signal: AbortSignal): Promise<TimedOutcome> {
  const security = { dashboardUserContextAuth: context.key.reveal() };
  return record(context, signal, (core) => betaUsersGetIdentity(core, security, { signal }));
}

/**
 * Lets the SDK make one call and records what came of it on the wire. The SDK's own result is not
 * used: it throws on a body that is no JSON, refuses one that its schema does not know, and its
 * errors hold the request with the key.
 */
async function record(
  { address, key, transport, userAgent, onCall }: CallContext,
  signal: AbortSignal,
  call: (core: MistralCore) => Promise<unknown>,
): Promise<TimedOutcome> {
  const { host } = new URL(address);
  let outcome: CallOutcome | undefined;
  let latencyMs = 0;
  const fetcher = async (input: string | URL | Request): Promise<Response> => {
    let started = performance.now();
    const request = new Request(input);
    const { method, url } = request;
    try {
      const headers = [...request.headers].filter(([, value]) => value !== "");
      const body = await request.text();
      started = performance.now();
      const answer = await transport.send(
        {
          method,
          url: new URL(url),
          // A compressed answer would have to be unpacked here.
          headers: { ...Object.fromEntries(headers), "accept-encoding": "identity" },
          body,
        },
        signal,
      );
      outcome = outcomeOf(answer, key);
      return responseOf(answer);
    } catch (error) {
      outcome = { kind: "failure", failure: connectionFailureOf(error, host, signal.aborted) };
      throw error;
    } finally {
      latencyMs = Math.round(performance.now() - started);
      if (outcome !== undefined) onCall?.({ method, url, outcome, latencyMs });
    }
  };
  const options: SDKOptions & { readonly hooks: SDKHooks } = {
    apiKey: key.reveal(),
    serverURL: address,
    userAgent,
    httpClient: new HTTPClient({ fetcher }),
    hooks: withoutHooks(),
    // Without one, MISTRAL_DEBUG makes the SDK print every header, the key among them.
    debugLogger: { group: () => {}, groupEnd: () => {}, log: () => {} },
  };
  let thrown: unknown;
  await call(new MistralCore(options)).catch((error: unknown) => {
    thrown = error;
  });
  if (outcome === undefined) {
    throw new Error("The SDK made no call.", {
      cause: thrown instanceof Error ? thrown.name : undefined,
    });
  }
  return { outcome, latencyMs };
}

/** The SDK's hooks print warnings and trace what is sent; neither belongs into a program that handles keys. */
function withoutHooks(): SDKHooks {
  const hooks = new SDKHooks();
  hooks.sdkInitHooks = [];
  hooks.beforeCreateRequestHooks = [];
  hooks.beforeRequestHooks = [];
  hooks.afterSuccessHooks = [];
  hooks.afterErrorHooks = [];
  return hooks;
}

function outcomeOf({ status, headers, body }: WireAnswer, key: ApiKey): CallOutcome {
  // A gateway may quote what it was sent, and nothing that holds the key may go further than here.
  const masked = (text: string) => text.replaceAll(key.reveal(), key.mask);
  return {
    kind: "answer",
    status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, masked(value)])),
    body: readBody(masked(body), headers["content-type"]),
  };
}

/** The answer as the SDK wants it; it makes nothing of it that is used. */
function responseOf({ status, headers, body }: WireAnswer): Response {
  const empty = status === 204 || status === 205 || status === 304;
  return new Response(empty ? null : body, {
    status: status >= 200 && status <= 599 ? status : 502,
    headers: { "content-type": headers["content-type"] ?? "application/octet-stream" },
  });
}
