import type { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";
import type { ConnectionFailure } from "./call-outcome.ts";
import type { Endpoint } from "./endpoint.ts";

/**
 * What an answer says about a key: the diagnosis and the facts behind it. Source:
 * https://docs.mistral.ai/resources/error-glossary and public reports, August 2026.
 */
export type Assessment =
  | { readonly diagnosis: "valid"; readonly tried: "authentication" | "completion" | "no-model" }
  /** `codestral`: whether Codestral's address refused it too; `not-known` if it was not asked, or did not say. */
  | { readonly diagnosis: "invalid-key"; readonly codestral: "not-known" | "refused" }
  /** Refused, and past the last day that the user entered. */
  | { readonly diagnosis: "expired"; readonly lastDay: string }
  | { readonly diagnosis: "wrong-product"; readonly product: "codestral" | "vibe" | "other" }
  | { readonly diagnosis: "forbidden" }
  /** A quota of zero, or a payment is due. */
  | { readonly diagnosis: "no-plan"; readonly missing: "plan" | "payment" }
  | {
      readonly diagnosis: "rate-limited";
      readonly limit: "of-the-moment" | "of-the-month" | "spending";
      readonly retryAfterMs: number | undefined;
    }
  | { readonly diagnosis: "over-capacity" }
  | { readonly diagnosis: "model-not-found"; readonly missing: "model" | "api" }
  /** `tooLong`: because of the length of the prompt. */
  | { readonly diagnosis: "bad-request"; readonly status: number; readonly tooLong: boolean }
  | { readonly diagnosis: "server-error"; readonly status: number }
  | {
      readonly diagnosis: "server-error" | "unreachable";
      readonly status: number;
      readonly foreign: ForeignAnswer;
    }
  | { readonly diagnosis: "unreachable"; readonly failure: ConnectionFailure };

/** An answer not from Mistral, which says nothing about a key. */
export type ForeignAnswer =
  | "web-page"
  | "redirect"
  /** Not in a format that Mistral uses. */
  | "unreadable"
  /** A refusal that is not Mistral's. */
  | "gateway";

/** What is already known about a key; it changes what a refusal means. */
export interface KeyHistory {
  /** `undefined` when never asked. */
  readonly expiresAt?: Expiry | undefined;
  /** When Mistral last accepted the key, ISO 8601; `null` when it never has. */
  readonly lastAcceptedAt: string | null;
  /** Whether it was found on this machine, so that it is neither new nor mistyped. */
  readonly isFound?: boolean;
  /** Which key it is of an unfinished rotation of its profile, during which no other can begin. */
  readonly inRotation?: "old" | "new" | "other" | undefined;
}

/** The history of a new key. */
export const newKey: KeyHistory = { lastAcceptedAt: null };

/** The history of a key found in plaintext. */
export const foundKey: KeyHistory = { lastAcceptedAt: null, isFound: true };

/** Options of every call. */
export interface CallOptions {
  readonly history: KeyHistory;
  readonly signal?: AbortSignal | undefined;
}

/** Options of a check. */
export interface CheckOptions extends CallOptions {
  /** Only authentication, no completion. */
  readonly quick?: boolean | undefined;
  /** The model to call instead of a small one from the key's own list. */
  readonly model?: string | undefined;
  /** Whether a refused key may also be sent to Codestral's address. Requires the user's consent. */
  readonly tryCodestral?: boolean;
  /** Whether to ask the model for a sentence to show, not just for one token. */
  readonly greets?: boolean | undefined;
  /** Called after each part, for progress; never gets a key. */
  readonly onProgress?: (step: CheckStep) => void;
}

/** A finished part of a check. */
export type CheckStep =
  | { readonly part: "authentication"; readonly ok: boolean; readonly latencyMs: number }
  | { readonly part: "completion"; readonly ok: boolean; readonly latencyMs: number; readonly model: string };

/** Details of a call that affect what its answer means. Contains no key. */
export interface CallContext {
  readonly history: KeyHistory;
  readonly mask: string;
  readonly usualShape: boolean;
  readonly endpoint: Endpoint;
  readonly model: string | undefined;
  /** Whether an earlier call accepted the key. */
  readonly accepted: boolean;
  readonly timeoutMs: number;
}

/** An assessment and the call it is based on. `explain` puts it into words. */
export type Assessed = Assessment & { readonly context: CallContext };

/** The result of a key check. */
export type KeyCheck = Assessed & {
  readonly authentication: { readonly ok: boolean; readonly models: number; readonly latencyMs: number };
  readonly completion: { readonly ok: boolean; readonly model: string; readonly latencyMs: number } | null;
  readonly identity: Identity | null;
  readonly rateLimits: RateLimits | null;
  /** What the model said, if {@link CheckOptions.greets} asked for a sentence. */
  readonly words?: string | null;
};

/** The result of one API request. */
export type ApiResult<Value> =
  | { readonly ok: true; readonly value: Value; readonly rateLimits: RateLimits | null }
  | { readonly ok: false; readonly assessed: Assessed };

/** The key's owner (`GET /v1/users/me`, beta, global endpoint only). Source: API reference, August 2026. */
export interface Identity {
  readonly email: string | null;
  readonly workspace: string | null;
  readonly organization: string | null;
  readonly keyName: string | null;
}

/** A workspace limit: what it allows and what is left. `null` if Mistral did not say. */
export interface RateLimit {
  readonly limit: number | null;
  readonly remaining: number | null;
}

/** The limits in an answer's headers. A workspace's keys share them, and they differ by model. */
export interface RateLimits {
  readonly requestsPerMinute: RateLimit;
  readonly tokensPerMinute: RateLimit;
  readonly tokensPerMonth: RateLimit;
  /** From here on: present only if Mistral sent it. */
  readonly requestsPerSecond?: RateLimit;
  readonly requestsPer10Seconds?: RateLimit;
  readonly requestsPerMonth?: RateLimit;
  /** Requests in a period that Mistral did not name. */
  readonly requests?: RateLimit;
  /** Tokens this call took from the limits. */
  readonly tokensOfCall?: number;
}

/** Model capabilities, by their names in the API. Source: Mistral's API reference, August 2026. */
export const capabilities = {
  completion_chat: "chat",
  vision: "vision",
  function_calling: "tools",
  reasoning: "reasoning",
  completion_fim: "code-completion",
  fine_tuning: "fine-tuning",
  ocr: "ocr",
  classification: "classification",
  moderation: "moderation",
  audio: "audio",
  audio_transcription: "transcription",
  audio_transcription_realtime: "realtime-transcription",
  audio_speech: "speech",
} as const;

/** One of {@link capabilities}. */
export type Capability = (typeof capabilities)[keyof typeof capabilities];

/** A row of the model list. Source: Mistral's API reference, August 2026. */
export interface Model {
  readonly id: string;
  readonly name: string | null;
  readonly aliases: readonly string[];
  /** In tokens; `null` where Mistral does not say. */
  readonly contextLength: number | null;
  readonly capabilities: readonly Capability[];
  /** The day of its removal, past or future; `null` if not announced. ISO 8601. */
  readonly deprecatedAt: string | null;
  readonly replacement: string | null;
  /** Whether it is archived, as fine-tuned models can be. */
  readonly archived: boolean;
}

/** A question to a model. */
export interface ChatRequest {
  readonly model: string;
  readonly prompt: string;
  /** Maximum length of the answer in tokens; Mistral's limit by default. */
  readonly maxTokens?: number;
}

/** A part of a streamed answer. */
export type ChatEvent =
  | { readonly kind: "text"; readonly text: string }
  /** The last one. Members are `null` if Mistral did not say. */
  | {
      readonly kind: "end";
      readonly model: string | null;
      readonly finishReason: string | null;
      readonly usage: { readonly promptTokens: number; readonly completionTokens: number } | null;
    }
  /** Also the last one: the answer broke off. */
  | { readonly kind: "broken"; readonly assessed: Assessed };

/** The API calls this program makes. Returned texts are safe to show: see `cleanText`. */
export interface MistralApi {
  /** Makes the test calls. Failures are results: all methods throw only `Cancelled`, when aborted. */
  checkKey(key: ApiKey, options: CheckOptions): Promise<KeyCheck>;

  listModels(key: ApiKey, options: CallOptions): Promise<ApiResult<readonly Model[]>>;

  /** Asks a model and streams its answer. It ends with `end` or `broken`; to stop reading ends the call. */
  streamChat(
    key: ApiKey,
    request: ChatRequest,
    options: CallOptions,
  ): Promise<ApiResult<AsyncIterable<ChatEvent>>>;
}
