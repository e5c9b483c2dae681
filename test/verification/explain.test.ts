import { describe, expect, it } from "vitest";
import { connectionFailureOf } from "../../src/mistral/call-outcome.ts";
import type { Assessment, CallContext } from "../../src/mistral/mistral-api.ts";
import { explain } from "../../src/verification/explain.ts";

const context: CallContext = {
  history: { lastAcceptedAt: null },
  mask: "test...Key0",
  usualShape: true,
  endpoint: { region: "global" },
  model: undefined,
  accepted: false,
  timeoutMs: 10_000,
};
const gateway = { region: "global", serverUrl: "https://gateway.example.com" } as const;
const refused: Assessment = { diagnosis: "invalid-key", codestral: "not-known" };

function words(assessment: Assessment, changes: Partial<CallContext> = {}) {
  const assessed = { ...assessment, context: { ...context, ...changes } };
  const { facts = [], causes = [], next = [], ...rest } = explain(assessed);
  return { ...rest, facts: facts.join(" "), causes: causes.join(" "), next };
}

it("names the commands that take another model, since init and import do not", () => {
  expect(words({ diagnosis: "over-capacity" }).hint).toMatch(/--model to verify, try or limits/);
  expect(words({ diagnosis: "model-not-found", missing: "model" }).hint).toMatch(/^If you named it/);
});

describe("a refused key that nobody has seen before", () => {
  it("may be too new, another product's, or mistyped, and nothing is said for certain", () => {
    const { causes, next } = words(refused);
    expect(causes).toContain("some people had to wait about five minutes");
    expect(causes).toContain("Codestral or Mistral Code");
    expect(causes).toContain("mistyped");
    expect(causes).not.toContain("32 letters");
    expect(causes).not.toContain("server");
    expect(next[0]?.command).toBe("open keys");
  });

  it("was not mistyped when it was found in a file", () => {
    const { causes } = words(refused, { history: { lastAcceptedAt: null, isFound: true } });
    expect(causes).toContain("It was deleted");
    expect(causes).not.toContain("mistyped");
  });

  it("is named, since nobody saw it when it was pasted", () => {
    expect(words(refused).sentence).toBe("Mistral does not accept this key, test...Key0.");
    expect(words(refused).hint).toContain("the list at https://console.mistral.ai/api-keys");
    expect(words(refused, { mask: "********" }).sentence).toBe("Mistral does not accept this key.");
  });

  it("with an unusual shape may be incomplete, which is said first", () => {
    expect(words(refused, { usualShape: false }).causes).toMatch(/^It is not 32 letters and digits/);
  });

  it("at somebody else's server is most likely of the wrong kind", () => {
    expect(words(refused, { endpoint: gateway }).causes).toMatch(
      /^The server at https:\/\/gateway.example.com may want a key of its own/,
    );
  });

  it("in the demonstration is not blamed on its server", () => {
    const endpoint = { region: "global", serverUrl: "http://127.0.0.1:4321", madeUp: true } as const;
    expect(words(refused, { endpoint }).causes).toBe(words(refused).causes);
  });

  it("is known not to be Codestral's when that was tried", () => {
    expect(words({ ...refused, codestral: "refused" }).causes).toContain("It is not a Codestral key.");
  });
});

describe("a refused key that worked before", () => {
  const lastAcceptedAt = "2026-11-03T09:00:00Z";
  const old = (expiresAt?: string | null) =>
    words(refused, { history: { lastAcceptedAt, ...(expiresAt !== undefined && { expiresAt }) } });

  it("may have stopped working in several ways, the likeliest first, and none of them certain", () => {
    const { facts, causes } = old();
    expect(facts).toBe("It worked on 3 Nov 2026.");
    expect(causes).toMatch(
      /^It was deleted .* It has expired; .* workspace was archived .* Vibe key whose monthly allowance/,
    );
  });

  it("is to be looked for before it is replaced", () => {
    const { hint, next } = old();
    expect(hint).toMatch(/^Look for it in the list at https:\/\/console\.mistral\.ai\/api-keys/);
    expect(next.map(({ command }) => command)).toEqual(["open keys", "rotate"]);
  });

  it("has its last day beside it, as far as it is known", () => {
    expect(old("2026-11-23").facts).toContain("23 Nov 2026 is noted as its last day.");
  });

  it("has expired after it", () => {
    const { sentence, next } = words({ diagnosis: "expired", lastDay: "2026-11-22" });
    expect(sentence).toBe("This key has expired: 22 Nov 2026 is noted as its last day.");
    expect(next[0]?.command).toBe("rotate");
  });
});

