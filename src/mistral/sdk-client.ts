import { MistralCore } from "@mistralai/mistralai/core.js";
import { betaUsersGetIdentity } from "@mistralai/mistralai/funcs/betaUsersGetIdentity.js";
import { chatComplete } from "@mistralai/mistralai/funcs/chatComplete.js";
import { chatStream } from "@mistralai/mistralai/funcs/chatStream.js";
import { modelsList } from "@mistralai/mistralai/funcs/modelsList.js";
import { HTTPClient } from "@mistralai/mistralai/lib/http.js";
import { MistralError } from "@mistralai/mistralai/models/errors/mistralerror.js";
import type { Result } from "@mistralai/mistralai/types/fp.js";
import type { ApiKey } from "../keys/api-key.ts";
import type { Environment } from "../running/environment.ts";
import {
  type AnswerBody,
  type CallOutcome,
  connectionFailureOf,
  type MadeCall,
  readBody,
} from "./call-outcome.ts";
import { fetchAnswer } from "./fetcher.ts";
import type { ChatRequest } from "./mistral-api.ts";

interface ApiAccess {
  /** Without a trailing slash. */
  readonly address: string;
  readonly key: ApiKey;
  readonly env: Environment;
}

/** One API call; its outcome is `timeout` if the signal is aborted. */
export type ApiCall = (access: ApiAccess, signal: AbortSignal) => Promise<MadeCall>;

/** `GET /v1/models`, with the raw body, since the SDK fills in missing members. */
export const callModels: ApiCall = (access, signal) =>
  callSdk(access, signal, (core) => modelsList(core, {}, { signal }), { asSent: true });

/** `POST /v1/chat/completions`, not streamed. */
export function callCompletion(request: ChatRequest): ApiCall {
  return (access, signal) => callSdk(access, signal, (core) => chatComplete(core, body(request), { signal }));
}

/** `POST /v1/chat/completions`, streamed: the body is a stream of SDK events. */
export function callCompletionStream(request: ChatRequest): ApiCall {
  return (access, signal) => callSdk(access, signal, (core) => chatStream(core, body(request), { signal }));
}

function body({ model, prompt, maxTokens }: ChatRequest) {
  return { model, messages: [{ role: "user" as const, content: prompt }], ...(maxTokens && { maxTokens }) };
}

/** `GET /v1/users/me`, which takes the key in its own header. */
export const callIdentity: ApiCall = (access, signal) =>
  callSdk(access, signal, (core) =>
    betaUsersGetIdentity(core, { dashboardUserContextAuth: access.key.reveal() }, { signal }),
  );

/** Otherwise MISTRAL_DEBUG makes the SDK print every header, including the key. */
const silentLogger = { group: () => {}, groupEnd: () => {}, log: () => {} };

/**
 * Makes one call with the SDK. Status, headers and duration are those of its HTTP client, since the SDK
 * returns no result for a body that claims to be JSON but is not. Of its errors only the body is kept: they
 * hold the request, and the key with it. Its retries are off: they would retry a limit of zero, too. Source:
 * `lib/retries.js` of SDK 2.7.0.
 */
async function callSdk(
  { address, key, env }: ApiAccess,
  signal: AbortSignal,
  call: (core: MistralCore) => Promise<Result<unknown, unknown>>,
  { asSent = false } = {},
): Promise<MadeCall> {
  let sent: { readonly method: string; readonly url: string; readonly at: number } | undefined;
  let came: { readonly response: Response; readonly at: number } | undefined;
  const httpClient = new HTTPClient({
    fetcher: async (input) => {
      const request = new Request(input);
      sent = { method: request.method, url: request.url, at: performance.now() };
      const response = await fetchAnswer(request, env, signal);
      came = { response: asSent ? response.clone() : response, at: performance.now() };
      return response;
    },
  });
  const options = { apiKey: key.reveal(), serverURL: address, httpClient, debugLogger: silentLogger };
  const result = await call(new MistralCore(options)).catch(unreadable);
  if (sent === undefined) throw new Error("The SDK made no call.");
  const outcome: CallOutcome =
    came === undefined
      ? {
          kind: "failure",
          failure: connectionFailureOf(causeOf(result), new URL(address).host, signal.aborted),
        }
      : {
          kind: "answer",
          status: came.response.status,
          headers: Object.fromEntries(came.response.headers),
          body: asSent && result.ok ? { kind: "json", value: await came.response.json() } : bodyOf(result),
        };
  const latencyMs = Math.round((came?.at ?? performance.now()) - sent.at);
  return { method: sent.method, url: sent.url, outcome, latencyMs };
}

/** The SDK throws `JSON.parse` errors, which quote the body. */
function unreadable(error: unknown): Result<never> {
  if (error instanceof SyntaxError) return { ok: false, error: undefined };
  throw error;
}

function causeOf({ error }: Result<unknown>): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function bodyOf(result: Result<unknown>): AnswerBody {
  if (!result.ok) {
    const { error } = result;
    return error instanceof MistralError ? readBody(error.body, error.contentType) : { kind: "other" };
  }
  const { value } = result;
  return value instanceof ReadableStream ? { kind: "stream", events: value } : { kind: "json", value };
}
