/** What a body turned out to be. Text that is no JSON is never kept: nobody knows what it quotes. */
export type AnswerBody =
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "html" }
  | { readonly kind: "empty" }
  | { readonly kind: "unreadable" };

/** What came of one call: the answer, or what happened instead of one. */
export type CallOutcome =
  | {
      readonly kind: "answer";
      readonly status: number;
      /** By lower-case name. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: AnswerBody;
    }
  | { readonly kind: "failure"; readonly failure: ConnectionFailure };

/** What came of a call, and how long it took on the wire, in milliseconds. */
export interface TimedOutcome {
  readonly outcome: CallOutcome;
  readonly latencyMs: number;
}

/** An answer of the other side, whoever that was. */
export type Answer = Extract<CallOutcome, { readonly kind: "answer" }>;

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
  | "too-long"
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

/** A member of a JSON value, `undefined` where the value is no object or has none. */
export function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
