/** A classified body. Text other than JSON is never kept: it may quote anything. */
export type AnswerBody =
  /** Parsed; the SDK may have renamed members from `snake_case` to `camelCase`. */
  | { readonly kind: "json"; readonly value: unknown }
  /** Still open: the SDK's events. */
  | { readonly kind: "stream"; readonly events: ReadableStream<unknown> }
  | { readonly kind: "html" }
  /** Empty, or something else. */
  | { readonly kind: "other" };

/** An HTTP response, from whichever server. */
export interface Answer {
  readonly kind: "answer";
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AnswerBody;
}

/** The outcome of one call: an answer, or why there was none. */
export type CallOutcome = Answer | { readonly kind: "failure"; readonly failure: ConnectionFailure };

/** One call, and its outcome. */
export interface MadeCall {
  readonly method: string;
  readonly url: string;
  readonly outcome: CallOutcome;
  /** From request to end of the answer or start of a stream, in ms. */
  readonly latencyMs: number;
}

/** Why there was no answer. */
export type ConnectionFailureReason =
  | "dns"
  | "certificate"
  | "tls"
  | "timeout"
  | "not-an-answer"
  | "proxy-password"
  | "proxy-sign-in"
  | "proxy"
  | "proxy-setting"
  | "connection";

/** A call that got no answer. */
export interface ConnectionFailure {
  readonly reason: ConnectionFailureReason;
  /** Node's error code, such as `ENOTFOUND`, or a proxy's status; for `--verbose` and reports. */
  readonly code: string | undefined;
  /** Host and port that were called. */
  readonly host: string;
  /** Host and port of the proxy, without credentials. */
  readonly proxy: string | undefined;
}

/** Classifies a body. */
export function readBody(text: string, contentType: string | undefined): AnswerBody {
  const trimmed = text.trim();
  if (
    /^text\/html|^application\/xhtml/i.test(contentType ?? "") ||
    /^<(?:!doctype|html|\?xml)/i.test(trimmed)
  ) {
    return { kind: "html" };
  }
  try {
    return { kind: "json", value: JSON.parse(trimmed) };
  } catch {
    return { kind: "other" };
  }
}

/**
 * A member of a JSON value, by its name in the API (`api_key`) or in the SDK (`apiKey`); `undefined` if the
 * value is not an object or has neither.
 */
export function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const camelCase = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const found = [name, camelCase].find((one) => Object.hasOwn(value, one));
  return found === undefined ? undefined : (value as Readonly<Record<string, unknown>>)[found];
}

/** Thrown by a call that gets no answer. */
export class CallFailed extends Error {
  override readonly name = "CallFailed";
  readonly failure: ConnectionFailure;

  constructor(failure: ConnectionFailure) {
    super("The call got no answer.");
    this.failure = failure;
  }
}

/**
 * Why a call got no answer.
 *
 * @param error - {@link CallFailed}, or Node's own error
 * @param host - host and port that were called
 * @param timedOut - whether the time limit ended the call
 */
export function connectionFailureOf(error: unknown, host: string, timedOut: boolean): ConnectionFailure {
  if (error instanceof CallFailed) return error.failure;
  const code = timedOut ? undefined : codeOf(error);
  return { reason: timedOut ? "timeout" : reasonOf(code), code, host, proxy: undefined };
}

function reasonOf(code = ""): ConnectionFailureReason {
  if (/^ENOTFOUND$|^EAI_/.test(code)) return "dns";
  if (isCertificateCode(code)) return "certificate";
  if (/^EPROTO$|^ERR_(?:SSL|TLS)_/.test(code)) return "tls";
  return code.startsWith("HPE_") ? "not-an-answer" : "connection";
}

/** Whether this is OpenSSL's or Node's code for a rejected certificate. */
export function isCertificateCode(code = ""): boolean {
  return /CERT|^UNABLE_TO_|^INVALID_(?:CA|PURPOSE)$/.test(code);
}

/** Node's code for an error; for an `AggregateError`, that of the first attempt. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : undefined;
}

/** Describes an outcome in a few words: a status, or why there was no answer. */
export function describeOutcome(outcome: CallOutcome): string {
  if (outcome.kind === "answer") return `HTTP ${outcome.status}`;
  const { reason, code, proxy } = outcome.failure;
  const through = proxy === undefined ? "" : ` through the proxy ${proxy}`;
  return `no answer${through} (${code === undefined ? reason : `${reason}, ${code}`})`;
}
