import type { Identity } from "../../src/mistral/mistral-api.ts";

/** The input of {@link answerUsually}. */
export interface ApiRequest {
  readonly method: string;
  /** The path without the query. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** A response; `body` is sent as JSON. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** The keys and models of the API. */
export interface ApiWorld {
  /** The owner of a key; `undefined` for an unknown key, which is refused. */
  ownerOf(key: string): Identity | undefined;
  /** The models on offer; the usual ones when absent. */
  readonly models?: readonly ListedModel[];
}

/** The rate-limit headers of a completion, as Mistral names them. */
const rateLimitHeaders: Readonly<Record<string, string>> = {
  "x-ratelimit-limit-req-minute": "60",
  "x-ratelimit-remaining-req-minute": "59",
  "x-ratelimit-limit-tokens-minute": "500000",
  "x-ratelimit-remaining-tokens-minute": "499988",
  "x-ratelimit-limit-tokens-month": "1000000000",
  "x-ratelimit-remaining-tokens-month": "998765432",
  "x-ratelimit-tokens-query-cost": "12",
};

/** The creation time of everything here, in Unix seconds. */
const created = 1_785_000_000;

/** The made-up owner of a key. */
export const usualIdentity: Identity = {
  email: "ada@example.com",
  workspace: "Research",
  organization: "Analytical Engines",
  keyName: "laptop",
};

/** One model, as in `GET /v1/models`. */
export type ListedModel = ReturnType<typeof model>;

/** A short list with the kinds of models that Mistral's has. */
const usualModels: readonly ListedModel[] = [
  model("mistral-large-latest", { completion_chat: true, function_calling: true, vision: true }),
  model("mistral-small-latest", { completion_chat: true, function_calling: true, vision: true }),
  model("open-mistral-7b", { completion_chat: true }, "2025-03-30T12:00:00Z"),
  model("ministral-3b-latest", { completion_chat: true, function_calling: true }),
  model("codestral-latest", { completion_chat: true, completion_fim: true }),
  model("mistral-embed", {}),
  model("mistral-moderation-latest", { classification: true, moderation: true }),
  model("mistral-ocr-latest", { ocr: true, vision: true }),
];

/** Answers a request as Mistral's API does, with the real status, headers and body. */
export function answerUsually(request: ApiRequest, world: ApiWorld): ApiResponse {
  const key = keyOf(request);
  const owner = key === undefined ? undefined : world.ownerOf(key);
  if (owner === undefined) return { status: 401, headers: {}, body: { detail: "Unauthorized" } };
  switch (`${request.method} ${request.path}`) {
    case "GET /v1/models":
      return { status: 200, headers: {}, body: { object: "list", data: world.models ?? usualModels } };
    case "GET /v1/users/me":
      return { status: 200, headers: {}, body: identityDocument(owner) };
    case "POST /v1/chat/completions":
      return complete(request.body, world.models ?? usualModels);
    default:
      return { status: 404, headers: {}, body: { detail: "Not Found" } };
  }
}

/** The key of a request: Bearer, or `x-api-key` as in `GET /v1/users/me`. */
export function keyOf({ headers }: ApiRequest): string | undefined {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
  return bearer ?? headers["x-api-key"];
}

function complete(body: string, models: readonly ListedModel[]): ApiResponse {
  const { model: wanted, max_tokens: most } = JSON.parse(body);
  if (!models.some(({ id, capabilities }) => id === wanted && capabilities.completion_chat === true)) {
    const message = `Invalid model: ${wanted}`;
    const problem = { object: "error", message, type: "invalid_model", param: null, code: "1500" };
    return { status: 400, headers: {}, body: problem };
  }
  const content = most === 1 ? "Hello" : "Hello! I am a made-up model, and glad that your key works.";
  const message = { role: "assistant", content, tool_calls: null, prefix: false };
  return {
    status: 200,
    headers: rateLimitHeaders,
    body: {
      id: "cmpl-demo",
      object: "chat.completion",
      model: wanted,
      created,
      usage: { prompt_tokens: 11, completion_tokens: 1, total_tokens: 12 },
      choices: [{ index: 0, finish_reason: most === 1 ? "length" : "stop", message }],
    },
  };
}

function identityDocument({ email, workspace, organization, keyName }: Identity): unknown {
  const named = (id: string, name: string | null) => (name === null ? null : { id, name });
  return {
    id: "00000000-0000-4000-8000-000000000001",
    email,
    first_name: null,
    last_name: null,
    workspace: named("00000000-0000-4000-8000-000000000002", workspace),
    organization: named("00000000-0000-4000-8000-000000000003", organization),
    api_key: { id: "00000000-0000-4000-8000-000000000004", name: keyName },
  };
}

function model(
  id: string,
  capabilities: Readonly<Record<string, boolean>>,
  deprecation: string | null = null,
) {
  return {
    id,
    object: "model",
    created,
    owned_by: "mistralai",
    name: id,
    description: "A made-up model.",
    max_context_length: 131_072,
    aliases: [] as readonly string[],
    deprecation,
    type: "base",
    capabilities,
  };
}
