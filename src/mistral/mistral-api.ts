import type { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { Identity } from "./identity.ts";
import type { RateLimits } from "./rate-limits.ts";

/** What is already known about a key; it changes what a refusal means. */
export interface KeyHistory {
  /** The last day as the person entered it; `undefined` when never asked. */
  readonly expiresAt?: Expiry | undefined;
  /** When Mistral last accepted the key, ISO 8601; `null` when it never has. */
  readonly lastAcceptedAt: string | null;
}

/** A key nobody has seen before. */
export const newKey: KeyHistory = { lastAcceptedAt: null };

/** How far a check goes. */
export interface CheckOptions {
  readonly history: KeyHistory;
  /** Only authentication, no completion. */
  readonly quick?: boolean;
  /** The model to call instead of a small one from the key's own list. */
  readonly model?: string | undefined;
  /**
   * Whether a refused key may be sent to Codestral's address as well, to find out whether it is
   * one of its keys. Only after the person agreed.
   */
  readonly tryCodestral?: boolean;
  /** Told as each part ends, for progress; never given a key. */
  readonly onProgress?: (step: CheckStep) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A part of a check that has ended. */
export type CheckStep =
  | { readonly part: "authentication"; readonly ok: boolean; readonly latencyMs: number }
  | { readonly part: "completion"; readonly ok: boolean; readonly latencyMs: number; readonly model: string };

/** What a verdict means, for people. */
export interface Explanation {
  /** One sentence: what happened. */
  readonly sentence: string;
  /** What is known besides, a sentence each. */
  readonly facts?: readonly string[];
  /** What may be the cause, the likeliest first; empty where there is nothing to guess. */
  readonly causes: readonly string[];
  /** The next action, as a sentence. */
  readonly hint: string | null;
  /** Commands or addresses worth trying next, each with what it does. */
  readonly next: readonly { readonly action: string; readonly does: string }[];
}

/** What a test call told about a key. */
export interface KeyCheck {
  readonly diagnosis: Diagnosis;
  readonly explanation: Explanation;
  readonly authentication: { readonly ok: boolean; readonly models: number; readonly latencyMs: number };
  readonly completion: { readonly ok: boolean; readonly model: string; readonly latencyMs: number } | null;
  readonly identity: Identity | null;
  readonly rateLimits: RateLimits | null;
  /** Identifiers of the models the key may call, as Mistral listed them. */
  readonly models: readonly string[];
}

/** Mistral's API, as far as this program uses it. */
export interface MistralApi {
  /** Whether {@link CheckOptions.tryCodestral} has a meaning here: not for a gateway's keys. */
  readonly canTryCodestral: boolean;

  /**
   * Makes the test calls and gives a verdict: a refusal, an outage or a cut connection is an
   * answer, so this throws only when `signal` is aborted (`Cancelled`).
   */
  checkKey(key: ApiKey, options: CheckOptions): Promise<KeyCheck>;
}
