import { setTimeout as delay } from "node:timers/promises";
import type { Deps } from "../deps.ts";
import { Cancelled } from "../errors.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { explainValid, explainWrongProduct, type Situation } from "../verification/explain.ts";
import type { TimedOutcome } from "./call-outcome.ts";
import { describeCall } from "./call-trace.ts";
import { callUntilAnswered } from "./call-until-answered.ts";
import { diagnose, type Verdict } from "./diagnose.ts";
import { addressOf, type Endpoint } from "./endpoint.ts";
import { findingOf, type TestCall } from "./finding.ts";
import type { Identity } from "./identity.ts";
import type { CheckOptions, KeyCheck, MistralApi } from "./mistral-api.ts";
import { chooseModel, readIdentity, readModels, readRateLimits } from "./read-answers.ts";
import { type CallContext, callCompletion, callIdentity, callModels } from "./sdk-calls.ts";
import { Transport } from "./transport.ts";

/** What {@link SdkMistralApi} is made of. */
export interface SdkMistralApiOptions {
  readonly endpoint: Endpoint;
  /** For the proxy variables. */
  readonly env: Deps["env"];
  now(): Date;
  /** What the calls name themselves; `mistral-key` where absent. */
  readonly userAgent?: string;
  /** The time limit of each call with its repetitions, in milliseconds; 10 s where absent. */
  readonly timeoutMs?: number;
  /** The pause before a call is repeated where Mistral names none, in milliseconds; 500 where absent. */
  readonly pauseMs?: number;
  /** Where Codestral keys work. Where absent, Mistral's own address, and only beside Mistral's own API. */
  readonly codestralUrl?: string;
  /** Told of every call as it ends, in a line for `--verbose`. */
  readonly trace?: (line: string) => void;
}

const codestralAddress = "https://codestral.mistral.ai";
const codestralModel = "codestral-latest";

/** How long the answer about the key's owner may take longer than everything else; it is a courtesy. */
const identityGraceMs = 1500;

/** Mistral's API through the standalone functions of the official SDK. */
export class SdkMistralApi implements MistralApi {
  readonly #options: SdkMistralApiOptions;
  readonly #timeoutMs: number;
  readonly #codestralUrl: string | undefined;

  constructor(options: SdkMistralApiOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    const { serverUrl } = options.endpoint;
    // A key for somebody's gateway is no business of Mistral's.
    this.#codestralUrl = options.codestralUrl ?? (serverUrl === undefined ? codestralAddress : undefined);
  }

  get canTryCodestral(): boolean {
    return this.#codestralUrl !== undefined;
  }

  async checkKey(key: ApiKey, options: CheckOptions): Promise<KeyCheck> {
    const { endpoint, env, userAgent = "mistral-key", trace } = this.#options;
    const ending = new AbortController();
    const signal =
      options.signal === undefined ? ending.signal : AbortSignal.any([options.signal, ending.signal]);
    if (options.signal?.aborted) throw new Cancelled();
    const transport = new Transport(env);
    const context: CallContext = {
      address: addressOf(endpoint),
      key,
      transport,
      userAgent,
      // A call that is given up, since the rest is over, tells nothing.
      onCall: (call) => signal.aborted || trace?.(describeCall(call)),
    };
    try {
      const check = await this.#check(context, options, signal);
      if (options.signal?.aborted) throw new Cancelled();
      return check;
    } finally {
      ending.abort();
      await transport.close();
    }
  }

  async #check(context: CallContext, options: CheckOptions, signal: AbortSignal): Promise<KeyCheck> {
    const { quick = false, onProgress } = options;
    const identity = this.#identify(context, signal);
    // A model that was named needs no list, so both calls can be under way at once.
    const early =
      quick || options.model === undefined ? undefined : this.#complete(context, options.model, signal);
    early?.catch(() => {});

    const authentication = await this.#call((limit) => callModels(context, limit), signal);
    const models = readModels(authentication.outcome);
    const accepted = isGood(authentication, "models") && models !== undefined;
    onProgress?.({ part: "authentication", ok: accepted, latencyMs: authentication.latencyMs });

