import { describe, expect, it } from "vitest";
import { type AssessedCall, assess } from "../../src/mistral/assess.ts";
import { type CallOutcome, readBody } from "../../src/mistral/call-outcome.ts";
import { answers, type CannedAnswer } from "../support/mistral-answers.ts";

const now = new Date("2026-11-23T12:00:00Z");

function outcome({ status, headers = {}, body }: CannedAnswer): CallOutcome {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const all: Record<string, string> = { "content-type": "application/json", ...headers };
  return { kind: "answer", status, headers: all, body: readBody(text, all["content-type"]) };
}

function judge(answer: CannedAnswer, asked: Partial<AssessedCall> = {}) {
  return assess(outcome(answer), { call: "models", endpoint: { region: "global" }, now, ...asked });
}

const completion = { call: "completion" } as const;
const gateway = { region: "global", serverUrl: "https://gateway.example.com" } as const;

describe("a refusal", () => {
  it.each(["unauthorized", "unauthorized-at-gateway", "unauthorized-invalid-key"] as const)(
    "in the form %s is of the key",
    (name) => {
      expect(judge(answers[name])).toEqual({ diagnosis: "invalid-key", codestral: "not-known" });
    },
  );

  it("of a Vibe key, outside what belongs to Vibe, is of the product and not of an administrator", () => {
    expect(judge(answers["vibe-key"], completion)).toEqual({ diagnosis: "wrong-product", product: "vibe" });
  });

  it("of another product's key is known by the code alone", () => {
    const body = { message: "Scope not allowed", code: 1912 };
    expect(judge({ status: 403, body }, completion)).toEqual({
      diagnosis: "wrong-product",
      product: "other",
    });
  });

  it("of the key is expired after its last day, and nothing else is", () => {
    const past = { expiresAt: "2026-11-22" };
    expect(judge(answers.unauthorized, past)).toEqual({ diagnosis: "expired", lastDay: "2026-11-22" });
    for (const expiresAt of ["2026-11-23", null, undefined]) {
      expect(judge(answers.unauthorized, { expiresAt }).diagnosis).toBe("invalid-key");
    }
    for (const name of ["forbidden", "html"] as const) {
      expect(judge(answers[name], past)).toEqual(judge(answers[name]));
    }
  });
});

describe("what has to be paid", () => {
  it("is a plan when the quota is zero", () => {
    expect(judge(answers["no-plan"], completion)).toEqual({ diagnosis: "no-plan", missing: "plan" });
  });

  it("is a payment when that is asked for", () => {
    expect(judge(answers["payment-required"], completion)).toEqual({
      diagnosis: "no-plan",
      missing: "payment",
    });
  });

  it.each([400, 402, 403, 429])("is over the spending limit when the answer says so, with %i", (status) => {
    expect(judge({ ...answers["spending-limit"], status }, completion)).toMatchObject({
      diagnosis: "rate-limited",
      limit: "spending",
    });
  });

  it("is over the spending limit in whichever form the answer says so", () => {
    const detail = "You have reached the monthly spending limit of this workspace.";
    expect(judge({ ...answers.forbidden, body: { detail } }, completion)).toMatchObject({
      limit: "spending",
    });
  });
});

describe("a limit", () => {
  const limited = (headers: Record<string, string>) =>
    judge({ ...answers["rate-limited"], headers }, completion);

  it.each([
    ["1", 1000],
    ["90", 90_000],
    ["1.5", 1500],
    ["Mon, 23 Nov 2026 12:00:30 GMT", 30_000],
    ["Mon, 23 Nov 2026 11:00:00 GMT", 0],
    ["soon", undefined],
  ])("with retry-after %s ends in %s ms", (text, retryAfterMs) => {
    expect(limited({ "retry-after": text })).toEqual({
      diagnosis: "rate-limited",
      limit: "of-the-moment",
      retryAfterMs,
    });
  });

  it("of the month is distinguished from one of the minute", () => {
    expect(judge(answers["month-used-up"], completion)).toMatchObject({ limit: "of-the-month" });
  });

  it("by a web page, or in no form of Mistral's, says nothing about the key", () => {
    expect(judge({ ...answers["html-forbidden"], status: 429 }).diagnosis).toBe("unreachable");
    const headers = { "content-type": "text/plain" };
    expect(judge({ status: 429, headers, body: "error code: 1015" }, completion)).toMatchObject({
      diagnosis: "unreachable",
      foreign: "gateway",
    });
  });

  it("is Mistral's when its headers say so, whatever the body", () => {
    const headers = { "x-ratelimit-limit-req-minute": "0" };
    expect(judge({ status: 429, headers, body: "" }, completion)).toMatchObject({ missing: "plan" });
  });
});

