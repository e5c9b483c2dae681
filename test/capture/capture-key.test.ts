import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type CapturedKey, type CaptureRequest, captureKey } from "../../src/capture/capture-key.ts";
import { ApiKey } from "../../src/keys/api-key.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../support/deps.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { answer, ScriptedPrompts } from "../support/scripted-prompts.ts";
import { sdkApi } from "../support/sdk-api.ts";

const good = ApiKey.of("goodKey0".repeat(4));
const another = ApiKey.of("another0".repeat(4));
const bad = ApiKey.of("badKey00".repeat(4));

let api: LoopbackMistralApi;
let deps: TestDeps;

beforeEach(async () => {
  api = await startMistralApi({ keys: [good.reveal(), another.reveal()] });
  deps = openTestDeps();
});

afterEach(async () => {
  await api.stop();
  deps.close();
});

function capture(options: TestDepsOptions, changes: Partial<CaptureRequest> = {}): Promise<CapturedKey> {
  deps = deps.next(options);
  return captureKey(deps, {
    from: "prompt",
    message: "Your key",
    endpoint: { region: "global", serverUrl: api.url },
    verify: true,
    ...changes,
  });
}

describe("a key that is asked for", () => {
  it("is retried for five minutes, as the first choice, when it was just made", async () => {
    const fresh = ApiKey.of("freshKey".repeat(4));
    api.keys.accept(fresh.reveal(), { afterRefusals: 8 });
    const began = deps.now().getTime();
    const answers = [answer.key(fresh.reveal()), answer.first(/^Wait and try/)];
    expect(await capture({ answers }, { justMade: true })).toMatchObject({ outcome: "captured" });
    expect(deps.now().getTime() - began).toBe(300_000);
  });

  it("may be pasted again, as the first choice, when it was not just made", async () => {
    const answers = [answer.key(bad.reveal()), answer.first(/^Paste another key/), answer.key(good.reveal())];
    expect(await capture({ answers })).toMatchObject({ outcome: "captured" });
  });

  it("may be pasted in place of an answer", async () => {
    const answers = [answer.key(bad.reveal()), answer.pasteKey(good.reveal(), /What now/)];
    expect((await capture({ answers })).key.equals(good)).toBe(true);
  });

  it("comes from a page when the terminal cannot paste, unless the person prefers to try again", async () => {
    const there = { answers: [answer.cannotPaste()], keyOnPage: good.reveal() };
    expect((await capture(there)).key.equals(good)).toBe(true);
    const here = { answers: [answer.cannotPaste(), answer.key(good.reveal())], keyOnPage: undefined };
    expect((await capture(here)).key.equals(good)).toBe(true);
  });

  it("is checked again after a plan was chosen, as the first choice", async () => {
    api.behave("no-plan");
    const opens = { ...answer.first(/^Open the page/), meanwhile: () => api.behave("normal") };
    const answers = [answer.key(good.reveal()), opens, answer.press("enter", /check the key again/)];
    expect(await capture({ answers })).toMatchObject({ outcome: "captured" });
    expect(deps.opened).toEqual(["https://admin.mistral.ai/subscription"]);
  });

  it("gives way to another one that is pasted while a plan is chosen", async () => {
    api.behave("no-plan");
    const opens = answer.first(/^Open the page/);
    const pastes = answer.pasteKey(another.reveal(), /check the key again/);
    const answers = [answer.key(good.reveal()), opens, { ...pastes, meanwhile: () => api.behave("normal") }];
    expect((await capture({ answers })).key.equals(another)).toBe(true);
  });

  it("is checked again after an admin has allowed the call, since the console does not show it again", async () => {
    api.behave("forbidden", { on: ["completion"] });
    const again = { ...answer.first(/^Check it again/), meanwhile: () => api.behave("normal") };
    expect(await capture({ answers: [answer.key(good.reveal()), again] })).toMatchObject({
      outcome: "captured",
    });
  });

  it("waits for the plan without a word about a browser that should not be started", async () => {
    api.behave("no-plan");
    const opens = { ...answer.first(/^Open the page/), meanwhile: () => api.behave("normal") };
    const answers = [answer.key(good.reveal()), opens, answer.press("enter", /check the key again/)];
    await capture({ answers, opensPages: false, browser: false });
    expect(deps.stderr()).toContain("! Open https://admin.mistral.ai/subscription, then come back here.");
    expect(deps.stderr()).not.toContain("No browser");
  });

  it.each([
    ["payment-required", /^Open the page/],
    ["rate-limited-at-gateway", /^Store it anyway/],
  ] as const)(
    "is called good in the question, too, when no call of it is served: %s",
    async (given, first) => {
      api.behave(given);
      const next = {
        ...answer.first(first, /^Mistral accepts this key/),
        meanwhile: () => api.behave("normal"),
      };
      const answers = [answer.key(good.reveal()), next, answer.press("enter", /check the key again/)];
      const opens = given === "payment-required";
      expect(await capture({ answers: opens ? answers : answers.slice(0, 2) })).toMatchObject({
        outcome: "captured",
      });
      expect(deps.stderr()).toContain("The key is good");
      expect(deps.opened).toEqual(opens ? ["https://admin.mistral.ai/organization/billing"] : []);
    },
  );

  it("is never returned when Mistral rejects it", async () => {
    const began = deps.now().getTime();
    const answers = [answer.key(bad.reveal()), answer.choose("Wait and try"), answer.choose("Stop")];
    await expect(capture({ answers })).rejects.toMatchObject({ kind: "cancelled" });
    // Users report that a new key took about five minutes.
    expect(deps.now().getTime() - began).toBe(300_000);
  });

  it("is returned unverified when Mistral limits it and the person wants it", async () => {
    api.behave("no-plan");
    const answers = [answer.key(good.reveal()), answer.choose("anyway", /accepts this key/)];
    expect(await capture({ answers })).toMatchObject({
      outcome: "captured",
      check: { diagnosis: "no-plan" },
    });
  });

  it("is not said to wait for a limit when a call failed after Mistral had accepted it", async () => {
    api.behave("server-error", { on: ["completion"] });
    const answers = [
      answer.key(good.reveal()),
      answer.first(/^Store it anyway .*verify/, /accepts this key/),
    ];
    expect(await capture({ answers })).toMatchObject({ check: { diagnosis: "server-error" } });
  });

  it("is promised no plan when it is a payment that is missing", async () => {
    api.behave("payment-required");
    const choose = vi.spyOn(ScriptedPrompts.prototype, "choose");
    await capture({ answers: [answer.key(good.reveal()), answer.choose("anyway", /accepts this key/)] });
    const asked = JSON.stringify(choose.mock.calls);
    choose.mockRestore();
    expect(asked).toContain("it works once");
    expect(asked).not.toContain("plan");
  });

  it("is checked again after an outage", async () => {
    api.behave("cut");
    const again = {
      ...answer.choose("Check it again", /could not be checked/),
      meanwhile: () => api.behave("normal"),
    };
    expect(await capture({ answers: [answer.key(good.reveal()), again] })).toMatchObject({
      outcome: "captured",
    });
  });

  it("is never one that the caller refuses", async () => {
    const captured = await capture(
      { answers: [answer.key(bad.reveal()), answer.key(good.reveal())] },
      { refuse: (key) => (key.equals(bad) ? "Not that one." : undefined) },
    );
    expect(captured.key.equals(good)).toBe(true);
    expect(deps.stderr()).toContain("Not that one.");
    expect(api.requests.every(({ key }) => key === good.mask)).toBe(true);
  });

  it("is never one that the caller refuses, pasted in place of an answer", async () => {
    const refuse = (key: ApiKey) => (key.equals(good) ? "That one is stored already." : undefined);
    const better = ApiKey.of("betterK0".repeat(4));
    api.keys.accept(better.reveal());
    const answers = [
      answer.key(bad.reveal()),
      answer.pasteKey(good.reveal(), /What now/),
      answer.key(better.reveal()),
    ];
    expect((await capture({ answers }, { refuse })).key.equals(better)).toBe(true);
    expect(deps.stderr()).toContain("That one is stored already.");
  });

  it("goes to Codestral's address only when the person says so", async () => {
    const codestral = await startMistralApi({ keys: [bad.reveal()] });
    try {
      const answers = [answer.key(bad.reveal()), answer.choose("Codestral key"), answer.choose("Stop")];
      deps = deps.next({ answers });
      const withCodestral = {
        ...deps,
        mistral: async () => sdkApi(api.url, { codestralUrl: codestral.url }),
      };
      const request = {
        from: "prompt",
        message: "Your key",
        endpoint: { region: "global" },
        verify: true,
      } as const;
      await expect(captureKey(withCodestral, request)).rejects.toMatchObject({ kind: "cancelled" });
      expect(codestral.requests).toHaveLength(1);
      expect(deps.stderr()).toContain("Codestral");
    } finally {
      await codestral.stop();
    }
  });
});

