import { Cancelled, type FailureKind, MistralKeyError } from "../errors.ts";
import type { ProcessContext } from "../files/process-context.ts";
import { ownCommand } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";
import { type AnswerBody, type CallOutcome, describeOutcome } from "../mistral/call-outcome.ts";
import { addressOf, type Endpoint } from "../mistral/endpoint.ts";
import { say } from "../mistral/facts.ts";
import { callDirectly } from "../mistral/fetcher.ts";
import { facts } from "./facts.ts";
import type { CreatedKey, IssuedKey } from "./issued-key.ts";
import { readCreatedKey, readDetail, readIssuedKeys, readUserId } from "./read-admin-answers.ts";

interface AdminApiOptions {
  readonly endpoint: Endpoint;
  readonly key: ApiKey;
  /** For the proxy variables. */
  readonly env: ProcessContext["env"];
  /** Aborted when the user presses Ctrl-C. */
  readonly signal: AbortSignal;
  /** The time limit of each call, in milliseconds; 10 s if absent. */
  readonly timeoutMs?: number;
  /** Called as each call ends, with a line for `--verbose`. */
  readonly trace?: (line: string) => void;
}

type Header = "x-api-key" | "authorization";

interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below `/v1/admin/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Whether the call ignores Ctrl-C. */
  readonly goesOn?: boolean;
}

const usualTimeoutMs = 10_000;
/** The API's own default; no filter should match more rows. */
const mostRows = "100";

interface KeyWish {
  readonly name: string | null;
  readonly workspaceId: string;
  readonly userId: string;
  readonly expiresAt: Expiry;
}

/**
 * The Admin API of an organization, which creates and deletes keys: a preview for Enterprise plans, with its
 * own kind of key. Without it, a person does both in Mistral's console.
 *
 * Methods throw `MistralKeyError` with a message that says why: `rejected` if the Admin API key is refused or
 * lacks permission, `unusable` if it cannot do it, `unreachable` if it gave no usable answer: then it is not
 * known whether the call took effect.
 *
 * Source: Mistral's OpenAPI file and its guide to the Admin API, August 2026. Both place it under
 * `https://api.mistral.ai/v1/admin`; until July 2026 the guide named `https://console.mistral.ai/api/admin`.
 * The guide sends the key as `x-api-key`, the OpenAPI file as a Bearer token, so the second is tried if the
 * first is refused.
 */
export class AdminApi {
  readonly #options: AdminApiOptions;
  #header: Header = "x-api-key";

  constructor(options: AdminApiOptions) {
    this.#options = options;
  }

  /** @param filter - part of the name, or the last four characters of the key; every key if absent */
  async list(filter?: string): Promise<readonly IssuedKey[]> {
    const query = { limit: mostRows, ...(filter !== undefined && { name: filter }) };
    const answer = await this.#ask({ method: "GET", path: "api-keys", query });
    return readIssuedKeys(answer, this.#options.key) ?? notUnderstood("no list of keys");
  }

  /** The user ID of a member. */
  async findUser(email: string): Promise<string | undefined> {
    return readUserId(await this.#ask({ method: "GET", path: "users", query: { email } }), email);
  }

  /** Creates a key. Ctrl-C does not cut off the call, since the key may exist by then. */
  async create({ name, workspaceId, userId, expiresAt }: KeyWish): Promise<CreatedKey> {
    const body = {
      ...(name !== null && { name }),
      ...(expiresAt !== null && { expiration: expiresAt }),
      workspace_uuid: workspaceId,
      user_id: userId,
    };
    const answer = await this.#ask({ method: "POST", path: "api-keys", body, goesOn: true });
    return readCreatedKey(answer) ?? notUnderstood("no new key");
  }

  /** Deletes a key; succeeds if it is already gone. */
  async delete(keyId: string): Promise<void> {
    const outcome = await this.#call({ method: "DELETE", path: `api-keys/${encodeURIComponent(keyId)}` });
    const isOurs = outcome.kind === "answer" && outcome.body.kind !== "html";
    if (!isOurs || (outcome.status !== 404 && !isGood(outcome.status))) this.#valueOf(outcome);
  }

  async #ask(request: Call): Promise<unknown> {
    return this.#valueOf(await this.#call(request));
  }

  async #call(request: Call): Promise<CallOutcome> {
    const outcome = await this.#send(request, this.#header);
    if (outcome.kind !== "answer" || outcome.status !== 401 || this.#header !== "x-api-key") return outcome;
    // A refused call has no effect, so it is safe to retry.
    const other = await this.#send(request, "authorization");
    if (other.kind === "answer" && other.status !== 401) this.#header = "authorization";
    return other;
  }

  async #send({ method, path, query, body, goesOn = false }: Call, header: Header): Promise<CallOutcome> {
    const { endpoint, key, env, signal, timeoutMs = usualTimeoutMs, trace } = this.#options;
    if (signal.aborted) throw new Cancelled();
    const address = `${addressOf(endpoint)}/v1/admin/${path}`;
    const request = new Request(`${address}${query === undefined ? "" : `?${new URLSearchParams(query)}`}`, {
      method,
      headers: {
        accept: "application/json",
        [header]: header === "x-api-key" ? key.reveal() : `Bearer ${key.reveal()}`,
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const limit = AbortSignal.timeout(timeoutMs);
    const outcome = await callDirectly(request, env, limit, goesOn ? undefined : signal);
    if (outcome.kind === "failure" && signal.aborted && !goesOn) throw new Cancelled();
    trace?.(`${method} ${address}: ${describeOutcome(outcome)}`);
    return outcome;
  }

  #valueOf(outcome: CallOutcome): unknown {
    if (outcome.kind === "failure") {
      throw new MistralKeyError(
        "unreachable",
        `The Admin API at ${outcome.failure.host} gave ${describeOutcome(outcome)}.`,
        { hint: `To check the network: ${ownCommand("doctor")}` },
      );
    }
    const { status, body } = outcome;
    if (!isGood(status)) throw this.#refusal(status, body);
    return body.kind === "json" ? body.value : notUnderstood("something else");
  }

  #refusal(status: number, body: AnswerBody): MistralKeyError {
    const { key } = this.#options;
    const fail = (kind: FailureKind, message: string, hint: string = say(facts.preview)) =>
      new MistralKeyError(kind, message, { hint });
    const said = readDetail(body, key);
    if (said === undefined && status < 500) {
      const hint = `A firewall or a proxy may be in between. To check the network: ${ownCommand("doctor")}`;
      const form = "in a form that is not Mistral's";
      return fail("unreachable", `The call to the Admin API was refused ${form} (HTTP ${status}).`, hint);
    }
    if (status === 401) {
      const hint = `${say(facts.ownKind)} To store another one: ${ownCommand("init --admin --yes -p NAME")}`;
      return fail("rejected", `Mistral does not accept the Admin API key ${key.mask}.`, hint);
    }
    if (status === 403)
      return fail("rejected", `The Admin API key ${key.mask} is not allowed to do this${said}`);
    const later = "Try again later.";
    if (status >= 500)
      return fail("unreachable", `The Admin API failed (HTTP ${status})${said ?? "."}`, later);
    const hint = status === 429 ? later : undefined;
    return fail("unusable", `The Admin API refused the call (HTTP ${status})${said}`, hint);
  }
}

function isGood(status: number): boolean {
  return status >= 200 && status < 300;
}

function notUnderstood(found: string): never {
  throw new MistralKeyError("unreachable", `The Admin API answered, but with ${found}.`, {
    hint: say(facts.preview),
  });
}