describe("a key of another product", () => {
  it("leads to a key of Studio", () => {
    for (const product of ["codestral", "vibe", "other"] as const) {
      const { sentence, hint, next } = words({ diagnosis: "wrong-product", product });
      expect(sentence).not.toContain("admin");
      expect(hint).toContain("Make an API key in Studio, at https://console.mistral.ai/api-keys");
      expect(next[0]?.command).toBe("open keys");
    }
    expect(words({ diagnosis: "wrong-product", product: "vibe" }).hint).toContain("Keep this one for Vibe.");
    expect(words({ diagnosis: "wrong-product", product: "codestral" }).hint).not.toContain("Vibe");
  });
});

describe("what stops a good key", () => {
  it.each([
    [{ diagnosis: "no-plan", missing: "plan" }, "subscription", "https://admin.mistral.ai/subscription"],
    [
      { diagnosis: "no-plan", missing: "payment" },
      "billing",
      "https://admin.mistral.ai/organization/billing",
    ],
    [
      { diagnosis: "rate-limited", limit: "spending", retryAfterMs: undefined },
      "workspaces",
      "https://admin.mistral.ai/organization/workspaces",
    ],
    [
      { diagnosis: "rate-limited", limit: "of-the-month", retryAfterMs: undefined },
      "limits",
      "https://admin.mistral.ai/plateforme/limits",
    ],
  ] as const)("%j has one page", (assessment, page, address) => {
    const { sentence, hint, next } = words(assessment);
    expect(sentence).toContain("The key is good");
    expect(hint).toContain(address);
    expect(next.map(({ command }) => command)).toEqual([`open ${page}`]);
  });

  it("is a plan that may be without the model", () => {
    const { sentence, hint } = words({ diagnosis: "no-plan", missing: "plan" }, { model: "magistral" });
    expect(sentence).toContain("no active plan, or one that does not include magistral.");
    expect(hint).toContain("Waiting does not help");
  });

  it("is a plan or a bill that somebody else may have to see to", () => {
    for (const missing of ["plan", "payment"] as const)
      expect(words({ diagnosis: "no-plan", missing }).hint).toContain("or ask an admin of the organization");
    const { hint } = words({ diagnosis: "forbidden" });
    expect(hint).toContain("https://admin.mistral.ai/organization/workspaces");
    expect(hint).toContain("https://admin.mistral.ai/subscription");
  });

  it.each([
    [1000, "Try again in 1 second."],
    [90_000, "Try again in 90 seconds."],
    [3_000_000, "Try again in 50 minutes."],
    [86_400_000, "Try again in 24 hours."],
    [undefined, "Try again in a minute. If that does not help, the tokens of this month may be used up."],
  ])("is a limit that ends in %s ms", (retryAfterMs, hint) => {
    expect(words({ diagnosis: "rate-limited", limit: "of-the-moment", retryAfterMs }).hint).toBe(hint);
  });

  it("is a model that is not there, or an address", () => {
    expect(
      words({ diagnosis: "model-not-found", missing: "model" }, { model: "mistral-giant" }).sentence,
    ).toBe("The key is good, but Mistral has no chat model called mistral-giant for it.");
    const at = (serverUrl: string) =>
      words({ diagnosis: "model-not-found", missing: "api" }, { endpoint: { region: "global", serverUrl } });
    expect(at("https://gateway.example.com").hint).toContain("Check the address in --server-url");
    expect(at("https://api.mistral.ai/v1").hint).toContain("Leave out /v1");
  });
});

