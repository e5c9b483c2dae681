import { describe, expect, it } from "vitest";
import { connectionFailureOf, member, readBody } from "../../src/mistral/call-outcome.ts";

const host = "api.mistral.ai";
const failed = (code: string) => Object.assign(new Error("no"), { code });

describe("a call without an answer", () => {
  it.each([
    ["ENOTFOUND", "dns"],
    ["EAI_AGAIN", "dns"],
    ["ECONNREFUSED", "connection"],
    ["ENETUNREACH", "connection"],
    ["EHOSTUNREACH", "connection"],
    ["ECONNRESET", "connection"],
    ["EPIPE", "connection"],
    ["ETIMEDOUT", "connection"],
    ["CERT_HAS_EXPIRED", "certificate"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "certificate"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "certificate"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "certificate"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "tls"],
    ["EPROTO", "tls"],
    ["HPE_INVALID_CONSTANT", "not-an-answer"],
    ["ESOMETHINGNEW", "connection"],
  ])("for %s failed by %s", (code, reason) => {
    expect(connectionFailureOf(failed(code), host, false)).toEqual({ reason, code, host, proxy: undefined });
  });

  it("to several addresses at once failed as the first attempt did", () => {
    const error = new AggregateError(["ENOTFOUND", "ENETUNREACH"].map(failed));
    expect(connectionFailureOf(error, host, false).reason).toBe("dns");
  });

  it("has timed out, whatever else was seen", () => {
    expect(connectionFailureOf(failed("ECONNRESET"), host, true).reason).toBe("timeout");
  });
});

describe("a body", () => {
  it.each([
    ["", undefined, "other"],
    [" \n", "application/json", "other"],
    ["<!doctype html><p>", "application/json", "html"],
    ["Sign in", "text/html", "html"],
    ['{"data": []}', "text/plain", "json"],
    ['{"data": [', "application/json", "other"],
  ])("%j of type %s is %s", (text, type, kind) => {
    expect(readBody(text, type).kind).toBe(kind);
  });

  it("has members by their name in the API, or by the one that the SDK gives them", () => {
    expect(member({ api_key: 1 }, "api_key")).toBe(1);
    expect(member({ apiKey: 2 }, "api_key")).toBe(2);
    for (const value of [{}, [], null, "text", undefined]) expect(member(value, "api_key")).toBeUndefined();
    expect(member({}, "constructor")).toBeUndefined();
  });
});
