import { type Answer, type ConnectionFailure, member, type TimedOutcome } from "./call-outcome.ts";

/** One call as it went on the wire. */
export interface MadeCall extends TimedOutcome {
  readonly method: string;
  readonly url: string;
}

/**
 * A call in one line, for `--verbose`: what was called, what came of it, and what whoever runs the
 * other side finds it by. Holds no key, and of a body nothing but the identifier of the request.
 */
export function describeCall({ method, url, outcome, latencyMs }: MadeCall): string {
  const came = outcome.kind === "answer" ? describeAnswer(outcome) : describeFailure(outcome.failure);
  return `${method} ${url}: ${came}, ${latencyMs} ms`;
}

function describeAnswer(answer: Answer): string {
  const id = requestIdIn(answer);
  return `HTTP ${answer.status}${id === undefined ? "" : `, request ${id}`}`;
}

function describeFailure({ reason, code, proxy }: ConnectionFailure): string {
  const through = proxy === undefined ? "" : ` through the proxy ${proxy}`;
  return `no answer${through} (${code === undefined ? reason : `${reason}, ${code}`})`;
}

/** The headers that Mistral and the gateways before it put an identifier into. */
const idHeaders = ["mistral-correlation-id", "x-kong-request-id", "x-request-id", "request-id", "cf-ray"];

/** The identifier of a request, in the form they have; anything else may be anything. */
function requestIdIn({ headers, body }: Answer): string | undefined {
  const inBody = body.kind === "json" ? member(body.value, "request_id") : undefined;
  return [...idHeaders.map((name) => headers[name]), inBody].find(
    (id): id is string => typeof id === "string" && /^[0-9a-f]{8}[0-9a-f-]{0,56}(?:-[A-Z]{3})?$/.test(id),
  );
}