it("is not offered to Codestral when it is for somebody else's server", async () => {
  const answers = [answer.key(bad.reveal()), answer.choose("Codestral key")];
  await expect(capture({ answers })).rejects.toThrow(/^No "Codestral key" among: Paste another key/);
});

describe("a key that is piped in", () => {
  const from = "stdin";

  it.each([
    ["unauthorized", "invalid-key"],
    ["rate-limited", "rate-limited"],
    ["cut", "unreachable"],
  ] as const)("is returned as refused when the check fails: %s", async (behaviour, diagnosis) => {
    api.behave(behaviour);
    expect(await capture({ stdin: good.reveal() }, { from })).toMatchObject({
      outcome: "refused",
      check: { diagnosis },
    });
  });

  it("gets a warning when its shape is unusual, and is used all the same", async () => {
    api.keys.accept("sk-of-another-shape");
    expect(await capture({ stdin: "sk-of-another-shape" }, { from })).toMatchObject({ outcome: "captured" });
    expect(deps.stderr()).toContain("32");
  });

  it("is the only thing asked for at a keyboard, whatever the outcome", async () => {
    const captured = await capture({ answers: [answer.key(good.reveal(), /Your key/)] }, { from });
    expect(captured).toMatchObject({ outcome: "captured" });
    expect(captured.key.equals(good)).toBe(true);
    expect(await capture({ answers: [answer.key(bad.reveal())] }, { from })).toMatchObject({
      outcome: "refused",
    });
  });

  it("is never one that the caller refuses", async () => {
    const refused = capture({ stdin: bad.reveal() }, { from, refuse: () => "Not that one." });
    await expect(refused).rejects.toMatchObject({ kind: "usage", message: "Not that one." });
    expect(api.requests).toEqual([]);
  });
});
