import { describe, expect, it } from "vitest";
import type { CallOutcome } from "../../src/mistral/call-outcome.ts";
import {
  chooseModel,
  type ListedModel,
  readIdentity,
  readModels,
  readRateLimits,
} from "../../src/mistral/read-answers.ts";

const good = (value: unknown, headers: Record<string, string> = {}): CallOutcome => ({
  kind: "answer",
  status: 200,
  headers,
  body: { kind: "json", value },
});

describe("the list of models", () => {
  it("is read although a row is of a kind nobody knows", () => {
    const rows = [
      { id: "mistral-small-latest", capabilities: { completion_chat: true }, deprecation: null },
      { id: "from-the-future", type: "quantum" },
      { id: "old", capabilities: { completion_chat: true }, deprecation: "2026-01-01T00:00:00Z" },
      { id: "ft:own", capabilities: { completion_chat: true }, archived: true },
      { name: "without an id" },
      "not even an object",
      null,
    ];
    expect(readModels(good({ data: rows }))).toEqual([
      { id: "mistral-small-latest", chats: true, retiring: false },
      { id: "from-the-future", chats: false, retiring: false },
      { id: "old", chats: true, retiring: true },
      { id: "ft:own", chats: true, retiring: true },
    ]);
  });

  it("counts a model once", () => {
    expect(readModels(good({ data: [{ id: "a" }, { id: "a" }] }))).toHaveLength(1);
  });

  it("takes out of a name what would move the cursor", () => {
    expect(readModels(good({ data: [{ id: "a\x1b[31m\u202eb" }] }))?.[0]?.id).toBe("a[31mb");
  });

  it.each([[{}], [{ data: {} }], ["text"], [null], [[]]])("is none in %j", (value) => {
    expect(readModels(good(value))).toBeUndefined();
  });
});

describe("the model for the test call", () => {
  const model = (id: string, changes: Partial<ListedModel> = {}): ListedModel => ({
    id,
    chats: true,
    retiring: false,
    ...changes,
  });

  it("is a small one that chats and stays", () => {
    expect(
      chooseModel([
        model("mistral-large-latest"),
        model("mistral-tiny-2312", { retiring: true }),
        model("mistral-embed", { chats: false }),
        model("mistral-small-2603"),
        model("mistral-small-latest"),
      ]),
    ).toBe("mistral-small-latest");
  });

  it("is a large one before one that retires or does something else", () => {
    const others = [model("voxtral-mini-latest"), model("open-mistral-7b", { retiring: true })];
    expect(chooseModel([...others, model("mistral-large-2512")])).toBe("mistral-large-2512");
    expect(chooseModel(others)).toBe("voxtral-mini-latest");
  });

  it("is none where nothing chats", () => {
    expect(chooseModel([model("mistral-embed", { chats: false })])).toBeUndefined();
  });
});

describe("whose key it is", () => {
  it("is read as far as it is told", () => {
    expect(
      readIdentity(good({ email: "ada@example.com", workspace: null, api_key: { name: " lap\ntop " } })),
    ).toEqual({ email: "ada@example.com", workspace: null, organization: null, keyName: "laptop" });
  });

  it("is nobody where nothing is told", () => {
    expect(readIdentity(good({ email: null }))).toBeNull();
    expect(readIdentity(good("text"))).toBeNull();
    expect(readIdentity({ kind: "answer", status: 404, headers: {}, body: { kind: "empty" } })).toBeNull();
  });
});

describe("the limits", () => {
  it("are what the headers say, and nothing where they say nonsense", () => {
    expect(
      readRateLimits(
        good({}, { "x-ratelimit-limit-req-minute": "60", "x-ratelimit-remaining-tokens-month": "lots" }),
      ),
    ).toEqual({
      requestsPerMinute: { limit: 60, remaining: null },
      tokensPerMinute: { limit: null, remaining: null },
      tokensPerMonth: { limit: null, remaining: null },
    });
    expect(readRateLimits(good({}))).toBeNull();
  });
});