describe("something not found", () => {
  it("is the model when one was called", () => {
    for (const name of ["model-not-found", "invalid-model", "not-found"] as const) {
      expect(judge(answers[name], completion)).toEqual({ diagnosis: "model-not-found", missing: "model" });
    }
  });

  it("is the API at an address that somebody gave, and not at Mistral's own", () => {
    expect(judge(answers["not-found"], { endpoint: gateway })).toEqual({
      diagnosis: "model-not-found",
      missing: "api",
    });
    expect(judge(answers["not-found"])).toEqual({
      diagnosis: "unreachable",
      status: 404,
      foreign: "gateway",
    });
  });
});

describe("an answer that is not Mistral's", () => {
  it.each([
    ["html", "web-page"],
    ["redirect", "redirect"],
    ["html-forbidden", "gateway"],
  ] as const)("is recognised in %s", (name, foreign) => {
    expect(judge(answers[name])).toMatchObject({ diagnosis: "unreachable", foreign });
  });

  it("is a firewall's when a page comes with 401", () => {
    expect(judge({ ...answers["html-forbidden"], status: 401 })).toMatchObject({ foreign: "gateway" });
  });

  it.each([400, 402, 403, 405, 406, 409, 410, 413, 415, 418, 422, 426, 431, 451])(
    "is a gateway's when it refuses with %i in a form of its own",
    (status) => {
      for (const body of ["", "blocked by policy", { error: "blocked" }, [], "null"]) {
        expect(judge({ status, body }, completion)).toEqual({
          diagnosis: "unreachable",
          status,
          foreign: "gateway",
        });
      }
    },
  );

  it.each([400, 422])("is a gateway's when it complains of our call in a bare message, %i", (status) => {
    for (const message of ["Bad request", "Your team has reached its spending limit"]) {
      expect(judge({ status, body: { message } }, completion)).toMatchObject({ foreign: "gateway" });
    }
  });

  it.each([405, 410, 413, 451])("in Mistral's own form, %i, is no mistake of ours either", (status) => {
    expect(judge({ ...answers["bad-request"], status }, completion).diagnosis).toBe("unreachable");
  });

  it("is unreadable when the JSON is broken or of another kind", () => {
    for (const answer of [answers.garbage, answers["other-json"], { status: 204, body: "" }]) {
      expect(judge(answer)).toMatchObject({ diagnosis: "server-error", foreign: "unreadable" });
    }
  });
});

describe("a call that Mistral does not understand", () => {
  it.each(["bad-request", "unprocessable", "unprocessable-in-detail"] as const)(
    "is our mistake: %s",
    (name) => {
      expect(judge(answers[name], completion)).toMatchObject({ diagnosis: "bad-request" });
    },
  );
});

describe("a failure of Mistral's", () => {
  it.each([408, 500, 502, 529])("is recognised in %i", (status) => {
    expect(judge({ status, body: { message: "?" } })).toEqual({ diagnosis: "server-error", status });
  });

  it("is not one when a model is at capacity", () => {
    for (const name of ["over-capacity", "over-capacity-429"] as const) {
      expect(judge(answers[name], completion)).toEqual({ diagnosis: "over-capacity" });
    }
  });
});

it("keeps nothing of what a body said", () => {
  const secret = "bodyText".repeat(4);
  for (const status of [200, 301, 400, 401, 402, 403, 404, 418, 422, 429, 500, 503]) {
    for (const body of [`<html>${secret}</html>`, secret, { message: secret, type: secret, code: secret }]) {
      for (const call of ["models", "completion"] as const) {
        expect(JSON.stringify(judge({ status, body }, { call }))).not.toContain(secret);
      }
    }
  }
});
