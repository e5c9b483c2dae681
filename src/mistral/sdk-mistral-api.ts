import { setTimeout as delay } from "node:timers/promises";
import type { ApiKey } from "../keys/api-key.ts";
import { ApiSession, type SessionOptions } from "./api-session.ts";
import { acceptsKey } from "./assess.ts";
import type { CallOutcome, MadeCall } from "./call-outcome.ts";
import { readChatEvents } from "./chat-events.ts";
import type {
  ApiResult,
  Assessment,
  CallOptions,
  ChatEvent,
  ChatRequest,
  CheckOptions,
  Identity,
  KeyCheck,
  MistralApi,
  Model,
  RateLimits,
} from "./mistral-api.ts";
import { chooseModel, readIdentity, readModels, readRateLimits, readWords } from "./read-answers.ts";
import { callCompletion, callCompletionStream, callIdentity, callModels } from "./sdk-client.ts";

/** Options of {@link SdkMistralApi}. */
export interface SdkMistralApiOptions extends SessionOptions {
  /** How long a streamed answer may take to begin, or pause, in milliseconds; a minute by default. */
  readonly silenceMs?: number;
  /** Where Codestral keys work. By default Codestral's own address, unless `serverUrl` is set. */
  readonly codestralUrl?: string;
}

const codestralAddress = "https://codestral.mistral.ai";
const codestralModel = "codestral-latest";

/** Extra wait for the optional identity call once everything else is done. */
const identityGraceMs = 1500;

/** Mistral's API through the official SDK. */
export class SdkMistralApi implements MistralApi {
  readonly #options: SdkMistralApiOptions;
  readonly #codestralUrl: string | undefined;

  constructor(options: SdkMistralApiOptions) {
    this.#options = options;
    const { serverUrl } = options.endpoint;
    // A gateway's key must not go to Mistral.
    this.#codestralUrl = options.codestralUrl ?? (serverUrl === undefined ? codestralAddress : undefined);
  }

  async checkKey(key: ApiKey, options: CheckOptions): Promise<KeyCheck> {
    const session = new ApiSession(this.#options, key, options);
    try {
      const check = await this.#check(session, options);
      session.throwIfCancelled();
      return check;
    } finally {
      session.close();
    }
  }

  async listModels(key: ApiKey, options: CallOptions): Promise<ApiResult<readonly Model[]>> {
    const session = new ApiSession(this.#options, key, options);
    try {
      const { outcome } = await session.call(callModels);
      session.throwIfCancelled();
      const value = readValue(outcome, key, readModels);
      return value === undefined
        ? { ok: false, assessed: session.inContext(session.assess(outcome, "models"), undefined) }
        : { ok: true, value, rateLimits: rateLimitsOf(outcome) };
    } finally {
      session.close();
    }
  }

  async streamChat(
    key: ApiKey,
    request: ChatRequest,
    options: CallOptions,
  ): Promise<ApiResult<AsyncIterable<ChatEvent>>> {
    const session = new ApiSession(this.#options, key, options);
    const { model } = request;
    const { silenceMs = 60_000 } = this.#options;
    // To a long question, the first word may take as long as any other.
    const { outcome } = await session.call(callCompletionStream(request), undefined, silenceMs);
    if (outcome.kind === "answer" && outcome.body.kind === "stream") {
      const value = readChatEvents(outcome.body.events, session, { model, silenceMs });
      return { ok: true, value, rateLimits: readRateLimits(outcome.headers) };
    }
    session.close();
    session.throwIfCancelled();
    const said = session.assess(outcome, "completion");
    const assessment: Assessment =
      // A whole answer instead of a stream.
      said.diagnosis === "valid" ? { diagnosis: "server-error", status: 200, foreign: "unreadable" } : said;
    return { ok: false, assessed: session.inContext(assessment, model, false, silenceMs) };
  }

  async #check(session: ApiSession, options: CheckOptions): Promise<KeyCheck> {
    const { quick = false, greets = false, onProgress } = options;
    const authentication = await session.call(callModels);
    const models = readValue(authentication.outcome, session.key, readModels);
    const accepted = models !== undefined;
    onProgress?.({ part: "authentication", ok: accepted, latencyMs: authentication.latencyMs });

    const identity = accepted ? this.#identify(session) : null;
    const model = quick || !accepted ? undefined : (options.model ?? chooseModel(models));
    const made =
      model === undefined ? undefined : await complete(session, model, greets ? greeting : oneToken);
    const assessment =
      made === undefined
        ? await this.#judge(session, options, authentication.outcome)
        : session.assess(made.outcome, "completion");
    const ok = assessment.diagnosis === "valid";
    const completion =
      made === undefined || model === undefined ? null : { ok, model, latencyMs: made.latencyMs };
    if (completion !== null) onProgress?.({ part: "completion", ...completion });
    return {
      ...session.inContext(assessment, model, accepted),
      authentication: { ok: accepted, models: models?.length ?? 0, latencyMs: authentication.latencyMs },
      completion,
      identity: await Promise.race([identity, delay(identityGraceMs, null, { ref: false })]),
      rateLimits: rateLimitsOf((made ?? authentication).outcome),
      ...(greets && ok && made && { words: readValue(made.outcome, session.key, readWords) ?? null }),
    };
  }

  async #judge(
    session: ApiSession,
    { quick, tryCodestral }: CheckOptions,
    authentication: CallOutcome,
  ): Promise<Assessment> {
    const assessment = session.assess(authentication, "models");
    if (assessment.diagnosis === "valid") {
      return { diagnosis: "valid", tried: quick === true ? "authentication" : "no-model" };
    }
    if (assessment.diagnosis !== "invalid-key" || tryCodestral !== true) return assessment;
    return await this.#judgeAtCodestral(session);
  }

  /** Only a refusal by Codestral's address shows that the key is none of Codestral's. */
  async #judgeAtCodestral(session: ApiSession): Promise<Assessment> {
    const notKnown = { diagnosis: "invalid-key", codestral: "not-known" } as const;
    if (this.#codestralUrl === undefined) return notKnown;
    const { outcome } = await complete(session, codestralModel, oneToken, this.#codestralUrl);
    const { diagnosis } = session.assess(outcome, "completion");
    if (acceptsKey(diagnosis)) return { diagnosis: "wrong-product", product: "codestral" };
    return diagnosis === "invalid-key" ? { diagnosis, codestral: "refused" } : notKnown;
  }

  /** The key's owner. Never fails: regional endpoints and gateways do not know, and the call is a beta. */
  async #identify(session: ApiSession): Promise<Identity | null> {
    if (this.#options.endpoint.region !== "global") return null;
    const { outcome } = await session.call(callIdentity);
    return readValue(outcome, session.key, readIdentity) ?? null;
  }
}

const oneToken = { prompt: "Hi", maxTokens: 1 };
const greeting = { prompt: "Greet a developer whose API key works, in one short sentence.", maxTokens: 40 };

function complete(
  session: ApiSession,
  model: string,
  question: Omit<ChatRequest, "model">,
  address?: string,
): Promise<MadeCall> {
  return session.call(callCompletion({ model, ...question }), address);
}

function readValue<Value>(
  outcome: CallOutcome,
  key: ApiKey,
  read: (value: unknown, key: ApiKey) => Value,
): Value | undefined {
  const good = outcome.kind === "answer" && outcome.status === 200 && outcome.body.kind === "json";
  return good ? read(outcome.body.value, key) : undefined;
}

function rateLimitsOf(outcome: CallOutcome): RateLimits | null {
  return outcome.kind === "answer" ? readRateLimits(outcome.headers) : null;
}
