import { describe, expect, it } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import type { Model } from "../../src/mistral/mistral-api.ts";
import { chooseModel, readIdentity, readModels, readRateLimits } from "../../src/mistral/read-answers.ts";

const value = "GOODtestKey0testKey0testKey0Last";
const key = ApiKey.of(value);
/** The key as a careless or a hostile server may echo it. */
const echoes = [
  ["as it is", value],
  ["escaped", `\\u0047${value.slice(1)}`],
  ["with an invisible character", `${value.slice(0, 7)}\u200b${value.slice(7)}`],
  ["as an address", `%47${value.slice(1)}`],
] as const;

const bare = {
  name: null,
  aliases: [],
  contextLength: null,
  capabilities: [],
  deprecatedAt: null,
  replacement: null,
  archived: false,
};

describe("the list of models", () => {
  it("has of each model what the API says", () => {
    const row = {
      id: "mistral-small-2603",
      name: "Mistral Small",
      aliases: ["mistral-small-latest", 7],
      max_context_length: 131_072,
      capabilities: { completion_chat: true, vision: true, function_calling: true, completion_fim: false },
      deprecation: "2027-01-01T00:00:00Z",
      deprecation_replacement_model: "mistral-small-2609",
    };
    expect(readModels({ data: [row] }, key)).toEqual([
      {
        id: "mistral-small-2603",
        name: "Mistral Small",
        aliases: ["mistral-small-latest"],
        contextLength: 131_072,
        capabilities: ["chat", "vision", "tools"],
        deprecatedAt: "2027-01-01T00:00:00.000Z",
        replacement: "mistral-small-2609",
        archived: false,
      },
    ]);
  });

  it("is read although a row is of a kind nobody knows", () => {
    const rows = [
      { id: "from-the-future", type: "quantum" },
      { id: "ft:own", archived: true, deprecation: "some day", max_context_length: "long" },
      { name: "without an id" },
      "not even an object",
      null,
    ];
    expect(readModels({ data: rows }, key)).toEqual([
      { ...bare, id: "from-the-future" },
      { ...bare, id: "ft:own", archived: true },
    ]);
  });

  it("counts a model once", () => {
    expect(readModels({ data: [{ id: "a" }, { id: "a" }] }, key)).toHaveLength(1);
  });

  it("removes from a name what would move the cursor", () => {
    expect(readModels({ data: [{ id: "a\x1b[31m\u202eb" }] }, key)?.[0]?.id).toBe("ab");
  });

  it.each([[{}], [{ data: {} }], ["text"], [null], [[]]])("is none in %j", (answer) => {
    expect(readModels(answer, key)).toBeUndefined();
  });

  it.each(echoes)("never holds the key, %s", (_how, echo) => {
    const row = { id: echo, name: echo, aliases: [echo], deprecation_replacement_model: echo };
    expect(readModels({ data: [row] }, key)?.[0]).toMatchObject({
      id: key.mask,
      name: key.mask,
      aliases: [key.mask],
      replacement: key.mask,
    });
  });
});

describe("the model for the test call", () => {
  const model = (id: string, changes: Partial<Model> = {}): Model => ({
    ...bare,
    id,
    capabilities: ["chat"],
    ...changes,
  });
  const retiring = { deprecatedAt: "2027-01-01T00:00:00.000Z" };

  it("is a small one that chats and stays", () => {
    expect(
      chooseModel([
        model("mistral-large-latest"),
        model("mistral-tiny-2312", retiring),
        model("mistral-embed", { capabilities: [] }),
        model("mistral-small-2603"),
        model("mistral-small-latest"),
      ]),
    ).toBe("mistral-small-latest");
  });

  it("is a large one rather than one that is deprecated or does something else", () => {
    const others = [model("voxtral-mini-latest"), model("open-mistral-7b", retiring)];
    expect(chooseModel([...others, model("mistral-large-2512")])).toBe("mistral-large-2512");
    expect(chooseModel(others)).toBe("voxtral-mini-latest");
  });

  it("is none when there is no chat model", () => {
    expect(chooseModel([model("mistral-embed", { capabilities: [] })])).toBeUndefined();
  });
});

describe("whose key it is", () => {
  it("is read as far as it is reported", () => {
    expect(
      readIdentity({ email: "ada@example.com", workspace: null, api_key: { name: " lap\ntop " } }, key),
    ).toEqual({ email: "ada@example.com", workspace: null, organization: null, keyName: "lap top" });
  });

  it("is unknown when nothing is reported", () => {
    for (const answer of [{ email: null }, "text", undefined]) expect(readIdentity(answer, key)).toBeNull();
  });

  it.each(echoes)("never holds the key, %s", (_how, echo) => {
    const answer = {
      email: echo,
      workspace: { name: echo },
      organization: { name: echo },
      apiKey: { name: echo },
    };
    const { mask } = key;
    expect(readIdentity(answer, key)).toEqual({
      email: mask,
      workspace: mask,
      organization: mask,
      keyName: mask,
    });
  });
});

describe("the limits", () => {
  const none = { limit: null, remaining: null };

  it("are what the headers say, and nothing when they are nonsense", () => {
    expect(
      readRateLimits({ "x-ratelimit-limit-req-minute": "60", "x-ratelimit-remaining-tokens-month": "lots" }),
    ).toEqual({
      requestsPerMinute: { limit: 60, remaining: null },
      tokensPerMinute: none,
      tokensPerMonth: none,
    });
    expect(readRateLimits({})).toBeNull();
    expect(readRateLimits({ "x-ratelimit-limit-req-minute": "-1", "retry-after": "1" })).toBeNull();
  });

  it.each([
    ["x-ratelimit-limit-req-second", { requestsPerSecond: { limit: 6, remaining: null } }],
    ["x-ratelimit-remaining-req-10-second", { requestsPer10Seconds: { limit: null, remaining: 6 } }],
    ["x-ratelimit-limit-req-month", { requestsPerMonth: { limit: 6, remaining: null } }],
    ["x-ratelimit-remaining", { requests: { limit: null, remaining: 6 } }],
    ["x-ratelimit-tokens-query-cost", { tokensOfCall: 6 }],
  ])("are found under %s, too", (header, found) => {
    expect(readRateLimits({ [header]: "6" })).toEqual({
      requestsPerMinute: none,
      tokensPerMinute: none,
      tokensPerMonth: none,
      ...found,
    });
  });
});
