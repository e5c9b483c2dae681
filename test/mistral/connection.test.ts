import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { type KeyCheck, newKey } from "../../src/mistral/mistral-api.ts";
import { SdkMistralApi } from "../../src/mistral/sdk-mistral-api.ts";
import { explain } from "../../src/verification/explain.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { type LoopbackProxy, type ProxyOptions, startProxy } from "../support/proxy.ts";
import { makeCertificate, type TestCertificate } from "../support/tls.ts";

const text = "testKey0".repeat(4);
const key = ApiKey.of(text);

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

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

  function check(env: Record<string, string>, serverUrl = api.url, timeoutMs = 2000): Promise<KeyCheck> {
    const endpoint = { region: "global", serverUrl } as const;
    const opened = new SdkMistralApi({ endpoint, env, now: () => new Date(), timeoutMs, pauseMs: 10 });
    return opened.checkKey(key, { history: newKey });
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

  it("tells a proxy that wants a password", async () => {
    const proxy = await openProxy({ password: { name: "ada", password: "p@ss" } });
    const said = await sentence({ HTTPS_PROXY: proxy.url });
    expect(said).toContain(
      `${proxy.host} wants a name and a password, or other ones than it was given (407)`,
    );
    expect(said).toContain("HTTPS_PROXY=http://NAME:PASSWORD@PROXY:PORT");
    const wrong = await sentence({ HTTPS_PROXY: `http://ada:nope@${proxy.host}` });
    expect(wrong).toContain("407");
    expect(wrong).not.toContain("nope");
    expect(api.requests).toEqual([]);
  });

  it("tells a proxy that does not connect to Mistral", async () => {
    const proxy = await openProxy({ refuseWith: 403 });
    const said = await sentence({ HTTPS_PROXY: proxy.url });
    expect(said).toContain(`the proxy ${proxy.host} does not connect to localhost:${api.port} (403)`);
  });

  it("tells a proxy that is not there", async () => {
    const port = await freePort();
    const said = await sentence({ HTTPS_PROXY: `http://ada:secret@127.0.0.1:${port}` });
    expect(said).toContain(
      `the proxy 127.0.0.1:${port} does not connect to localhost:${api.port} (ECONNREFUSED)`,
    );
    expect(said).not.toContain("secret");
    expect(await sentence({ HTTPS_PROXY: "http://proxy.invalid:8080" })).toContain(
      `the proxy proxy.invalid:8080 does not connect to localhost:${api.port} (ENOTFOUND)`,
    );
  });

  it("tells a proxy address that cannot be used", async () => {
    expect(await sentence({ HTTPS_PROXY: "socks5://127.0.0.1:1080" })).toContain(
      "SOCKS proxies cannot be used",
    );
  });

  it("gives up on a proxy that never answers, after the time limit", async () => {
    const proxy = await openProxy({ hangs: true });
    const said = await sentence({ HTTPS_PROXY: proxy.url }, api.url, 100);
    expect(said).toContain(`the proxy ${proxy.host} does not connect`);
  });

  it("tells a proxy whose own certificate is not trusted", async () => {
    const proxy = await openProxy({ tls: certificate });
    const said = await sentence({ HTTPS_PROXY: proxy.url });
    expect(said).toContain(`the proxy ${proxy.host} showed a certificate`);
    expect(said).toContain("NODE_EXTRA_CA_CERTS");
  });

  it("goes past the proxy to what NO_PROXY names", async () => {
    const proxy = await openProxy();
    await check({ HTTPS_PROXY: proxy.url, NO_PROXY: "localhost" });
    expect(proxy.tunnels).toEqual([]);
  });

  it("tells a port that does not speak TLS", async () => {
    const plain = await startMistralApi({ keys: [text] });
    const said = await sentence({}, `https://localhost:${plain.port}`);
    await plain.stop();
    expect(said).toContain("does not answer in TLS");
  });
});

describe("a plain loopback address", () => {
  it("is never called through a proxy, which would see the key", async () => {
    const api = await startMistralApi({ keys: [text] });
    const proxy = await startProxy();
    const endpoint = { region: "global", serverUrl: api.url } as const;
    const env = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, http_proxy: proxy.url };
    const opened = new SdkMistralApi({ endpoint, env, now: () => new Date() });
    const { diagnosis } = await opened.checkKey(key, { history: newKey });
    await proxy.stop();
    await api.stop();
    expect(diagnosis).toBe("valid");
    expect([...proxy.tunnels, ...proxy.plainRequests]).toEqual([]);
  });
});
