import { describe, expect, it } from "vitest";
import { type CallOutcome, readBody } from "../../src/mistral/call-outcome.ts";
import { diagnose } from "../../src/mistral/diagnose.ts";
import type { TestCall } from "../../src/mistral/finding.ts";
import type { Situation } from "../../src/verification/explain.ts";
import { answers, type CannedAnswer } from "../support/mistral-answers.ts";

const situation: Situation = {
  history: { lastAcceptedAt: null },
  now: new Date("2026-11-23T12:00:00Z"),
  mask: "test...Key0",
  usualShape: true,
  endpoint: { region: "global" },
  model: undefined,
  timeoutMs: 10_000,
};

function outcome({ status, headers = {}, body }: CannedAnswer): CallOutcome {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const all: Record<string, string> = { "content-type": "application/json", ...headers };
  return { kind: "answer", status, headers: all, body: readBody(text, all["content-type"]) };
}

function judge(answer: CannedAnswer, changes: Partial<Situation> = {}, call: TestCall = "models") {
  const { diagnosis, explanation } = diagnose(outcome(answer), call, { ...situation, ...changes });
  const { facts = [], causes } = explanation;
  return { diagnosis, ...explanation, facts: facts.join(" "), causes: causes.join(" ") };
}

describe("a refused key", () => {
  const refused = answers.unauthorized;

  it("that is new may be too new, another product's, or mistyped", () => {
    const { causes, next } = judge(refused);
    expect(causes).toContain("a new key may be refused for a short while");
    expect(causes).toContain("Codestral, Vibe and Mistral Code");
    expect(causes).toContain("mistyped");
    expect(causes).not.toContain("32 letters");
    expect(next[0]?.action).toBe("mistral-key open keys");
  });

  it("is named, since nobody saw it when it was pasted", () => {
    const sentence = "Mistral does not accept this key, test...Key0.";
    expect(judge(refused).sentence).toBe(sentence);
    expect(judge(refused, { history: { lastAcceptedAt: "2026-11-03T09:00:00Z" } }).sentence).toBe(sentence);
    expect(judge(refused).hint).toContain("the list at https://console.mistral.ai/api-keys");
  });

  it("is not named where its mask shows nothing of it", () => {
    expect(judge(refused, { mask: "********" }).sentence).toBe("Mistral does not accept this key.");
  });

  it("with an unusual shape may be incomplete, which is said first", () => {
    expect(judge(refused, { usualShape: false }).causes).toMatch(/^It is not 32 letters and digits/);
  });

  it("at somebody else's server may be of the wrong kind", () => {
    const endpoint = { region: "global", serverUrl: "https://gateway.example.com" } as const;
    expect(judge(refused, { endpoint }).causes).toContain(
      "https://gateway.example.com wants a key of its own",
    );
  });

  it("in the demonstration is not blamed on its server", () => {
    const endpoint = { region: "global", serverUrl: "http://127.0.0.1:4321", madeUp: true } as const;
    expect(judge(refused, { endpoint }).causes).toBe(judge(refused).causes);
  });

  it("that worked before was deleted or has expired", () => {
    const history = { lastAcceptedAt: "2026-11-03T09:00:00Z" };
    const { diagnosis, facts, causes, next } = judge(refused, { history });
    expect(diagnosis).toBe("invalid-key");
    expect(causes).toBe("");
    expect(facts).toBe("It worked on 3 Nov 2026, so it was deleted in the console or has expired since.");
    expect(next[0]?.action).toBe("mistral-key rotate");
  });

  it("that worked before and never ends was deleted", () => {
    const history = { lastAcceptedAt: "2026-11-03T09:00:00Z", expiresAt: null };
    expect(judge(refused, { history }).facts).toBe(
      "It worked on 3 Nov 2026, so it was deleted in the console since.",
    );
  });

  it("on its last day says that this is the day", () => {
    const history = { lastAcceptedAt: "2026-11-03T09:00:00Z", expiresAt: "2026-11-23" };
    const { diagnosis, facts } = judge(refused, { history });
    expect(diagnosis).toBe("invalid-key");
    expect(facts).toContain("You entered 23 Nov 2026 as its last day, which is today.");
  });

  it("after its last day has expired, whether it ever worked or not", () => {
    for (const lastAcceptedAt of [null, "2026-11-03T09:00:00Z"]) {
      const { diagnosis, sentence } = judge(refused, {
        history: { lastAcceptedAt, expiresAt: "2026-11-22" },
      });
      expect(diagnosis).toBe("expired");
      expect(sentence).toBe("This key has expired: you entered 22 Nov 2026 as its last day.");
    }
  });
});

