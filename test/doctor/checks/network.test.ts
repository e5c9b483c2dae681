import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { NetworkProbe } from "../../../src/doctor/check.ts";
import {
  apiCheck,
  certificatesCheck,
  clockCheck,
  dnsCheck,
  probeNetwork,
  proxyCheck,
  tlsCheck,
} from "../../../src/doctor/checks/network.ts";
import type { ConnectionFailure } from "../../../src/mistral/call-outcome.ts";
import type { Endpoint } from "../../../src/mistral/endpoint.ts";
import { type MistralApiOptions, startMistralApi } from "../../support/mistral-api.ts";
import { type ContextOptions, contextOf } from "../check-context.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function start(options: MistralApiOptions = {}) {
  const api = await startMistralApi(options);
  cleanUps.push(() => api.stop());
  const endpoint: Endpoint = { region: "global", serverUrl: api.url };
  const probe = (env: Readonly<Record<string, string>> = {}) =>
    probeNetwork(api.url, { env, signal: new AbortController().signal, now: () => new Date() });
  return { api, endpoint, probe };
}

const failed = (reason: ConnectionFailure["reason"], code?: string): NetworkProbe => ({
  outcome: { kind: "failure", failure: { reason, code, host: "api.mistral.ai", proxy: undefined } },
  ms: 5,
  at: new Date(),
});

