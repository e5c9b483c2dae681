import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { resetEnv } from "@mistralai/mistralai/lib/env.js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Cancelled } from "../../src/errors.ts";
import { ApiKey } from "../../src/keys/api-key.ts";
import { type CheckOptions, type CheckStep, type KeyCheck, newKey } from "../../src/mistral/mistral-api.ts";
import type { SdkMistralApiOptions } from "../../src/mistral/sdk-mistral-api.ts";
import { explain } from "../../src/verification/explain.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { nobody } from "../support/nobody.ts";
import { sdkApi } from "../support/sdk-api.ts";

const text = "testKey0".repeat(4);
/** How long a test waits for a call to come in; loading the SDK for the first time takes a while. */
const key = ApiKey.of(text);

let api: LoopbackMistralApi;
beforeEach(async () => {
  api = await startMistralApi({ keys: [text] });
});
afterEach(() => api.stop());

function check(
  options: Partial<CheckOptions> = {},
  setup: Partial<SdkMistralApiOptions> = {},
): Promise<KeyCheck> {
  return sdkApi(api.url, setup).checkKey(key, { history: newKey, ...options });
}

const paths = () => api.requests.map(({ method, path }) => `${method} ${path}`).sort();

describe("a good key", () => {
  it("is found valid, with its models, owner, limits and the model that answered", async () => {
    const found = await check();
    expect(found).toMatchObject({
      diagnosis: "valid",
      authentication: { ok: true, models: 8 },
      completion: { ok: true, model: "mistral-small-latest" },
      identity: {
        email: "ada@example.com",
        workspace: "Research",
        organization: "Analytical Engines",
        keyName: "laptop",
      },
      rateLimits: {
        requestsPerMinute: { limit: 60, remaining: 59 },
        tokensPerMinute: { limit: 500_000, remaining: 499_988 },
        tokensPerMonth: { limit: 1_000_000_000, remaining: 998_765_432 },
      },
    });
    expect(explain(found)).toEqual({ sentence: "Mistral accepts this key, and a model answered." });
    expect(paths()).toEqual(["GET /v1/models", "GET /v1/users/me", "POST /v1/chat/completions"]);
  });

  it("costs one token", async () => {
    await check();
    expect(api.requests.find(({ path }) => path.endsWith("completions"))).toMatchObject({
      model: "mistral-small-latest",
      maxTokens: 1,
      header: "authorization",
    });
  });

  it("asks the model for a sentence when somebody will read it", async () => {
    expect(await check()).not.toHaveProperty("words");
    expect(await check({ greets: true })).toMatchObject({ words: expect.stringMatching(/^Hello! .*\.$/) });
    expect(api.requests.at(-1)).toMatchObject({ maxTokens: 40 });
  });

  it("is checked without a completion when quick", async () => {
    const found = await check({ quick: true });
    expect(found).toMatchObject({ diagnosis: "valid", completion: null });
    expect(explain(found).sentence).toBe("Mistral accepts this key.");
    expect(paths()).toEqual(["GET /v1/models", "GET /v1/users/me"]);
  });

  it("is checked with the model that was asked for", async () => {
    expect(await check({ model: "ministral-3b-latest" })).toMatchObject({
      diagnosis: "valid",
      completion: { model: "ministral-3b-latest" },
    });
  });

  it("is valid when no chat model is listed, and says that none was called", async () => {
    const bare = await startMistralApi({ keys: [text], models: [] });
    const found = await check({}, { endpoint: { region: "global", serverUrl: bare.url } });
    await bare.stop();
    expect(found).toMatchObject({ diagnosis: "valid", completion: null, authentication: { models: 0 } });
    expect(explain(found).sentence).toContain("no chat model");
  });

  it("is valid when its owner is not reported", async () => {
    for (const behaviour of ["not-found", "server-error", "html", "garbage", "cut"] as const) {
      api.behave(behaviour, { on: ["identity"] });
      expect(await check()).toMatchObject({ diagnosis: "valid", identity: null });
    }
  });

  it("is valid before an answer about its owner that never comes", async () => {
    api.behave("hang", { on: ["identity"] });
    expect(await check()).toMatchObject({ diagnosis: "valid", identity: null });
  });

  it("is not asked for its owner at a regional endpoint, which does not know", async () => {
    expect(await check({}, { endpoint: { region: "eu", serverUrl: api.url } })).toMatchObject({
      diagnosis: "valid",
      identity: null,
    });
    expect(paths()).not.toContain("GET /v1/users/me");
  });

  it("reports each part as it ends", async () => {
    const steps: CheckStep[] = [];
    await check({ onProgress: (step) => steps.push(step) });
    expect(steps).toMatchObject([
      { part: "authentication", ok: true },
      { part: "completion", ok: true, model: "mistral-small-latest" },
    ]);
  });
});

