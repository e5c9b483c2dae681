import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { type KeyCheck, newKey } from "../../src/mistral/mistral-api.ts";
import { explain } from "../../src/verification/explain.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { nobody } from "../support/nobody.ts";
import { runProgram } from "../support/program.ts";
import { type LoopbackProxy, type ProxyOptions, startProxy } from "../support/proxy.ts";
import { sdkApi } from "../support/sdk-api.ts";
import { makeCertificate, type TestCertificate } from "../support/tls.ts";

const text = "testKey0".repeat(4);
const key = ApiKey.of(text);

describe("over https and through proxies", () => {
  let certificate: TestCertificate;
  let api: LoopbackMistralApi;
  const proxies: LoopbackProxy[] = [];

  beforeAll(async () => {
    certificate = await makeCertificate();
  });
  afterAll(() => certificate.remove());
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

  function check(env: Record<string, string>, serverUrl = api.url, timeoutMs = 20_000): Promise<KeyCheck> {
    return sdkApi(serverUrl, { env, timeoutMs }).checkKey(key, { history: newKey });
  }
  const sentence = async (...args: Parameters<typeof check>) => {
    const found = await check(...args);
    expect(found.diagnosis).toBe("unreachable");
    const { sentence, hint } = explain(found);
    return `${sentence} ${hint}`;
  };

  it("sends nothing to a server whose certificate is not trusted, and says what would change that", async () => {
    const said = await sentence({});
    expect(said).toContain("a certificate that this machine does not trust (DEPTH_ZERO_SELF_SIGNED_CERT)");
    expect(said).toContain("NODE_EXTRA_CA_CERTS");
    expect(api.requests).toEqual([]);
  });

  it("says the same of a certificate seen through a proxy", async () => {
    const proxy = await openProxy();
    expect(await sentence({ HTTPS_PROXY: proxy.url })).toContain("NODE_EXTRA_CA_CERTS");
    expect(proxy.tunnels[0]).toBe(`localhost:${api.port}`);
    expect(proxy.traffic()).not.toContain(text);
  });

  it("reports a proxy that wants a password", async () => {
    const proxy = await openProxy({ password: { name: "ada", password: "p@ss" } });
    const said = await sentence({ HTTPS_PROXY: proxy.url });
    expect(said).toContain(
      `${proxy.host} asks for a name and a password, or does not accept the ones given (407)`,
    );
    expect(said).toContain("HTTPS_PROXY=http://NAME:PASSWORD@PROXY:PORT");
    const wrong = await sentence({ HTTPS_PROXY: `http://ada:nope@${proxy.host}` });
    expect(wrong).toContain("407");
    expect(wrong).not.toContain("nope");
    expect(api.requests).toEqual([]);
  });

  it("does not advise a name and a password where the proxy takes none", async () => {
    const password = { name: "ada", password: "p@ss" };
    const proxy = await openProxy({ password, signIn: ["Negotiate", "NTLM"] });
    const said = await sentence({ HTTPS_PROXY: proxy.url });
    expect(said).toContain(`${proxy.host} asks for a sign-in that mistral-key cannot do`);
    expect(said).not.toContain("NAME:PASSWORD");
    const both = await openProxy({ password, signIn: ["Negotiate", 'Basic realm="test"'] });
    expect(await sentence({ HTTPS_PROXY: both.url })).toContain("NAME:PASSWORD");
  });

  it("reports a proxy that does not connect to Mistral", async () => {
    const proxy = await openProxy({ refuseWith: 403 });
    const said = await sentence({ HTTPS_PROXY: proxy.url });
    expect(said).toContain(`the proxy ${proxy.host} does not connect to localhost:${api.port} (403)`);
  });

  it("reports a proxy that is not there", async () => {
    const { host } = new URL(nobody);
    const said = await sentence({ HTTPS_PROXY: `http://ada:secret@${host}` });
    expect(said).toContain(`the proxy ${host} does not connect to localhost:${api.port} (ECONNREFUSED)`);
    expect(said).not.toContain("secret");
    expect(await sentence({ HTTPS_PROXY: "http://proxy.invalid:8080" })).toContain(
      `the proxy proxy.invalid:8080 does not connect to localhost:${api.port} (ENOTFOUND)`,
    );
  });

  it("reports a proxy address that cannot be used", async () => {
    expect(await sentence({ HTTPS_PROXY: "socks5://127.0.0.1:1080" })).toContain(
      "SOCKS proxies cannot be used",
    );
  });

  it("gives up on a proxy that never answers, after the time limit", async () => {
    const proxy = await openProxy({ hangs: true });
    const said = await sentence({ HTTPS_PROXY: proxy.url }, api.url, 100);
    expect(said).toContain(`the proxy ${proxy.host} does not connect`);
  });

  it("reports a proxy whose own certificate is not trusted", async () => {
    const proxy = await openProxy({ tls: certificate });
    const said = await sentence({ HTTPS_PROXY: proxy.url });
    expect(said).toContain(`the proxy ${proxy.host} showed a certificate`);
    expect(said).toContain("NODE_EXTRA_CA_CERTS");
  });

  it("reports a port that does not speak TLS", async () => {
    const plain = await startMistralApi({ keys: [text] });
    const said = await sentence({}, `https://localhost:${plain.port}`);
    await plain.stop();
    expect(said).toContain("does not speak TLS");
  });

  // Node reads NODE_EXTRA_CA_CERTS when it starts, so this takes a program of its own.
  describe("the built command", () => {
    const home = mkdtempSync(join(tmpdir(), "mistral-key-test-"));
    afterAll(() => rmSync(home, { recursive: true, force: true }));

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

    it("reports a proxy that wants a password, and never shows the one it was given", async () => {
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
      expect(run.document.hint).toContain("asks for a name and a password");
      expect(run.stdout + run.stderr).not.toContain("wrongPassword");
    });

    it("bypasses the proxy for what NO_PROXY names", async () => {
      const proxy = await openProxy();
      for (const variable of ["NO_PROXY", "no_proxy"]) {
        const env = { ...trusting(), HTTPS_PROXY: proxy.url, [variable]: "example.com,localhost" };
        expect((await verify(env)).code).toBe(0);
      }
      expect(proxy.tunnels).toEqual([]);
    });
  });
});

describe("a plain loopback address", () => {
  it("is never called through a proxy, which would see the key", async () => {
    const api = await startMistralApi({ keys: [text] });
    const proxy = await startProxy();
    const env = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, http_proxy: proxy.url };
    const { diagnosis } = await sdkApi(api.url, { env }).checkKey(key, { history: newKey });
    await proxy.stop();
    await api.stop();
    expect(diagnosis).toBe("valid");
    expect([...proxy.tunnels, ...proxy.plainRequests]).toEqual([]);
  });
});
