import { member } from "../../mistral/call-outcome.ts";
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

/** One row of the list of models, as `GET /v1/models` gives it. */
export interface DemoModel {
  readonly id: string;
  readonly object: "model";
  readonly created: number;
  readonly owned_by: string;
  readonly name: string;
  readonly description: string;
  readonly max_context_length: number;
  readonly aliases: readonly string[];
  readonly deprecation: string | null;
  readonly type: "base";
  readonly capabilities: Readonly<Record<string, boolean>>;
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

/** A made-up account, for the owner of a demonstration key. */
export const demoIdentity: Identity = {
  email: "ada@example.com",
  workspace: "Research",
  organization: "Analytical Engines",
  keyName: "laptop",
};

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
  const asked = readJson(body);
  const wanted = member(asked, "model");
  if (typeof wanted !== "string") {
    return {
      status: 422,
      headers: {},
      body: { detail: [{ type: "missing", loc: ["body", "model"], msg: "Field required", input: {} }] },
    };
  }
  const known = models.find(({ id, capabilities }) => id === wanted && capabilities.completion_chat === true);
  if (known === undefined) {
    return {
      status: 400,
      headers: {},
      body: {
        object: "error",
        message: `Invalid model: ${wanted}`,
        type: "invalid_model",
        param: null,
        code: "1500",
      },
    };
  }
  const oneToken = member(asked, "max_tokens") === 1;
  return {
    status: 200,
    headers: demoRateLimitHeaders,
    body: {
      id: "cmpl-demo",
      object: "chat.completion",
      model: wanted,
      created: 1_785_000_000,
      usage: { prompt_tokens: 11, completion_tokens: 1, total_tokens: 12 },
      choices: [
        {
          index: 0,
          finish_reason: oneToken ? "length" : "stop",
          message: {
            role: "assistant",
            content: oneToken ? "Hello" : "Hello! I am a made-up model, and glad that your key works.",
            tool_calls: null,
            prefix: false,
          },
        },
      ],
    },
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
): DemoModel {
  return {
    id,
    object: "model",
    created: 1_785_000_000,
    owned_by: "mistralai",
    name: id,
    description: "A model of the demonstration.",
    max_context_length: 131_072,
    aliases: [],
    deprecation,
    type: "base",
    capabilities: {
      completion_chat: false,
      completion_fim: false,
      function_calling: false,
      fine_tuning: false,
      vision: false,
      ocr: false,
      classification: false,
      moderation: false,
      ...capabilities,
    },
  };
}
