import { describe, expect, it } from "vitest";
import { connectionFailureOf } from "../../src/mistral/connection-failure.ts";
import { TransportError } from "../../src/mistral/transport.ts";
import { explainFailure } from "../../src/verification/explain-unreachable.ts";

const host = "api.mistral.ai";
const failed = (code: string) => new TransportError({}, Object.assign(new Error("no"), { code }));
const explain = (error: unknown) =>
  explainFailure(connectionFailureOf(error, host, false), { region: "global" }, 10_000);

describe("a call without an answer", () => {
  it.each([
    ["ENOTFOUND", "dns"],
    ["EAI_AGAIN", "dns"],
    ["ECONNREFUSED", "refused"],
    ["ENETUNREACH", "no-route"],
    ["EHOSTUNREACH", "no-route"],
    ["ECONNRESET", "cut"],
    ["EPIPE", "cut"],
    ["ETIMEDOUT", "timeout"],
    ["CERT_HAS_EXPIRED", "certificate"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "certificate"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "certificate"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "certificate"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "tls"],
    ["EPROTO", "tls"],
    ["HPE_INVALID_CONSTANT", "not-http"],
    ["ESOMETHINGNEW", "other"],
  ])("for %s failed by %s", (code, reason) => {
    expect(connectionFailureOf(failed(code), host, false)).toEqual({ reason, code, host, proxy: undefined });
  });

  it("to several addresses at once failed as the first attempt did", () => {
    const attempts = ["ECONNREFUSED", "ENETUNREACH"].map((code) => Object.assign(new Error("no"), { code }));
    const error = new TransportError({}, new AggregateError(attempts));
    expect(connectionFailureOf(error, host, false).reason).toBe("refused");
  });

  it("has run out of time whatever else was seen", () => {
    expect(connectionFailureOf(failed("ECONNRESET"), host, true).reason).toBe("timeout");
  });

  it("for the clock advises to look at the clock", () => {
    expect(explain(failed("CERT_HAS_EXPIRED")).hint).toContain("date and time of this machine");
    expect(explain(failed("CERT_NOT_YET_VALID")).hint).toContain("date and time of this machine");
  });

  it("for a company's certificates advises NODE_EXTRA_CA_CERTS, for another name it does not", () => {
    expect(explain(failed("SELF_SIGNED_CERT_IN_CHAIN")).hint).toContain("NODE_EXTRA_CA_CERTS");
    expect(explain(failed("ERR_TLS_CERT_ALTNAME_INVALID")).hint).not.toContain("NODE_EXTRA_CA_CERTS");
  });

  it("never claims anything about the key", () => {
    for (const code of ["ENOTFOUND", "ECONNRESET", "EPROTO", "CERT_HAS_EXPIRED", "ESOMETHINGNEW"]) {
      expect(explain(failed(code)).sentence).toContain("so nothing is known about the key");
    }
  });
});
