import type { Identity } from "../../mistral/mistral-api.ts";

/** A request as {@link answerDemoRequest} sees it. */
export interface DemoRequest {
  readonly method: string;
  /** The path without the query. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** An answer; `body` is sent as JSON. */
export interface DemoResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What the demonstration API knows. */
export interface DemoWorld {
  /** Whose key this is; `undefined` when there is no such key, which is then refused. */
  ownerOf(key: string): Identity | undefined;
  /** The models it offers; the usual ones where absent. */
  readonly models?: readonly DemoModel[];
}

/** The rate-limit headers of a completion, by the names Mistral gives them. */
const demoRateLimitHeaders: Readonly<Record<string, string>> = {
  "x-ratelimit-limit-req-minute": "60",
  "x-ratelimit-remaining-req-minute": "59",
  "x-ratelimit-limit-tokens-minute": "500000",
  "x-ratelimit-remaining-tokens-minute": "499988",
  "x-ratelimit-limit-tokens-month": "1000000000",
  "x-ratelimit-remaining-tokens-month": "998765432",
  "x-ratelimit-tokens-query-cost": "12",
};

/** When everything here was made, in seconds since 1970. */
const created = 1_785_000_000;

/** A made-up account, for the owner of a demonstration key. */
export const demoIdentity: Identity = {
  email: "ada@example.com",
  workspace: "Research",
  organization: "Analytical Engines",
  keyName: "laptop",
};

/** One row of the list of models, as `GET /v1/models` gives it. */
export type DemoModel = ReturnType<typeof model>;

/** A short list of models with the kinds that Mistral's own list has. */
const demoModels: readonly DemoModel[] = [
  model("mistral-large-latest", { completion_chat: true, function_calling: true, vision: true }),
  model("mistral-small-latest", { completion_chat: true, function_calling: true, vision: true }),
  model("open-mistral-7b", { completion_chat: true }, "2025-03-30T12:00:00Z"),
  model("ministral-3b-latest", { completion_chat: true, function_calling: true }),
  model("codestral-latest", { completion_chat: true, completion_fim: true }),
  model("mistral-embed", {}),
  model("mistral-moderation-latest", { classification: true, moderation: true }),
  model("mistral-ocr-latest", { ocr: true, vision: true }),
];

/**
 * Answers a request the way Mistral's API does, with the real status, headers and body, from
 * nothing but its arguments. Serves `init --demo` and the tests.
 */
export function answerDemoRequest(request: DemoRequest, world: DemoWorld): DemoResponse {
  const key = keyOf(request);
  const owner = key === undefined ? undefined : world.ownerOf(key);
  if (owner === undefined) return { status: 401, headers: {}, body: { detail: "Unauthorized" } };
  switch (`${request.method} ${request.path}`) {
    case "GET /v1/models":
      return { status: 200, headers: {}, body: { object: "list", data: world.models ?? demoModels } };
    case "GET /v1/users/me":
      return { status: 200, headers: {}, body: identityDocument(owner) };
    case "POST /v1/chat/completions":
      return complete(request.body, world.models ?? demoModels);
    default:
      return { status: 404, headers: {}, body: { detail: "Not Found" } };
  }
}

/** The key of a request: Bearer as everywhere, `x-api-key` as `GET /v1/users/me` takes it. */
function keyOf({ headers }: DemoRequest): string | undefined {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
  return bearer ?? headers["x-api-key"];
}

function complete(body: string, models: readonly DemoModel[]): DemoResponse {
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
    headers: demoRateLimitHeaders,
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
    description: "A model of the demonstration.",
    max_context_length: 131_072,
    aliases: [] as readonly string[],
    deprecation,
    type: "base",
    capabilities,
  };
}