describe("what says nothing about a key", () => {
  const foreign = (kind: "web-page" | "redirect" | "gateway" | "unreadable", endpoint = {}) =>
    words({ diagnosis: "unreachable", status: 451, foreign: kind }, endpoint);

  it("says so", () => {
    for (const kind of ["web-page", "redirect", "gateway", "unreadable"] as const) {
      expect(foreign(kind).sentence).toContain("nothing is known about the key");
    }
    for (const code of ["ENOTFOUND", "ECONNRESET", "EPROTO", "CERT_HAS_EXPIRED", "ESOMETHINGNEW"]) {
      expect(unreached(code).sentence).toContain("so nothing is known about the key");
    }
    expect(words({ diagnosis: "server-error", status: 500 }).sentence).toContain(
      "nothing is known about the key",
    );
  });

  it("is not said of a key that was accepted just before", () => {
    const place = { accepted: true };
    const cut = { reason: "connection", code: undefined, host: "api.mistral.ai", proxy: undefined } as const;
    for (const assessment of [
      { diagnosis: "server-error", status: 500 },
      { diagnosis: "unreachable", status: 200, foreign: "web-page" },
      { diagnosis: "unreachable", failure: cut },
    ] as const) {
      expect(words(assessment, place).sentence).toContain("although it had accepted the key just before");
    }
  });

  it.each(["timeout", "connection", "dns"] as const)(
    "does not blame a network that let the call before through: %s",
    (reason) => {
      const failure = { reason, code: undefined, host: "api.mistral.ai", proxy: undefined };
      expect(words({ diagnosis: "unreachable", failure }).hint).toContain("Check the network");
      const { hint } = words({ diagnosis: "unreachable", failure }, { accepted: true });
      expect(hint).toBe("Try again in a minute.");
    },
  );

  it("is a network to sign in to, a firewall or a gateway", () => {
    expect(foreign("web-page").causes).toContain("wants you to sign in first");
    expect(foreign("redirect").causes).toContain("wants you to sign in first");
    expect(foreign("gateway").causes).toContain("firewall");
    expect(foreign("gateway").sentence).toContain("was refused in a form that is not Mistral's (HTTP 451)");
  });

  it("suspects a server's address first only when it is not Mistral's", () => {
    expect(foreign("web-page", { endpoint: gateway }).causes).toMatch(
      /^https:\/\/gateway.example.com may not be/,
    );
    expect(foreign("web-page").causes).not.toContain("--server-url");
  });

  const unreached = (code: string) => {
    const error = Object.assign(new Error("no"), { code });
    const failure = connectionFailureOf(error, "api.mistral.ai", false);
    return words({ diagnosis: "unreachable", failure });
  };

  it("is a proxy's certificate, and the key was not sent", () => {
    const failure = {
      reason: "proxy",
      code: "CERT_HAS_EXPIRED",
      host: "api.mistral.ai",
      proxy: "proxy.example.com:8443",
    } as const;
    expect(words({ diagnosis: "unreachable", failure }).sentence).toMatch(
      /the proxy proxy\.example\.com:8443 showed a certificate .* and the key was not sent/,
    );
  });

  it("is also behind a proxy, which then is set already", () => {
    const failure = {
      reason: "timeout",
      code: undefined,
      host: "api.mistral.ai",
      proxy: "proxy:8443",
    } as const;
    expect(words({ diagnosis: "unreachable", failure }).hint).toBe(
      "Check the network connection. The call went through the proxy proxy:8443.",
    );
    expect(unreached("ECONNRESET").hint).toContain("set HTTPS_PROXY");
  });

  it("is the clock, or a company's certificate", () => {
    expect(unreached("CERT_HAS_EXPIRED").hint).toContain("date and time of this machine");
    expect(unreached("CERT_NOT_YET_VALID").hint).toContain("date and time of this machine");
    expect(unreached("SELF_SIGNED_CERT_IN_CHAIN").hint).toContain("NODE_EXTRA_CA_CERTS");
    expect(unreached("ERR_TLS_CERT_ALTNAME_INVALID").hint).toContain("for another name");
  });
});