    const model = quick || !accepted ? undefined : (options.model ?? chooseModel(models));
    const completion =
      model === undefined ? undefined : await (early ?? this.#complete(context, model, signal));
    const completed = completion !== undefined && isGood(completion, "completion");
    if (completion !== undefined && model !== undefined) {
      onProgress?.({ part: "completion", ok: completed, latencyMs: completion.latencyMs, model });
    }

    const verdict = await this.#judge({ context, options, authentication, completion, model, signal });
    return {
      ...verdict,
      authentication: { ok: accepted, models: models?.length ?? 0, latencyMs: authentication.latencyMs },
      completion:
        completion === undefined || model === undefined
          ? null
          : { ok: completed, model, latencyMs: completion.latencyMs },
      identity: accepted ? await within(identity, identityGraceMs) : null,
      rateLimits: readRateLimits((completion ?? authentication).outcome),
      models: models?.map(({ id }) => id) ?? [],
    };
  }

  async #judge(calls: MadeCalls): Promise<Verdict> {
    const { context, options, authentication, completion, model, signal } = calls;
    const situation: Situation = {
      history: options.history,
      now: this.#options.now(),
      mask: context.key.mask,
      usualShape: context.key.hasUsualShape,
      endpoint: this.#options.endpoint,
      model,
      timeoutMs: this.#timeoutMs,
    };
    if (!isGood(authentication, "models")) {
      const verdict = diagnose(authentication.outcome, "models", situation);
      if (verdict.diagnosis !== "invalid-key" || options.tryCodestral !== true) return verdict;
      return (await this.#worksAtCodestral(context, signal))
        ? { diagnosis: "wrong-product", explanation: explainWrongProduct() }
        : diagnose(authentication.outcome, "models", { ...situation, noCodestralKey: true });
    }
    if (completion === undefined) {
      const tried = options.quick === true ? "authentication" : "no-model";
      return { diagnosis: "valid", explanation: explainValid(tried) };
    }
    return diagnose(completion.outcome, "completion", situation);
  }

  async #worksAtCodestral(context: CallContext, signal: AbortSignal): Promise<boolean> {
    if (this.#codestralUrl === undefined) return false;
    const there = { ...context, address: this.#codestralUrl };
    const { outcome } = await this.#complete(there, codestralModel, signal);
    if (outcome.kind === "failure") return false;
    // A limit is for keys that were accepted.
    return ["valid", "rate-limited", "no-plan", "over-capacity"].includes(
      findingOf(outcome, "completion").diagnosis,
    );
  }

  #complete(context: CallContext, model: string, signal: AbortSignal): Promise<TimedOutcome> {
    return this.#call((limit) => callCompletion(context, model, limit), signal);
  }

  #call(attempt: (limit: AbortSignal) => Promise<TimedOutcome>, signal: AbortSignal): Promise<TimedOutcome> {
    const { now, pauseMs = 500 } = this.#options;
    return callUntilAnswered(attempt, { timeoutMs: this.#timeoutMs, pauseMs, now }, signal);
  }

  /** Whose key it is. Never fails: the regional endpoints and gateways do not know, and the call is a beta. */
  async #identify(context: CallContext, signal: AbortSignal): Promise<Identity | null> {
    if (this.#options.endpoint.region !== "global") return null;
    try {
      return readIdentity((await callIdentity(context, signal)).outcome);
    } catch {
      return null;
    }
  }
}

interface MadeCalls {
  readonly context: CallContext;
  readonly options: CheckOptions;
  readonly authentication: TimedOutcome;
  readonly completion: TimedOutcome | undefined;
  readonly model: string | undefined;
  readonly signal: AbortSignal;
}

function isGood({ outcome }: TimedOutcome, call: TestCall): boolean {
  return outcome.kind === "answer" && findingOf(outcome, call).diagnosis === "valid";
}

async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value | null> {
  const ending = new AbortController();
  const timeLimit = delay(ms, null, { signal: ending.signal }).catch(() => null);
  try {
    return await Promise.race([promise, timeLimit]);
  } finally {
    ending.abort();
  }
}