describe("the API", () => {
  it.each([
    ["unauthorized", "ok", /answers in \d+ ms/],
    ["forbidden", "ok", /answers/],
    ["rate-limited", "ok", /answers/],
    ["server-error", "fail", /HTTP 5/],
    ["html", "fail", /sign in first/],
    ["redirect", "fail", /redirect from/],
    ["html-forbidden", "fail", /firewall/],
    ["garbage", "fail", /not an answer from Mistral's API/],
    ["not-found", "fail", /no Mistral API at/],
    ["cut", "fail", /connection to .* failed/],
  ] as const)("that answers %s is %s", async (behaviour, state, says) => {
    const { api, endpoint, probe } = await start();
    api.behave(behaviour, { on: ["models"] });
    const result = await apiCheck.run(contextOf({ endpoint, probe: await probe() }));
    expect(result.message).toMatch(says);
    expect(result.state).toBe(state);
    if (result.state === "fail") expect(result).toMatchObject({ code: 5, hint: expect.stringMatching(/./) });
  });

  it("leaves to other checks the failures that they explain", async () => {
    const state = async (probe: NetworkProbe) => (await apiCheck.run(contextOf({ probe }))).state;
    expect(await state(failed("dns", "ENOTFOUND"))).toBe("skipped");
    expect(await state(failed("certificate", "CERT_HAS_EXPIRED"))).toBe("skipped");
    expect(await state(failed("proxy-password", "407"))).toBe("fail");
  });
});

const answered: NetworkProbe = {
  outcome: { kind: "answer", status: 401, headers: {}, body: { kind: "other" } },
  ms: 5,
  at: new Date(),
};

describe("the certificate of the API", () => {
  it("is refused when nobody here trusts it, with what to do", async () => {
    const { endpoint, probe } = await start({ tls: selfSigned() });
    const context = contextOf({ endpoint, probe: await probe() });
    expect(await tlsCheck.run(context)).toMatchObject({
      state: "fail",
      code: 5,
      hint: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
    });
    expect((await apiCheck.run(context)).state).toBe("skipped");
  });

  it("is good when the call went through, and not checked without a connection", async () => {
    const state = async (options: ContextOptions) => (await tlsCheck.run(contextOf(options))).state;
    expect(await state({ probe: answered })).toBe("ok");
    expect(await state({ probe: failed("connection") })).toBe("skipped");
    const endpoint: Endpoint = { region: "global", serverUrl: "http://127.0.0.1:1" };
    expect(await state({ endpoint, probe: answered })).toBe("skipped");
    expect(await state({ env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" }, probe: answered })).toBe("skipped");
  });
});

describe("the name of the API", () => {
  const endpoint: Endpoint = { region: "global", serverUrl: "https://localhost:1" };

  it("is looked up, and fails when the call could not find it", async () => {
    const result = (probe: NetworkProbe) => dnsCheck.run(contextOf({ endpoint, probe }));
    expect(await result(failed("connection"))).toMatchObject({
      state: "ok",
      message: "localhost can be looked up.",
    });
    expect(await result(failed("dns"))).toMatchObject({ state: "fail", code: 5 });
    // The name server may be what did not answer.
    expect(await result(failed("timeout"))).toMatchObject({ state: "skipped" });
  });

  it("is not looked up when it is an address, or when the proxy looks names up", async () => {
    const state = async (options: ContextOptions) =>
      (await dnsCheck.run(contextOf({ probe: answered, ...options }))).state;
    expect(await state({ endpoint: { region: "global", serverUrl: "https://127.0.0.1:1" } })).toBe("skipped");
    expect(await state({ env: { HTTPS_PROXY: "http://127.0.0.1:1" } })).toBe("skipped");
  });
});

describe("the clock", () => {
  const at = new Date("2026-09-01T10:00:00Z");

  it.each([
    ["Tue, 01 Sep 2026 10:00:00 GMT", "ok", /right/],
    ["Tue, 01 Sep 2026 09:58:30 GMT", "ok", /right/],
    ["Tue, 01 Sep 2026 09:55:00 GMT", "warn", /5 minutes fast/],
    ["Tue, 01 Sep 2026 13:00:00 GMT", "fail", /180 minutes slow/],
    ["soon", "skipped", /No answer gave/],
    [undefined, "skipped", /No answer gave/],
  ] as const)("is judged by %s as %s", async (date, state, says) => {
    const headers = date === undefined ? {} : { date };
    const outcome = { kind: "answer", status: 401, headers, body: { kind: "other" } } as const;
    const result = await clockCheck.run(contextOf({ probe: { outcome, ms: 100, at } }));
    expect(result.state).toBe(state);
    expect(result.message).toMatch(says);
  });

  it("is right by a real answer", async () => {
    const { probe } = await start();
    expect((await clockCheck.run(contextOf({ probe: await probe() }))).state).toBe("ok");
  });
});

describe("the proxy", () => {
  it("is named by host and port, never with its password", async () => {
    const env = { HTTPS_PROXY: "http://ada:secret@proxy.example:8080" };
    const result = await proxyCheck.run(contextOf({ env }));
    expect(result).toMatchObject({ state: "ok", message: expect.stringContaining("proxy.example:8080") });
    expect(result.message).not.toContain("secret");
  });

  it.each<[Record<string, string>, string, RegExp]>([
    [{}, "ok", /straight/],
    [{ HTTPS_PROXY: "http://proxy.example", NO_PROXY: ".mistral.ai" }, "ok", /straight/],
    [{ HTTPS_PROXY: "socks5://proxy.example:1080" }, "fail", /^HTTPS_PROXY is not/],
    [{ HTTP_PROXY: "http://:8080" }, "fail", /^HTTP_PROXY is not/],
  ])("with %j is %s", async (env, state, says) => {
    const result = await proxyCheck.run(contextOf({ env }));
    expect(result.state).toBe(state);
    expect(result.message).toMatch(says);
  });
});

describe("additional trusted certificates", () => {
  const fileOf = (content: string): string => {
    const folder = mkdtempSync(join(tmpdir(), "mistral-key-ca-"));
    cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "ca.pem"), content);
    return join(folder, "ca.pem");
  };
  const state = async (content: string) =>
    (await certificatesCheck.run(contextOf({ env: { NODE_EXTRA_CA_CERTS: fileOf(content) } }))).state;

  it("are reported as present or missing", async () => {
    expect(await state(selfSigned().cert)).toBe("ok");
    expect(await state("nothing of the kind")).toBe("fail");
    expect((await certificatesCheck.run(contextOf())).state).toBe("ok");
  });

  it("do not count when no certificate is checked at all", async () => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_EXTRA_CA_CERTS: fileOf(selfSigned().cert) };
    expect(await certificatesCheck.run(contextOf({ env }))).toMatchObject({ state: "fail", code: 2 });
  });
});

function selfSigned(): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), "mistral-key-tls-"));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  execFileSync(
    "openssl",
    // biome-ignore format: one option a line hides the command
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
    { stdio: "ignore" },
  );
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
}
