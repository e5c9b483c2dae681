import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Finding } from "../../src/doctor/check.ts";
import { judgeApi } from "../../src/doctor/checks/api.ts";
import { judgeClock } from "../../src/doctor/checks/clock.ts";
import { judgeDns } from "../../src/doctor/checks/dns.ts";
import { judgeTls } from "../../src/doctor/checks/tls.ts";
import { type NetworkProbe, probeNetwork } from "../../src/doctor/network-probe.ts";
import type { ConnectionFailure } from "../../src/mistral/call-outcome.ts";
import type { Endpoint } from "../../src/mistral/endpoint.ts";
import { type MistralApiOptions, startMistralApi } from "../support/mistral-api.ts";

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

const mistral: Endpoint = { region: "global" };

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
    ["redirect", "fail", /sent on from/],
    ["html-forbidden", "fail", /firewall/],
    ["proxy-password", "fail", /407/],
    ["garbage", "fail", /not an answer of Mistral's API/],
    ["not-found", "fail", /no Mistral API at/],
    ["cut", "fail", /cut/],
  ] as const)("that answers %s is %s", async (behaviour, state, says) => {
    const { api, endpoint, probe } = await start();
    api.behave(behaviour, { on: ["models"] });
    const finding = judgeApi(endpoint, await probe());
    expect(finding.message).toMatch(says);
    expect(finding.state).toBe(state);
    if (finding.state === "fail") expect(finding.hint).toBeTruthy();
  });

  it("is worth a word when it is slow", async () => {
    const { endpoint, probe } = await start();
    expect(judgeApi(endpoint, { ...(await probe()), ms: 4200 })).toMatchObject({
      state: "warn",
      message: expect.stringContaining("4.2 s"),
    });
  });

  it("leaves a failure that another check names to that check", () => {
    expect(judgeApi(mistral, failed("dns", "ENOTFOUND")).state).toBe("skipped");
    expect(judgeApi(mistral, failed("certificate", "CERT_HAS_EXPIRED")).state).toBe("skipped");
    expect(judgeApi(mistral, failed("proxy-password", "407"))).toMatchObject({ state: "fail" });
  });
});

describe("the certificate of the API", () => {
  it("is refused when nobody here trusts it, with what to do", async () => {
    const { endpoint, probe } = await start({ tls: selfSigned() });
    const probed = await probe();
    const finding = judgeTls(endpoint, probed);
    expect(finding).toMatchObject({ state: "fail", kind: "unreachable" });
    expect(finding.hint).toContain("NODE_EXTRA_CA_CERTS");
    expect(judgeApi(endpoint, probed).state).toBe("skipped");
  });

  it("is good when the call went through, and not looked at without a connection", () => {
    const answered: NetworkProbe = {
      outcome: { kind: "answer", status: 401, headers: {}, body: { kind: "empty" } },
      ms: 5,
      at: new Date(),
    };
    expect(judgeTls(mistral, answered).state).toBe("ok");
    expect(judgeTls(mistral, failed("refused")).state).toBe("skipped");
    expect(judgeTls({ region: "global", serverUrl: "http://127.0.0.1:1" }, answered).state).toBe("skipped");
  });
});

describe("the name of the API", () => {
  it("fails when it cannot be looked up, in the call or beside it", () => {
    const fine = failed("refused");
    expect(judgeDns("api.mistral.ai", { state: "found", ms: 3 }, fine).state).toBe("ok");
    expect(judgeDns("api.mistral.ai", { state: "failed", code: "ENOTFOUND" }, fine)).toMatchObject({
      state: "fail",
      message: expect.stringContaining("ENOTFOUND"),
    });
    expect(judgeDns("api.mistral.ai", { state: "found", ms: 3 }, failed("dns")).state).toBe("fail");
  });
});

describe("the clock", () => {
  const at = new Date("2026-09-01T10:00:00Z");
  const told = (date: string | undefined): Finding =>
    judgeClock({
      outcome: {
        kind: "answer",
        status: 401,
        headers: date === undefined ? {} : { date },
        body: { kind: "empty" },
      },
      ms: 100,
      at,
    });

  it.each([
    ["Tue, 01 Sep 2026 10:00:00 GMT", "ok", /right/],
    ["Tue, 01 Sep 2026 09:58:30 GMT", "ok", /right/],
    ["Tue, 01 Sep 2026 09:55:00 GMT", "warn", /5 minutes fast/],
    ["Tue, 01 Sep 2026 13:00:00 GMT", "fail", /3 hours slow/],
    ["Tue, 08 Sep 2026 10:00:00 GMT", "fail", /7 days slow/],
    ["soon", "skipped", /No answer told/],
    [undefined, "skipped", /No answer told/],
  ] as const)("is judged by %s as %s", (date, state, says) => {
    const finding = told(date);
    expect(finding.state).toBe(state);
    expect(finding.message).toMatch(says);
  });

  it("is right by a real answer", async () => {
    const { probe } = await start();
    expect(judgeClock(await probe()).state).toBe("ok");
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
