import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Flags } from "../../../src/cli/flags.ts";
import { limits } from "../../../src/commands/use/limits.ts";
import { oldKey, storeKey } from "../../rotation/stored-key.ts";
import { openTestDeps, type TestDeps } from "../../support/deps.ts";
import type { Behaviour } from "../../support/mistral-answers.ts";
import { type LoopbackMistralApi, startMistralApi } from "../../support/mistral-api.ts";

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

function run(flags: Record<string, unknown> = {}): Promise<number> {
  return limits({ args: [], flags: new Flags(flags) }, deps);
}

/** The lines about limits that the screen shows for such headers. */
async function linesFor(headers: Record<string, string>): Promise<readonly string[]> {
  api.behave("no-limits", { headers });
  expect(await run()).toBe(0);
  const [, , ...lines] = deps.stdout().split("\n");
  return lines.slice(0, lines.indexOf("")).map((line) => line.trim());
}

describe("limits", () => {
  it("shows what is left, whose limits they are and where to find more", async () => {
    expect(await run({ model: "mistral-large-latest" })).toBe(0);
    expect(deps.stdout()).toMatchInlineSnapshot(`
      "  Limits of mistral-large-latest in workspace Research of Analytical Engines

        Requests a minute  ●●●●●●●●●●  59 of 60 left
        Tokens a minute    ●●●●●●●●●●  499,988 of 500,000 left
        Tokens a month     ●●●●●●●●●●  998,765,432 of 1,000,000,000 left

        • The limits of a minute are full again within a minute.
        • The limits of a month are full again next month.
        • This call took 12 tokens.
        • Each model has limits of its own, and all keys of a workspace share them.

        Higher limits  https://admin.mistral.ai/plateforme/limits
        Prices         https://mistral.ai/pricing/
        Used so far    https://admin.mistral.ai/organization/usage
      "
    `);
    expect(api.requests.find(({ maxTokens }) => maxTokens === 1)?.model).toBe("mistral-large-latest");
  });

  it("asks a small model when none is named", async () => {
    expect(await run({ json: true })).toBe(0);
    expect(deps.document()).toEqual({
      profile: "default",
      ok: true,
      diagnosis: "valid",
      model: "mistral-small-latest",
      workspace: "Research",
      organization: "Analytical Engines",
      rateLimits: {
        requestsPerMinute: { limit: 60, remaining: 59 },
        tokensPerMinute: { limit: 500_000, remaining: 499_988 },
        tokensPerMonth: { limit: 1_000_000_000, remaining: 998_765_432 },
        tokensOfCall: 12,
      },
      hint: null,
    });
  });

  it.each<[string, Record<string, string>, readonly string[]]>([
    [
      "of other times",
      {
        "x-ratelimit-limit-req-second": "1",
        "x-ratelimit-remaining-req-second": "0",
        "x-ratelimit-limit-req-10-second": "10",
        "x-ratelimit-remaining-req-10-second": "10",
        "x-ratelimit-limit-req-month": "1000",
        "x-ratelimit-remaining-req-month": "5",
      },
      [
        "Requests a second       ○○○○○○○○○○  none of 1 left",
        "Requests in 10 seconds  ●●●●●●●●●●  10 of 10 left",
        "Requests a month        ●○○○○○○○○○  5 of 1,000 left",
      ],
    ],
    [
      "as documented",
      { "x-ratelimit-remaining": "7" },
      ["Requests (period not given)  7 left; the limit was not given"],
    ],
    [
      "without what is left",
      { "x-ratelimit-limit-req-minute": "60" },
      ["Requests a minute  60; how many are left was not given"],
    ],
    [
      "that contradict themselves",
      { "x-ratelimit-limit-req-minute": "60", "x-ratelimit-remaining-req-minute": "61" },
      ["Requests a minute  61 left of 60, says Mistral"],
    ],
    [
      "that are no numbers",
      { "x-ratelimit-limit-req-minute": "-1", "x-ratelimit-remaining-req-minute": "many" },
      ["Mistral sent no limits with this answer."],
    ],
    ["that are not there", {}, ["Mistral sent no limits with this answer."]],
  ])("shows the headers %s, and nothing that they do not say", async (_, headers, lines) => {
    expect(await linesFor(headers)).toEqual(lines);
  });

  it.each<[Behaviour, number, RegExp, RegExp]>([
    ["no-plan", 6, /Requests a minute +none at all/, /no active plan(?:.|\n)*open subscription/],
    ["rate-limited", 6, /Requests a minute +○{10} +none of 60 left/, /Try again in 42 seconds/],
    ["month-used-up", 6, /Tokens a month +○{10} +none of 1,000,000,000 left/, /next month/],
    ["spending-limit", 6, /^$/, /monthly spending limit is reached(?:.|\n)*open workspaces/],
    ["payment-required", 6, /^$/, /the organization's billing/],
    ["server-error", 5, /^$/, /Mistral itself failed/],
    ["invalid-model", 2, /^$/, /no chat model called/],
  ])("explains %s", async (behaviour, code, stdout, stderr) => {
    api.behave(behaviour, { on: ["completion"] });
    expect(await run()).toBe(code);
    expect(deps.stdout()).toMatch(stdout);
    expect(deps.stderr()).toMatch(stderr);
  });

  it("does not say that a limit of zero is full again soon", async () => {
    api.behave("no-plan", { on: ["completion"], headers: { "x-ratelimit-remaining-req-minute": "" } });
    expect(await run()).toBe(6);
    expect(deps.stdout()).toMatch(/Requests a minute +none at all/);
    expect(deps.stdout()).not.toContain("full again");
  });

  it("knows the workspace from an earlier check when this one does not say", async () => {
    api.behave("not-found", { on: ["identity"] });
    expect(await run()).toBe(0);
    expect(deps.stdout()).toContain("in workspace Research of Analytical Engines");
  });

  it("says that the workspace is not known", async () => {
    await storeKey(deps, { identity: null });
    api.behave("not-found", { on: ["identity"] });
    expect(await run()).toBe(0);
    expect(deps.stdout()).toContain("Mistral did not say which workspace that is.");
  });
});