describe("the verdict", () => {
  it("on a server that never answers is unreachable, after the time limit", async () => {
    api.behave("hang");
    const found = await check({}, { timeoutMs: 100 });
    expect(found.diagnosis).toBe("unreachable");
    expect(explain(found).sentence).toContain("did not answer within 0.1 seconds");
  });

  it("on a port that nobody listens on is unreachable", async () => {
    const found = await check({}, { endpoint: { region: "global", serverUrl: nobody } });
    expect(found.diagnosis).toBe("unreachable");
    expect(explain(found).sentence).toContain("failed (ECONNREFUSED)");
  });

  it("on a name that does not exist is unreachable", async () => {
    const found = await check({}, { endpoint: { region: "global", serverUrl: "https://mistral.invalid" } });
    expect(found.diagnosis).toBe("unreachable");
    expect(explain(found).sentence).toContain("mistral.invalid could not be looked up (DNS)");
  });

  it("on something that speaks no HTTP is unreachable", async () => {
    const server = createServer((socket) => socket.end("220 mail.example ESMTP\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const found = await check({}, { endpoint: { region: "global", serverUrl: `http://127.0.0.1:${port}` } });
    server.close();
    expect(explain(found).sentence).toContain("is not an API");
  });

  it("on a completion that fails keeps that the key was accepted", async () => {
    api.behave("no-plan");
    expect(await check()).toMatchObject({
      diagnosis: "no-plan",
      authentication: { ok: true, models: 8 },
      completion: { ok: false, model: "mistral-small-latest" },
      identity: { workspace: "Research" },
      rateLimits: { requestsPerMinute: { limit: 0 } },
    });
  });

  it("on a refused list of models comes without waiting for anything else", async () => {
    api.behave("unauthorized", { on: ["models"] });
    api.behave("hang", { on: ["identity", "completion"] });
    expect(await check({ model: "mistral-small-latest" })).toMatchObject({
      diagnosis: "invalid-key",
      completion: null,
      identity: null,
    });
  });
});

describe("the models", () => {
  it("are those that the key may call", async () => {
    const result = await sdkApi(api.url).listModels(key, { history: newKey });
    expect(result).toMatchObject({ ok: true, rateLimits: null });
    expect(result.ok && result.value).toHaveLength(8);
    expect(paths()).toEqual(["GET /v1/models"]);
  });

  it("are replaced by an assessment when the answer has no list", async () => {
    for (const [behaviour, diagnosis] of [
      ["unauthorized", "invalid-key"],
      ["html", "unreachable"],
      ["other-json", "server-error"],
      ["cut", "unreachable"],
    ] as const) {
      api.behave(behaviour);
      const result = await sdkApi(api.url).listModels(key, { history: newKey });
      expect(result).toMatchObject({ ok: false, assessed: { diagnosis } });
      expect(!result.ok && explain(result.assessed).sentence).toMatch(/\.$/);
    }
  });

  it("are counted although the SDK does not know the type of one", async () => {
    const odd = await startMistralApi({ keys: [text], models: [{ id: "odd", type: "quantum" } as never] });
    const result = await sdkApi(odd.url).listModels(key, { history: newKey });
    await odd.stop();
    expect(result.ok && result.value.map(({ id }) => id)).toEqual(["odd"]);
  });
});

describe("a failed call", () => {
  const completions = () => api.requests.filter(({ path }) => path.endsWith("completions")).length;

  it("is retried when it was briefly rate-limited", async () => {
    api.behave("rate-limited-briefly", { times: 1 });
    expect((await check()).diagnosis).toBe("valid");
    expect(completions()).toBe(2);
  });

  it("is retried when Mistral failed, up to three attempts in all", async () => {
    api.behave("server-error", { on: ["completion"] });
    expect((await check()).diagnosis).toBe("server-error");
    expect(completions()).toBe(3);
  });

  it("is not retried past its time limit, and says when to try again", async () => {
    api.behave("rate-limited");
    const found = await check();
    expect(explain(found).hint).toBe("Try again in 42 seconds.");
    expect(completions()).toBe(1);
  });

  it.each(["no-plan", "month-used-up"] as const)(
    "is not retried on %s, since waiting changes nothing",
    async (behaviour) => {
      api.behave(behaviour);
      await check();
      expect(completions()).toBe(1);
    },
  );

  it("reports the earlier answer when the retry gets none", async () => {
    api.behave("server-error", { on: ["models"], times: 1 });
    // By then the first request has its answer.
    api.onRequest(() => queueMicrotask(() => api.behave("hang", { on: ["models"] })));
    expect((await check({}, { timeoutMs: 1500 })).diagnosis).toBe("server-error");
  });

  it("stops when the person does", async () => {
    api.behave("hang");
    const controller = new AbortController();
    const checking = check({ signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(checking).rejects.toBeInstanceOf(Cancelled);
    await expect(check({ signal: controller.signal })).rejects.toBeInstanceOf(Cancelled);
  });

  it("stops during the pause before a retry", async () => {
    api.behave("rate-limited", { headers: { "retry-after": "30" } });
    const controller = new AbortController();
    const checking = check({ signal: controller.signal }, { timeoutMs: 60_000 });
    await expect.poll(() => completions()).toBe(1);
    controller.abort();
    await expect(checking).rejects.toBeInstanceOf(Cancelled);
    expect(completions()).toBe(1);
  });
});

describe("the key", () => {
  it("does not follow a redirect to another host", async () => {
    const other = await startMistralApi({ keys: [text] });
    api.behave("redirect", { headers: { location: `${other.url}/v1/models` } });
    expect((await check()).diagnosis).toBe("unreachable");
    expect(other.requests).toEqual([]);
    await other.stop();
  });

  it("is not printed by the SDK's debugging, nor is anything else", async () => {
    const written: string[] = [];
    const write = vi
      .spyOn(process.stdout, "write")
      .mockImplementation((chunk) => written.push(String(chunk)) > 0);
    const complain = vi
      .spyOn(process.stderr, "write")
      .mockImplementation((chunk) => written.push(String(chunk)) > 0);
    const log = vi.spyOn(console, "log").mockImplementation((...parts) => void written.push(String(parts)));
    const group = vi
      .spyOn(console, "group")
      .mockImplementation((...parts) => void written.push(String(parts)));
    const warn = vi.spyOn(console, "warn").mockImplementation((...parts) => void written.push(String(parts)));
    vi.stubEnv("MISTRAL_DEBUG", "true");
    resetEnv();
    try {
      await check();
      await check({ model: "open-mistral-7b" });
      // The SDK warns of a deprecated model on the console, with the name that the server gives it.
      api.behave("model-deprecated");
      expect((await check()).diagnosis).toBe("valid");
      api.behave("quote-key");
      await check();
    } finally {
      vi.unstubAllEnvs();
      resetEnv();
      for (const spy of [write, complain, log, group, warn]) spy.mockRestore();
    }
    expect(written).toEqual([]);
  });

  it("goes to Codestral only with consent", async () => {
    const codestral = await startMistralApi({ keys: [text] });
    const setup = { codestralUrl: codestral.url };
    api.keys.revoke(text);
    expect((await check({}, setup)).diagnosis).toBe("invalid-key");
    expect(codestral.requests).toEqual([]);

    const found = await check({ tryCodestral: true }, setup);
    expect(found.diagnosis).toBe("wrong-product");
    expect(explain(found).sentence).toContain("Codestral key");
    expect(codestral.requests).toMatchObject([{ path: "/v1/chat/completions", model: "codestral-latest" }]);

    codestral.keys.revoke(text);
    const neither = await check({ tryCodestral: true }, setup);
    expect(neither.diagnosis).toBe("invalid-key");
    expect(explain(neither).causes?.join(" ")).toContain("It is not a Codestral key.");
    await codestral.stop();
  });

  it.each(["rate-limited", "no-plan", "over-capacity"] as const)(
    "is a Codestral key when Codestral's address accepts it, though it cannot be used now: %s",
    async (behaviour) => {
      const codestral = await startMistralApi({ keys: [text] });
      codestral.behave(behaviour);
      api.keys.revoke(text);
      const found = await check({ tryCodestral: true }, { codestralUrl: codestral.url });
      expect(found).toMatchObject({ diagnosis: "wrong-product", product: "codestral" });
      await codestral.stop();
    },
  );

  it.each(["server-error", "cut", "html", "model-not-found", "bad-request"] as const)(
    "is not ruled out as a Codestral key when Codestral's address gives no verdict: %s",
    async (behaviour) => {
      const codestral = await startMistralApi({ keys: [] });
      codestral.behave(behaviour);
      api.keys.revoke(text);
      const found = await check({ tryCodestral: true }, { codestralUrl: codestral.url });
      expect(found.diagnosis).toBe("invalid-key");
      expect(explain(found).causes?.join(" ")).not.toContain("It is not a Codestral key.");
      expect(explain(found).causes?.join(" ")).toContain("such as Codestral");
      await codestral.stop();
    },
  );

  it("never goes to Codestral beside somebody else's server", async () => {
    api.keys.revoke(text);
    expect((await check({ tryCodestral: true })).diagnosis).toBe("invalid-key");
  });
});
