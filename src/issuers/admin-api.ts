import type { Deps } from "../deps.ts";
import { Cancelled, type FailureKind, MistralKeyError } from "../errors.ts";
import { ownCommand } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import {
  type AnswerBody,
  type CallOutcome,
  connectionFailureOf,
  member,
  readBody,
} from "../mistral/call-outcome.ts";
import { addressOf, type Endpoint } from "../mistral/endpoint.ts";
import { say } from "../mistral/facts.ts";
import { Fetcher } from "../mistral/fetcher.ts";
import { cleanText } from "../outside-text.ts";
import { facts } from "./facts.ts";
import type { CreatedKey, IssuedKey, KeyIssuer, KeyWish } from "./key-issuer.ts";
import { readCreatedKey, readIssuedKeys } from "./read-issued-keys.ts";

/** What {@link AdminApi} is made of. */
export interface AdminApiOptions {
  readonly endpoint: Endpoint;
  /** The Admin API key. */
  readonly key: ApiKey;
  /** For the proxy variables. */
  readonly env: Deps["env"];
  /** Aborted when the person presses Ctrl-C. */
  readonly signal: AbortSignal;
  /** The time limit of each call, in milliseconds; 10 s where absent. */
  readonly timeoutMs?: number;
  /** Told of every call as it ends, in a line for `--verbose`. */
  readonly trace?: (line: string) => void;
}

type Header = "x-api-key" | "authorization";

interface Request {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly body?: object;
  /** Whether Ctrl-C leaves the call alone. */
  readonly goesOn?: boolean;
}

/** More rows than any filter is meant to leave. */
const mostRows = 100;

/**
 * The Admin API of an organization: a preview for Enterprise accounts, with a key of its own kind.
 * The guide sends that key as `x-api-key`, the OpenAPI file as a Bearer token, so the second is tried
 * where the first is refused. Source: Mistral's API reference and its guide to the Admin API, August 2026.
 */
export class AdminApi implements KeyIssuer {
  readonly #options: AdminApiOptions;
  #header: Header = "x-api-key";

  constructor(options: AdminApiOptions) {
    this.#options = options;
  }

