import type { StreamBehaviour } from "./streamed-answer.ts";

/**
 * How the loopback API can answer, other than normally. Statuses, headers and bodies are those that
 * Mistral and its gateways really send.
 */
export type Behaviour = keyof typeof answers | ConnectionBehaviour | StreamBehaviour;

/** Ways to give a request no proper answer. */
export type ConnectionBehaviour =
  /** Accepts the request and never answers. */
  | "hang"
  /** Cuts the connection before the first byte of the answer. */
  | "cut"
  /** Cuts the connection in the middle of the body. */
  | "cut-halfway"
  /** Sends a body that never ends. */
  | "endless"
  /** Answers 401 and quotes the key in the body, as a careless gateway does. */
  | "quote-key";

/** The API's calls. */
export type Call =
  | "models"
  | "completion"
  | "identity"
  | "admin-list"
  | "admin-users"
  | "admin-create"
  | "admin-delete";

/** One answer. A string body is sent as it is, anything else as JSON. */
export interface CannedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The calls it applies to, unless the test says; all when absent. */
  readonly on?: readonly Call[];
}

const html = { "content-type": "text/html; charset=utf-8" };
const problem = (message: string, type: string, code: string, param: string | null = null) => ({
  object: "error",
  message,
  type,
  param,
  code,
});
const limits = (limit: number, remaining: number, month = 998_765_432) => ({
  "x-ratelimit-limit-req-minute": String(limit),
  "x-ratelimit-remaining-req-minute": String(remaining),
  "x-ratelimit-limit-tokens-minute": "500000",
  "x-ratelimit-remaining-tokens-minute": "500000",
  "x-ratelimit-limit-tokens-month": "1000000000",
  "x-ratelimit-remaining-tokens-month": String(month),
});
const completion = ["completion"] as const;
const capacity = problem(
  "Service tier capacity exceeded for this model.",
  "service_tier_capacity_exceeded",
  "3505",
);

/** Every answer by name. */
export const answers = {
  unauthorized: { status: 401, body: { detail: "Unauthorized" } },
  "unauthorized-at-gateway": {
    status: 401,
    body: { message: "Unauthorized", request_id: "00000000000000000000000000000001" },
  },
  "unauthorized-invalid-key": { status: 401, body: { detail: "Invalid API Key" } },
  "payment-required": { status: 402, body: { message: "Payment required" } },
  "spending-limit": {
    status: 429,
    body: problem(
      "You have reached the monthly spending limit of this workspace.",
      "invalid_request_error",
      "1",
    ),
    on: completion,
  },
  "vibe-key": {
    status: 403,
    body: problem(
      "This API key cannot be used here, it has the scope APIKeyScope.vibe",
      "api_key_scope_not_allowed",
      "1912",
    ),
    on: completion,
  },
  /** A good answer without rate limits. */
  "no-limits": {
    status: 200,
    body: {
      id: "cmpl-loopback",
      object: "chat.completion",
      model: "mistral-small-latest",
      created: 1_785_000_000,
      usage: { prompt_tokens: 11, completion_tokens: 1, total_tokens: 12 },
      choices: [{ index: 0, finish_reason: "length", message: { role: "assistant", content: "Hello" } }],
    },
    on: completion,
  },
  "model-deprecated": {
    status: 200,
    headers: { "x-model-deprecation-timestamp": "2026-12-01T00:00:00Z" },
    body: { model: "old", choices: [] },
    on: completion,
  },
  forbidden: { status: 403, body: { message: "Forbidden" } },
  "bad-request": {
    status: 400,
    body: problem("Expected last role User or Tool", "invalid_request_error", "3230", "messages"),
    on: completion,
  },
  "prompt-too-long": {
    status: 400,
    body: problem(
      "Prompt contains 300000 tokens, too large for model with 131072 maximum context length",
      "invalid_request_error",
      "3051",
    ),
    on: completion,
  },
  unprocessable: {
    status: 422,
    body: problem("Input should be a valid integer", "invalid_request_error", "1000", "max_tokens"),
    on: completion,
  },
  "unprocessable-in-detail": {
    status: 422,
    body: { detail: [{ type: "missing", loc: ["body", "model"], msg: "Field required", input: {} }] },
    on: completion,
  },
  "refused-by-gateway": { status: 413, body: { error: "request entity too large" } },
  "not-found": { status: 404, body: { detail: "Not Found" } },
  "model-not-found": {
    status: 404,
    body: problem("The model does not exist.", "invalid_request_error", "1500", "model"),
    on: completion,
  },
  "invalid-model": {
    status: 400,
    body: problem("Invalid model: no-such-model", "invalid_model", "1500"),
    on: completion,
  },
  "rate-limited": {
    status: 429,
    headers: { ...limits(60, 0), "retry-after": "42" },
    body: problem("Rate limit exceeded", "rate_limited", "1300"),
    on: completion,
  },
  "rate-limited-briefly": {
    status: 429,
    headers: { ...limits(60, 0), "retry-after": "1" },
    body: problem("Rate limit exceeded", "rate_limited", "1300"),
    on: completion,
  },
  "rate-limited-at-gateway": {
    status: 429,
    headers: { "retry-after": "42" },
    body: { message: "Requests rate limit exceeded" },
  },
  "month-used-up": {
    status: 429,
    headers: limits(60, 59, 0),
    body: problem("Rate limit exceeded", "rate_limited", "1300"),
    on: completion,
  },
  "no-plan": {
    status: 429,
    headers: limits(0, 0),
    body: problem("Rate limit exceeded", "rate_limited", "1300"),
    on: completion,
  },
  "over-capacity": { status: 503, body: capacity, on: completion },
  "over-capacity-429": { status: 429, headers: limits(60, 59), body: capacity, on: completion },
  "server-error": {
    status: 500,
    body: problem("Internal server error", "internal_server_error", "1000"),
  },
  "bad-gateway": {
    status: 502,
    headers: html,
    body: "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>",
  },
  html: {
    status: 200,
    headers: html,
    body: "<!DOCTYPE html><html><head><title>Hotel Wi-Fi</title></head><body>Please sign in.</body></html>",
  },
  "html-forbidden": {
    status: 403,
    headers: html,
    body: "<html><head><title>Blocked</title></head><body>Your company blocks this site.</body></html>",
  },
  redirect: {
    status: 302,
    headers: { ...html, location: "http://192.0.2.1/login" },
    body: "<html><body>Moved to the sign-in page.</body></html>",
  },
  garbage: {
    status: 200,
    headers: { "content-type": "application/json" },
    body: '{"object": "list", "data": [{"id": "mistral-sm',
  },
  /** Four megabytes of brackets. */
  nested: { status: 200, body: "[".repeat(2 ** 21) + "]".repeat(2 ** 21) },
  "other-json": { status: 200, body: { hello: "world" } },
} satisfies Record<string, CannedAnswer>;
