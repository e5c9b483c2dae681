import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { runProgram } from "../support/program.ts";
import { type LoopbackProxy, type ProxyOptions, startProxy } from "../support/proxy.ts";
import { makeCertificate, type TestCertificate } from "../support/tls.ts";

const text = "testKey0".repeat(4);

// Node reads NODE_EXTRA_CA_CERTS when it starts, so this takes a program of its own.
describe("the built command, over https", () => {
  let certificate: TestCertificate;
  let home: string;
  let api: LoopbackMistralApi;
  const proxies: LoopbackProxy[] = [];

  beforeAll(async () => {
    certificate = await makeCertificate();
    home = mkdtempSync(join(tmpdir(), "mistral-key-test-"));
  });
  afterAll(() => {
    certificate.remove();
    rmSync(home, { recursive: true, force: true });
  });
  beforeEach(async () => {
    api = await startMistralApi({ keys: [text], tls: certificate });
  });
  afterEach(async () => {
    for (const proxy of proxies.splice(0)) await proxy.stop();
    await api.stop();
  });

  async function openProxy(options?: ProxyOptions): Promise<LoopbackProxy> {
    const proxy = await startProxy(options);
    proxies.push(proxy);
    return proxy;
  }

  async function verify(env: Readonly<Record<string, string>>) {
    const run = await runProgram(["verify", "--stdin", "--json", "--no-input"], {
      env: { HOME: home, MISTRAL_KEY_HOME: home, MISTRAL_KEY_SERVER_URL: api.url, ...env },
      input: text,
    });
    expect(run.stdout + run.stderr).not.toContain(text);
    return { ...run, document: JSON.parse(run.stdout) };
  }
  const trusting = () => ({ NODE_EXTRA_CA_CERTS: certificate.file });

  it("works with the certificate authority in NODE_EXTRA_CA_CERTS", async () => {
    const { code, document } = await verify(trusting());
    expect({ code, diagnosis: document.diagnosis }).toEqual({ code: 0, diagnosis: "valid" });
    expect(document.identity).toMatchObject({ workspace: "Research" });
  });

  it("says without it what is wrong, and sends no key", async () => {
    const { code, document } = await verify({});
    expect({ code, diagnosis: document.diagnosis }).toEqual({ code: 5, diagnosis: "unreachable" });
    expect(document.hint).toContain("does not trust");
    expect(document.hint).toContain("NODE_EXTRA_CA_CERTS");
    expect(api.requests).toEqual([]);
  });

  it.each(["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"])(
    "works through the proxy in %s, which sees neither the key nor the calls",
    async (variable) => {
      const proxy = await openProxy();
      const { code, document } = await verify({ ...trusting(), [variable]: proxy.url });
      expect({ code, diagnosis: document.diagnosis }).toEqual({ code: 0, diagnosis: "valid" });
      expect(new Set(proxy.tunnels)).toEqual(new Set([`localhost:${api.port}`]));
      expect(proxy.plainRequests).toEqual([]);
      for (const secret of [text, Buffer.from(text).toString("base64"), "/v1/models"]) {
        expect(proxy.traffic()).not.toContain(secret);
      }
    },
  );

  it("works through a proxy with a password, and through one over https", async () => {
    const proxy = await openProxy({ password: { name: "ada", password: "p@ss:word" } });
    const address = `http://ada:p%40ss%3Aword@${proxy.host}`;
    expect((await verify({ ...trusting(), HTTPS_PROXY: address })).code).toBe(0);
    const secure = await openProxy({ tls: certificate });
    expect((await verify({ ...trusting(), HTTPS_PROXY: secure.url })).code).toBe(0);
    expect(secure.tunnels.length).toBeGreaterThan(0);
  });

  it("tells a proxy that wants a password, and never shows the one it was given", async () => {
    const proxy = await openProxy({ password: { name: "ada", password: "right" } });
    const run = await verify({
      ...trusting(),
      HTTPS_PROXY: `http://ada:wrongPassword@${proxy.host}`,
      DEBUG: "*",
    });
    expect({ code: run.code, diagnosis: run.document.diagnosis }).toEqual({
      code: 5,
      diagnosis: "unreachable",
    });
    expect(run.document.hint).toContain("wants a name and a password");
    expect(run.stdout + run.stderr).not.toContain("wrongPassword");
  });

  it("goes past the proxy to what NO_PROXY names", async () => {
    const proxy = await openProxy();
    for (const variable of ["NO_PROXY", "no_proxy"]) {
      const env = { ...trusting(), HTTPS_PROXY: proxy.url, [variable]: "example.com,localhost" };
      expect((await verify(env)).code).toBe(0);
    }
    expect(proxy.tunnels).toEqual([]);
  });
});
