import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { oldKey, storeKey } from "../../rotation/stored-key.ts";
import { openTestDeps, type TestDeps } from "../../support/deps.ts";
import { type LoopbackMistralApi, startMistralApi } from "../../support/mistral-api.ts";
import { runLine } from "../../support/run-line.ts";

let api: LoopbackMistralApi;
let deps: TestDeps;

beforeEach(async () => {
  api = await startMistralApi({ keys: [oldKey.reveal()] });
  deps = openTestDeps({ serverUrl: api.url });
  await storeKey(deps);
});

afterEach(async () => {
  deps.close();
  await api.stop();
});

async function models(...argv: string[]): Promise<number> {
  return await runLine(deps, "models", ...argv);
}

const idsIn = (document: unknown) =>
  (document as { models: readonly { id: string }[] }).models.map(({ id }) => id);

describe("models", () => {
  it("lists what the key may call, from one call that costs nothing", async () => {
    expect(await models()).toBe(0);
    expect(deps.stdout()).toContain("8 models for this key");
    expect(deps.stdout()).toMatch(/mistral-large-latest +131,072 +chat, vision, tools\n/);
    expect(deps.stdout()).toMatch(/mistral-embed +131,072 +not said\n/);
    expect(deps.stderr()).toBe("");
    expect(api.requests.map(({ path }) => path)).toEqual(["/v1/models"]);
  });

  it("lists only those that have every wanted ability", async () => {
    expect(await models("--can", "vision", "--can", "tools", "--json")).toBe(0);
    expect(idsIn(deps.document())).toEqual(["mistral-large-latest", "mistral-small-latest"]);
  });

  it("says so when there is none", async () => {
    expect(await models("--can", "speech")).toBe(0);
    expect(deps.stdout()).toBe("  No models for this key can do speech\n");
  });

  it("refuses an ability that Mistral does not report, and lists those that it does", async () => {
    await expect(models("--can", "embeddings")).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringMatching(/Allowed choices are chat, vision, tools.*speech/),
    });
    expect(api.requests).toEqual([]);
  });

  it("shows no context that Mistral did not say", async () => {
    await api.stop();
    const row = { id: "mistral-new", object: "model", capabilities: { completion_chat: true } };
    api = await startMistralApi({ keys: [oldKey.reveal()], models: [row as never] });
    deps = deps.next({ serverUrl: api.url });
    expect(await models("--json")).toBe(0);
    expect(deps.document()).toMatchObject({ models: [{ id: "mistral-new", contextLength: null }] });
  });

  it("has a verdict in its document when the key is refused", async () => {
    api.keys.revoke(oldKey.reveal());
    expect(await models("--json")).toBe(4);
    expect(deps.document()).toEqual({
      profile: "default",
      ok: false,
      diagnosis: "invalid-key",
      models: null,
      hint: expect.stringContaining("Mistral does not accept this key"),
    });
  });

  it("explains a refusal and an outage on stderr", async () => {
    api.keys.forbid(oldKey.reveal());
    expect(await models()).toBe(4);
    expect(deps.stderr()).toContain("open workspaces");
    expect(deps.stdout()).toBe("");
    deps = deps.next();
    api.behave("cut");
    expect(await models()).toBe(5);
  });
});
