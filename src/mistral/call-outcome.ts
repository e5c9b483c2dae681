import { FetchError } from "./fetcher.ts";

/** What a body turned out to be. Text that is no JSON is never kept: nobody knows what it quotes. */
export type AnswerBody =
  /** Parsed; the SDK may have changed the names of members from `snake_case` to `camelCase`. */
  | { readonly kind: "json"; readonly value: unknown }
  /** Still coming: the SDK's events. */
  | { readonly kind: "stream"; readonly events: ReadableStream<unknown> }
  | { readonly kind: "html" }
  | { readonly kind: "empty" }
  | { readonly kind: "unreadable" };

/** An answer of the other side, whoever that was. */
export interface Answer {
  readonly kind: "answer";
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AnswerBody;
}

/** What came of one call: the answer, or what happened instead of one. */
export type CallOutcome = Answer | { readonly kind: "failure"; readonly failure: ConnectionFailure };

/** One call, and what came of it. */
export interface MadeCall {
  readonly method: string;
  readonly url: string;
  readonly outcome: CallOutcome;
  /** From the start of the call to the end of its answer, in milliseconds. */
  readonly latencyMs: number;
}

/** Why there was no answer. */
export type ConnectionFailureReason =
  | "dns"
  | "refused"
  | "no-route"
  | "certificate"
  | "tls"
  | "cut"
  | "timeout"
  | "not-http"
  | "too-large"
  | "proxy-password"
  | "proxy-refusal"
  | "proxy-unreachable"
  | "proxy-setting"
  | "other";

/** A call that got no answer. */
export interface ConnectionFailure {
  readonly reason: ConnectionFailureReason;
  /** The code that Node gave, `ENOTFOUND` say, or the status of a proxy; for `--verbose` and reports. */
  readonly code: string | undefined;
  /** Host and port that were called. */
  readonly host: string;
  /** Host and port of the proxy in between, without its name and password. */
  readonly proxy: string | undefined;
}

/** Sorts a body by what it is. */
export function readBody(text: string, contentType: string | undefined): AnswerBody {
  const trimmed = text.trim();
  if (trimmed === "") return { kind: "empty" };
  if (
    /^text\/html|^application\/xhtml/i.test(contentType ?? "") ||
    /^<(?:!doctype|html|\?xml)/i.test(trimmed)
  ) {
    return { kind: "html" };
  }
  try {
    return { kind: "json", value: JSON.parse(trimmed) };
  } catch {
    return { kind: "unreadable" };
  }
}

/**
 * A member of a JSON value, by the name it has in the API (`api_key`) or the one the SDK gives it
 * (`apiKey`); `undefined` where the value is no object or has neither.
 */
export function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const camelCase = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const found = [name, camelCase].find((one) => Object.hasOwn(value, one));
  return found === undefined ? undefined : (value as Readonly<Record<string, unknown>>)[found];
}

const reasonOfCode: Readonly<Record<string, ConnectionFailureReason>> = {
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  EAI_FAIL: "dns",
  EAI_NODATA: "dns",
  ECONNREFUSED: "refused",
  ENETUNREACH: "no-route",
  EHOSTUNREACH: "no-route",
  ENETDOWN: "no-route",
  EHOSTDOWN: "no-route",
  EADDRNOTAVAIL: "no-route",
  ECONNRESET: "cut",
  EPIPE: "cut",
  ERR_STREAM_PREMATURE_CLOSE: "cut",
  ETIMEDOUT: "timeout",
  // What OpenSSL and Node call a certificate that they do not accept.
  CERT_HAS_EXPIRED: "certificate",
  CERT_NOT_YET_VALID: "certificate",
  CERT_REVOKED: "certificate",
  CERT_REJECTED: "certificate",
  CERT_UNTRUSTED: "certificate",
  CERT_SIGNATURE_FAILURE: "certificate",
  CERT_CHAIN_TOO_LONG: "certificate",
  INVALID_CA: "certificate",
  INVALID_PURPOSE: "certificate",
  DEPTH_ZERO_SELF_SIGNED_CERT: "certificate",
  SELF_SIGNED_CERT_IN_CHAIN: "certificate",
  UNABLE_TO_GET_ISSUER_CERT: "certificate",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "certificate",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "certificate",
  ERR_TLS_CERT_ALTNAME_INVALID: "certificate",
  EPROTO: "tls",
};

/**
 * Why a call got no answer.
 *
 * @param error - the {@link FetchError}, or Node's own error where the answer broke off half-way
 * @param host - host and port that were called
 * @param timedOut - whether the time limit ended the call
 */
export function connectionFailureOf(error: unknown, host: string, timedOut: boolean): ConnectionFailure {
  const failed = error instanceof FetchError ? error : undefined;
  const proxy = failed?.proxy;
  const code = codeOf(failed === undefined ? error : failed.cause);
  if (timedOut) {
    const reason = failed?.problem === "proxy-unreachable" ? "proxy-unreachable" : "timeout";
    return { reason, code: undefined, host, proxy };
  }
  switch (failed?.problem) {
    case "proxy-refused": {
      const reason = failed.status === 407 ? "proxy-password" : "proxy-refusal";
      return { reason, code: String(failed.status), host, proxy };
    }
    case "proxy-unreachable":
    case "proxy-setting":
    case "too-large":
    case "not-http":
      return { reason: failed.problem, code, host, proxy };
    case undefined:
      return { reason: reasonOf(code), code, host, proxy };
  }
}

function reasonOf(code: string | undefined): ConnectionFailureReason {
  if (code === undefined) return "other";
  if (code.startsWith("HPE_")) return "not-http";
  if (code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_")) return reasonOfCode[code] ?? "tls";
  return reasonOfCode[code] ?? "other";
}

/** Node's code for an error; for the several attempts of one connection that of the first. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : undefined;
}
