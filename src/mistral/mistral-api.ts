import type { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";
import type { ConnectionFailure } from "./call-outcome.ts";
import type { Endpoint } from "./endpoint.ts";

/** What an answer shows of a key: the diagnosis, with the facts it rests on. Source: https://docs.mistral.ai/resources/error-glossary and public reports, August 2026. */
export type Assessment =
  | { readonly diagnosis: "valid"; readonly tried: "authentication" | "completion" | "no-model" }
  /** `codestral` tells whether Codestral's address refused it, too. */
  | { readonly diagnosis: "invalid-key"; readonly codestral: "not-asked" | "refused" }
  /** Refused, and past the last day that the person entered. */
  | { readonly diagnosis: "expired"; readonly lastDay: string }
  | { readonly diagnosis: "wrong-product"; readonly product: "codestral" | "vibe" | "other" }
  | { readonly diagnosis: "forbidden" }
  /** A quota of zero, or something that has to be paid first. */
  | { readonly diagnosis: "no-plan"; readonly missing: "plan" | "payment" }
  | {
      readonly diagnosis: "rate-limited";
      readonly limit: "of-the-moment" | "of-the-month" | "spending";
      readonly retryAfterMs: number | undefined;
    }
  | { readonly diagnosis: "over-capacity" }
  | { readonly diagnosis: "model-not-found"; readonly missing: "model" | "api" }
  /** Mistral says that the call was wrong. */
  | { readonly diagnosis: "bad-request"; readonly status: number }
  | { readonly diagnosis: "server-error"; readonly status: number }
  | {
      readonly diagnosis: "server-error" | "unreachable";
      readonly status: number;
      readonly foreign: ForeignAnswer;
    }
  | { readonly diagnosis: "unreachable"; readonly failure: ConnectionFailure };

/** An answer that is not Mistral's, so that it says nothing about a key. */
export type ForeignAnswer =
  | "web-page"
  | "redirect"
  /** Of a form that Mistral's answers do not have. */
  | "unreadable"
  /** A refusal that is not Mistral's. */
  | "gateway";

/** What is already known about a key; it changes what a refusal means. */
export interface KeyHistory {
  /** `undefined` when never asked. */
  readonly expiresAt?: Expiry | undefined;
  /** When Mistral last accepted the key, ISO 8601; `null` when it never has. */
  readonly lastAcceptedAt: string | null;
}

/** A key nobody has seen before. */
export const newKey: KeyHistory = { lastAcceptedAt: null };

/** What every call takes besides the key. */
export interface CallOptions {
  readonly history: KeyHistory;
  readonly signal?: AbortSignal | undefined;
}

/** How far a check goes. */
export interface CheckOptions extends CallOptions {
  /** Only authentication, no completion. */
  readonly quick?: boolean | undefined;
  /** The model to call instead of a small one from the key's own list. */
  readonly model?: string | undefined;
  /** Whether a refused key may be sent to Codestral's address as well. Only after the person agreed. */
  readonly tryCodestral?: boolean;
  /** Whether the model says a sentence and not just one token, for somebody who reads it. */
  readonly greets?: boolean | undefined;
  /** Told as each part ends, for progress; never given a key. */
  readonly onProgress?: (step: CheckStep) => void;
}

/** A part of a check that has ended. */
export type CheckStep =
  | { readonly part: "authentication"; readonly ok: boolean; readonly latencyMs: number }
  | { readonly part: "completion"; readonly ok: boolean; readonly latencyMs: number; readonly model: string };

/** What was asked of whom, as far as it changes what an answer means. Holds no key. */
export interface CallContext {
  readonly history: KeyHistory;
  /** When it was asked. */
  readonly now: Date;
  /** The mask of the key. */
  readonly mask: string;
  /** Whether the key has the shape that Mistral gives keys today. */
  readonly usualShape: boolean;
  readonly endpoint: Endpoint;
  /** The model that was called, or asked for. */
  readonly model: string | undefined;
  /** Whether Mistral had accepted the key in a call just before. */
  readonly accepted: boolean;
  /** The time limit of a call, in milliseconds. */
  readonly timeoutMs: number;
}

/** What answers showed of a key, and what they answered. `explain` puts it into words. */
export type Assessed = Assessment & { readonly context: CallContext };

/** What the test calls told about a key. */
export type KeyCheck = Assessed & {
  readonly authentication: { readonly ok: boolean; readonly models: number; readonly latencyMs: number };
  readonly completion: { readonly ok: boolean; readonly model: string; readonly latencyMs: number } | null;
  readonly identity: Identity | null;
  readonly rateLimits: RateLimits | null;
  /** What the model said, where {@link CheckOptions.greets} asked for a sentence. */
  readonly words?: string | null;
};

/** What one question to the API came to. */
export type ApiResult<Value> =
  | { readonly ok: true; readonly value: Value; readonly rateLimits: RateLimits | null }
  | { readonly ok: false; readonly assessed: Assessed };

/** Whose key it is, as `GET /v1/users/me` says (beta; absent on the regional endpoints). Source: API reference, August 2026. */
export interface Identity {
  readonly email: string | null;
  readonly workspace: string | null;
  readonly organization: string | null;
  readonly keyName: string | null;
}

/** One limit of a workspace: how much it allows, how much is left. `null` where Mistral did not say. */
export interface RateLimit {
  readonly limit: number | null;
  readonly remaining: number | null;
}

/** The limits that the headers of an answer carry. A workspace's keys share them, and they differ by model. */
export interface RateLimits {
  readonly requestsPerMinute: RateLimit;
  readonly tokensPerMinute: RateLimit;
  readonly tokensPerMonth: RateLimit;
  /** The rest is there only where Mistral said it. */
  readonly requestsPerSecond?: RateLimit;
  readonly requestsPer10Seconds?: RateLimit;
  readonly requestsPerMonth?: RateLimit;
  /** Requests in a period that Mistral did not name. */
  readonly requests?: RateLimit;
  /** How many tokens this call took from the limits. */
  readonly tokensOfCall?: number;
}

/** What a model can do, as far as the API says so. Source: Mistral's API reference, August 2026. */
export const capabilities = [
  "chat",
  "vision",
  "tools",
  "reasoning",
  "code-completion",
  "fine-tuning",
  "ocr",
  "classification",
  "moderation",
  "audio",
  "transcription",
  "realtime-transcription",
  "speech",
] as const;

/** One of {@link capabilities}. */
export type Capability = (typeof capabilities)[number];

/** A row of the list of models. Source: Mistral's API reference, August 2026. */
export interface Model {
  readonly id: string;
  readonly name: string | null;
  readonly aliases: readonly string[];
  /** In tokens; `null` where Mistral does not say. */
  readonly contextLength: number | null;
  readonly capabilities: readonly Capability[];
  /** The day it is taken away, or was; `null` when none is announced. ISO 8601. */
  readonly deprecatedAt: string | null;
  /** The model that Mistral names in its place. */
  readonly replacement: string | null;
  /** Whether it was put away, as one's own fine-tuned models can be. */
  readonly archived: boolean;
}

/** What is asked of a model. */
export interface ChatRequest {
  readonly model: string;
  readonly prompt: string;
  /** How many tokens the answer may have; Mistral's own limit where absent. */
  readonly maxTokens?: number;
}

/** A part of a streamed answer. */
export type ChatEvent =
  | { readonly kind: "text"; readonly text: string }
  /** The last one. Members are `null` where Mistral did not say. */
  | {
      readonly kind: "end";
      readonly model: string | null;
      readonly finishReason: string | null;
      readonly usage: { readonly promptTokens: number; readonly completionTokens: number } | null;
    }
  /** The last one, too, where the answer broke off. */
  | { readonly kind: "broken"; readonly assessed: Assessed };

/** Mistral's API, as far as this program uses it. Its texts are fit to be shown: see `cleanText`. */
export interface MistralApi {
  /** Makes the test calls. Whatever comes of them is an answer: all methods throw only `Cancelled`, when aborted. */
  checkKey(key: ApiKey, options: CheckOptions): Promise<KeyCheck>;

  /** The models that a key may call. */
  listModels(key: ApiKey, options: CallOptions): Promise<ApiResult<readonly Model[]>>;

  /** Asks a model, and gives its answer as it is written. The events end with `end` or `broken`; to stop reading ends the call. */
  streamChat(
    key: ApiKey,
    request: ChatRequest,
    options: CallOptions,
  ): Promise<ApiResult<AsyncIterable<ChatEvent>>>;
}
