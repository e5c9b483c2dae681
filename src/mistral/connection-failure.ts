import type { ConnectionFailure, ConnectionFailureReason } from "./call-outcome.ts";
import { TransportError } from "./transport.ts";

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
 * @param error - what {@link Transport.send} threw
 * @param host - host and port that were called
 * @param timedOut - whether the time limit ended the call
 */
export function connectionFailureOf(error: unknown, host: string, timedOut: boolean): ConnectionFailure {
  const transport = error instanceof TransportError ? error : undefined;
  const proxy = transport?.proxy;
  const code = codeOf(transport === undefined ? error : transport.cause);
  if (timedOut) {
    const reason = transport?.problem === "proxy-unreachable" ? "proxy-unreachable" : "timeout";
    return { reason, code: undefined, host, proxy };
  }
  switch (transport?.problem) {
    case "proxy-refused": {
      const reason = transport.status === 407 ? "proxy-password" : "proxy-refusal";
      return { reason, code: String(transport.status), host, proxy };
    }
    case "proxy-unreachable":
    case "proxy-setting":
    case "too-long":
      return { reason: transport.problem, code, host, proxy };
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