  async list(filter?: string): Promise<readonly IssuedKey[]> {
    const query = new URLSearchParams({
      ...(filter === undefined ? {} : { name: filter }),
      limit: String(mostRows),
    });
    const outcome = await this.#call({ method: "GET", path: `?${query}` });
    const rows = readIssuedKeys(this.#valueOf(outcome), this.#options.key);
    if (rows === undefined) throw notUnderstood("no list of keys");
    return rows;
  }

  async create({ name, workspaceId, userId, expiresAt }: KeyWish): Promise<CreatedKey> {
    const body = {
      ...(name === null ? {} : { name }),
      ...(expiresAt === null ? {} : { expiration: expiresAt }),
      workspace_uuid: workspaceId,
      user_id: userId,
    };
    const outcome = await this.#call({ method: "POST", path: "", body, goesOn: true });
    const created = readCreatedKey(this.#valueOf(outcome));
    if (created === undefined) throw notUnderstood("no new key");
    return created;
  }

  async delete(keyId: string): Promise<void> {
    const outcome = await this.#call({ method: "DELETE", path: `/${encodeURIComponent(keyId)}` });
    if (outcome.kind === "answer" && (outcome.status === 404 || isGood(outcome.status))) return;
    this.#valueOf(outcome);
  }

  async #call(request: Request): Promise<CallOutcome> {
    const outcome = await this.#send(request, this.#header);
    if (outcome.kind !== "answer" || outcome.status !== 401 || this.#header !== "x-api-key") return outcome;
    // A call that was refused has done nothing, so it can be made again.
    const other = await this.#send(request, "authorization");
    if (other.kind === "answer" && other.status !== 401) this.#header = "authorization";
    return other;
  }

  async #send({ method, path, body, goesOn = false }: Request, header: Header): Promise<CallOutcome> {
    const { endpoint, key, env, signal, timeoutMs = usualTimeoutMs, trace } = this.#options;
    if (signal.aborted) throw new Cancelled();
    const url = `${addressOf(endpoint)}/v1/admin/api-keys${path}`;
    const fetcher = new Fetcher(env);
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), timeoutMs);
    try {
      const request = new Request(url, {
        method,
        headers: {
          accept: "application/json",
          ...(header === "x-api-key"
            ? { "x-api-key": key.reveal() }
            : { authorization: `Bearer ${key.reveal()}` }),
          ...(body && { "content-type": "application/json" }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      const either = goesOn ? limit.signal : AbortSignal.any([limit.signal, signal]);
      const response = await fetcher.fetch(request, either);
      const text = await response.text();
      trace?.(`${method} ${addressOf(endpoint)}/v1/admin/api-keys: HTTP ${response.status}`);
      return {
        kind: "answer",
        status: response.status,
        headers: {},
        body: readBody(text, response.headers.get("content-type") ?? undefined),
      };
    } catch (error) {
      if (signal.aborted && !goesOn) throw new Cancelled();
      const failure = connectionFailureOf(error, new URL(url).host, limit.signal.aborted);
      trace?.(`${method} ${addressOf(endpoint)}/v1/admin/api-keys: no answer (${failure.reason})`);
      return { kind: "failure", failure };
    } finally {
      clearTimeout(timer);
      await fetcher.close();
    }
  }

  /** What a good answer holds. */
  #valueOf(outcome: CallOutcome): unknown {
    if (outcome.kind === "failure") {
      const { reason, code, host, proxy } = outcome.failure;
      const through = proxy === undefined ? "" : ` through the proxy ${proxy}`;
      throw new MistralKeyError(
        "unreachable",
        `The Admin API at ${host} gave no answer${through} (${[reason, code].filter(Boolean).join(", ")}).`,
        { hint: `To check the network: ${ownCommand("doctor")}` },
      );
    }
    const { status, body } = outcome;
    if (!isGood(status)) throw this.#refusal(status, body);
    if (body.kind !== "json") throw notUnderstood("something else");
    return body.value;
  }

  #refusal(status: number, body: AnswerBody): MistralKeyError {
    const { key } = this.#options;
    const fail = (kind: FailureKind, message: string, hint: string) =>
      new MistralKeyError(kind, message, { hint });
    switch (status) {
      case 401:
        return fail(
          "rejected",
          `Mistral does not accept the Admin API key ${key.mask}.`,
          `${say(facts.ownKind)} To store another one: ${ownCommand("init --admin")}`,
        );
      case 403:
        return fail("rejected", `The Admin API key ${key.mask} may not do this.`, say(facts.preview));
      case 404:
      case 405:
      case 501:
        return fail("unusable", `There is no Admin API for this (HTTP ${status}).`, say(facts.preview));
      case 429:
        return fail("unusable", "The Admin API takes no more calls now (HTTP 429).", "Try again later.");
      default: {
        const said = body.kind === "json" ? detailIn(body.value, key) : undefined;
        const refused = status >= 400 && status < 500;
        return fail(
          refused ? "unusable" : "unreachable",
          `The Admin API ${refused ? "refused the call" : "failed"} (HTTP ${status})${said === undefined ? "." : `: ${said}`}`,
          refused ? say(facts.preview) : "Try again later.",
        );
      }
    }
  }
}

const usualTimeoutMs = 10_000;

function isGood(status: number): boolean {
  return status >= 200 && status < 300;
}

function notUnderstood(found: string): MistralKeyError {
  return new MistralKeyError("unreachable", `The Admin API answered, but with ${found}.`, {
    hint: say(facts.preview),
  });
}

function detailIn(value: unknown, key: ApiKey): string | undefined {
  const said = member(value, "detail") ?? member(value, "message");
  return typeof said === "string" ? cleanText(said, [key]) : undefined;
}