describe("a key past its last day", () => {
  it("is not called expired by anything but a refusal", () => {
    const history = { lastAcceptedAt: null, expiresAt: "2026-11-22" };
    expect(judge(answers.forbidden, { history }).diagnosis).toBe("forbidden");
    expect(judge(answers.html, { history }).diagnosis).toBe("unreachable");
  });
});

describe("a limit", () => {
  const limited = (changes: Partial<CannedAnswer>) =>
    judge({ ...answers["rate-limited"], ...changes }, { model: "mistral-small-latest" }, "completion");

  it("says when to try again", () => {
    expect(limited({ headers: { "retry-after": "1" } }).hint).toBe("Try again in 1 second.");
    expect(limited({ headers: { "retry-after": "90" } }).hint).toBe("Try again in 90 seconds.");
    expect(limited({ headers: { "retry-after": "3000" } }).hint).toBe("Try again in 50 minutes.");
    expect(limited({ headers: { "retry-after": "86400" } }).hint).toBe("Try again in 24 hours.");
    expect(limited({ headers: { "retry-after": "Mon, 23 Nov 2026 12:00:30 GMT" } }).hint).toBe(
      "Try again in 30 seconds.",
    );
    expect(limited({ headers: {} }).hint).toBe("Try again in a minute.");
    expect(limited({ headers: { "retry-after": "soon" } }).hint).toBe("Try again in a minute.");
  });

  it("of the month is told from one of the minute", () => {
    expect(judge(answers["month-used-up"]).sentence).toContain("the tokens of this month are used up");
  });

  it("of zero is no plan, and waiting is not advised", () => {
    const { diagnosis, hint, facts } = judge(answers["no-plan"], { model: "magistral" }, "completion");
    expect(diagnosis).toBe("no-plan");
    expect(hint).toBe(
      "Waiting does not help: go to https://admin.mistral.ai/subscription and choose a plan.",
    );
    expect(facts).toBe("Or its plan does not include magistral.");
  });

  it("by a web page says nothing about the key", () => {
    expect(judge({ ...answers["html-forbidden"], status: 429 }).diagnosis).toBe("unreachable");
  });
});

describe("something not found", () => {
  it("is the model where one was called", () => {
    expect(judge(answers["model-not-found"], { model: "mistral-giant" }, "completion").sentence).toBe(
      "The key is good, but Mistral has no model called mistral-giant for it.",
    );
  });

  it("is the address where the list of models is not there", () => {
    const at = (serverUrl: string) =>
      judge(answers["not-found"], { endpoint: { region: "global", serverUrl } });
    expect(at("https://gateway.example.com").hint).toContain("Check the address in --server-url");
    expect(at("https://api.mistral.ai/v1").hint).toContain("Leave /v1 away");
  });
});

describe("an answer that is not Mistral's", () => {
  it("is a sign-in page where a page comes with 200, or a redirect", () => {
    for (const answer of [answers.html, answers.redirect]) {
      expect(judge(answer)).toMatchObject({
        diagnosis: "unreachable",
        causes: expect.stringContaining("wants you to sign in first"),
      });
    }
  });

  it("is a firewall's where a page comes with 401 or 403", () => {
    for (const status of [401, 403]) {
      expect(judge({ ...answers["html-forbidden"], status })).toMatchObject({
        diagnosis: "unreachable",
        causes: expect.stringContaining("firewall"),
      });
    }
  });

  it("is unreadable where the JSON is broken or of another kind", () => {
    for (const answer of [answers.garbage, answers["other-json"], { status: 204, body: "" }]) {
      expect(judge(answer).diagnosis).toBe("server-error");
    }
  });

  it("never shows what the body said", () => {
    const secret = "bodyText".repeat(4);
    for (const status of [200, 301, 400, 401, 403, 404, 418, 422, 429, 500, 503]) {
      for (const body of [
        `<html>${secret}</html>`,
        secret,
        { message: secret, type: secret, code: secret },
      ]) {
        expect(JSON.stringify(judge({ status, body }))).not.toContain(secret);
      }
    }
  });
});

describe("an unusual status", () => {
  it.each([
    [402, "no-plan"],
    [405, "bad-request"],
    [408, "server-error"],
    [418, "bad-request"],
    [529, "server-error"],
  ])("%i is %s", (status, diagnosis) => {
    expect(judge({ status, body: { message: "?" } }).diagnosis).toBe(diagnosis);
  });
});
