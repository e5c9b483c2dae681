import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LoopbackMistralApi, startMistralApi } from "./mistral-api.ts";

const key = "testKey0".repeat(4);

describe("the loopback Mistral API", () => {
  let api: LoopbackMistralApi;
  beforeEach(async () => {
    api = await startMistralApi({ keys: [key] });
  });
  afterEach(() => api.stop());

  const models = (bearer = key) =>
    fetch(`${api.url}/v1/models`, { headers: { authorization: `Bearer ${bearer}` } });

  it("accepts and refuses keys as they come and go", async () => {
    expect((await models()).status).toBe(200);
    api.keys.revoke(key);
    const refused = await models();
    expect(refused.status).toBe(401);
    expect(await refused.json()).toEqual({ detail: "Unauthorized" });
    api.keys.accept(key, { afterRefusals: 1 });
    expect((await models()).status).toBe(401);
    expect((await models()).status).toBe(200);
  });

  it("tells whose key it is", async () => {
    api.keys.accept(key, { identity: { workspace: "Other" } });
    const answer = await fetch(`${api.url}/v1/users/me`, { headers: { "x-api-key": key } });
    expect(await answer.json()).toMatchObject({ workspace: { name: "Other" }, api_key: { name: "laptop" } });
  });

  it("misbehaves as often as it is told, and where Mistral does", async () => {
    api.behave("no-plan");
    expect((await models()).status).toBe(200);
    api.behave("html", { times: 1 });
    expect((await models()).headers.get("content-type")).toContain("text/html");
    expect((await models()).status).toBe(200);
    api.behave("cut");
    await expect(models()).rejects.toThrow("fetch failed");
    api.behave("normal");
    expect((await models()).status).toBe(200);
  });

  it("logs the mask of a key and never the key", async () => {
    await models();
    expect(api.requests).toMatchObject([
      { method: "GET", path: "/v1/models", key: "test...Key0", header: "authorization" },
    ]);
    expect(JSON.stringify(api.requests)).not.toContain(key);
  });
});
