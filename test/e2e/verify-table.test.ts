import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Diagnosis } from "../../src/exit-codes.ts";
import type { Behaviour } from "../support/mistral-answers.ts";
import { type BehaviourOptions, type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { nobody } from "../support/nobody.ts";
import { program, type Run, runNode, runProgram } from "../support/program.ts";
import { makeCertificate } from "../support/tls.ts";
import { tracesIn } from "./key-traces.ts";

const key = "testKey0".repeat(4);

let api: LoopbackMistralApi;
let home: string;

beforeEach(async () => {
  api = await startMistralApi({ keys: [key] });
  home = mkdtempSync(join(tmpdir(), "verify-table-"));
});

afterEach(async () => {
  await api.stop();
  rmSync(home, { recursive: true, force: true });
});

function verify(url: string, env: Record<string, string> = {}): Promise<Run> {
  return runProgram(["verify", "--stdin", "--json", "--no-input"], {
    env: { HOME: home, MISTRAL_KEY_SERVER_URL: url, ...env },
    input: `${key}\n`,
  });
}

/** The shape that scripts rely on, whatever the verdict. */
function expectVerdict(run: Run, diagnosis: Diagnosis, code: number): void {
  expect({ code: run.code, diagnosis: JSON.parse(run.stdout).diagnosis }).toEqual({ code, diagnosis });
  const document = JSON.parse(run.stdout);
  expect(Object.keys(document)).toEqual([
    "profile",
    "ok",
    "diagnosis",
    "key",
    "store",
    "checks",
    "identity",
    "rateLimits",
    "expiresAt",
    "daysLeft",
    "verifiedAt",
    "hint",
  ]);
  expect(document).toMatchObject({
    profile: null,
    ok: diagnosis === "valid",
    key: "test...Key0",
    store: null,
    checks: {
      authentication: {
        ok: expect.any(Boolean),
        models: expect.any(Number),
        latencyMs: expect.any(Number),
      },
    },
    expiresAt: null,
    daysLeft: null,
    verifiedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    hint: diagnosis === "valid" ? null : expect.stringMatching(/\S{3}/),
  });
  expect(tracesIn(run.stdout + run.stderr, [key])).toEqual([]);
  expect(readdirSync(home, { recursive: true }).filter((name) => /\.json$|\.age$/.test(`${name}`))).toEqual(
    [],
  );
}

interface Row {
  readonly behaviour: Behaviour;
  readonly diagnosis: Diagnosis;
  readonly code: number;
  /** Whether the verdict clears the key itself. */
  readonly accepted: boolean;
  readonly says: RegExp;
  readonly options?: BehaviourOptions;
}

const rows: readonly Row[] = [
  ...(["unauthorized", "unauthorized-at-gateway", "unauthorized-invalid-key", "quote-key"] as const).map(
    (behaviour) => ({
      behaviour,
      diagnosis: "invalid-key" as const,
      code: 4,
      accepted: false,
      says: /not accept/,
    }),
  ),
  { behaviour: "vibe-key", diagnosis: "wrong-product", code: 4, accepted: true, says: /Vibe.*Studio/ },
  { behaviour: "forbidden", diagnosis: "forbidden", code: 4, accepted: false, says: /open/ },
  { behaviour: "bad-request", diagnosis: "bad-request", code: 1, accepted: true, says: /400.*gateway/ },
  { behaviour: "unprocessable", diagnosis: "bad-request", code: 1, accepted: true, says: /422.*gateway/ },
  { behaviour: "not-found", diagnosis: "model-not-found", code: 2, accepted: false, says: /--server-url/ },
  { behaviour: "model-not-found", diagnosis: "model-not-found", code: 2, accepted: true, says: /--model/ },
  { behaviour: "invalid-model", diagnosis: "model-not-found", code: 2, accepted: true, says: /--model/ },
  { behaviour: "rate-limited", diagnosis: "rate-limited", code: 6, accepted: true, says: /good.*42 seconds/ },
  {
    behaviour: "rate-limited-briefly",
    diagnosis: "rate-limited",
    code: 6,
    accepted: true,
    says: /good.*1 second/,
  },
  {
    behaviour: "rate-limited-at-gateway",
    diagnosis: "rate-limited",
    code: 6,
    accepted: true,
    says: /good.*42 seconds/,
  },
  { behaviour: "month-used-up", diagnosis: "rate-limited", code: 6, accepted: true, says: /good.*month/ },
  { behaviour: "no-plan", diagnosis: "no-plan", code: 6, accepted: true, says: /good.*subscription/ },
  { behaviour: "payment-required", diagnosis: "no-plan", code: 6, accepted: false, says: /good.*billing/ },
  {
    behaviour: "spending-limit",
    diagnosis: "rate-limited",
    code: 6,
    accepted: true,
    says: /good.*workspaces/,
  },
  { behaviour: "over-capacity", diagnosis: "over-capacity", code: 6, accepted: true, says: /good.*later/ },
  {
    behaviour: "over-capacity-429",
    diagnosis: "over-capacity",
    code: 6,
    accepted: true,
    says: /good.*later/,
  },
  {
    behaviour: "server-error",
    diagnosis: "server-error",
    code: 5,
    accepted: false,
    says: /nothing is known about/,
  },
  {
    behaviour: "server-error",
    options: { on: ["completion"] },
    diagnosis: "server-error",
    code: 5,
    accepted: true,
    says: /accepted the key just before.*open status/,
  },
  { behaviour: "bad-gateway", diagnosis: "server-error", code: 5, accepted: false, says: /nothing is known/ },
  ...(["garbage", "other-json"] as const).map((behaviour) => ({
    behaviour,
    diagnosis: "server-error" as const,
    code: 5,
    accepted: false,
    says: /not an answer from Mistral/,
  })),
  ...(
    [
      ["html", /web page/],
      ["html-forbidden", /refused/],
      ["redirect", /redirect from/],
      ["cut", /could not be reached/],
      ["cut-halfway", /could not be reached/],
      ["endless", /could not be reached/],
      ["nested", /could not be reached/],
      ["refused-by-gateway", /refused/],
    ] as const
  ).map(([behaviour, says]) => ({
    behaviour,
    diagnosis: "unreachable" as const,
    code: 5,
    accepted: false,
    says,
  })),
];

describe("verify --stdin --json --no-input, for everything that can go wrong", () => {
  it("says valid for a key that works", async () => {
    const run = await verify(api.url);
    expectVerdict(run, "valid", 0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      checks: {
        authentication: { ok: true, models: expect.any(Number) },
        completion: { ok: true, model: expect.any(String), latencyMs: expect.any(Number) },
      },
      identity: {
        email: expect.any(String),
        workspace: expect.any(String),
        organization: expect.any(String),
        keyName: expect.any(String),
      },
    });
    expect(run.stderr).toBe("");
  });

  it("says invalid-key for a key that Mistral does not know", async () => {
    api.keys.revoke(key);
    expectVerdict(await verify(api.url), "invalid-key", 4);
  });

  it.each(rows)("says $diagnosis, exit $code, for $behaviour", async (row) => {
    api.behave(row.behaviour, row.options);
    const run = await verify(api.url);
    expectVerdict(run, row.diagnosis, row.code);
    const { hint, checks } = JSON.parse(run.stdout);
    expect(hint).toMatch(row.says);
    if (row.behaviour !== "rate-limited-at-gateway") expect(checks.authentication.ok).toBe(row.accepted);
  });

  it("says unreachable when nobody listens", async () => {
    expectVerdict(await verify(nobody), "unreachable", 5);
  });

  it("says unreachable when the name has no address", async () => {
    const run = await verify("https://no-such-host.invalid");
    expectVerdict(run, "unreachable", 5);
    expect(JSON.parse(run.stdout).hint).toContain("no-such-host.invalid");
  });

  it("says unreachable when the TLS handshake fails", async () => {
    expectVerdict(await verify(api.url.replace("http:", "https:")), "unreachable", 5);
  });

  it("says unreachable when the proxy does not answer", async () => {
    const run = await verify("https://api.mistral.ai", { HTTPS_PROXY: nobody, NO_PROXY: "" });
    expectVerdict(run, "unreachable", 5);
    expect(JSON.parse(run.stdout).hint).toMatch(/proxy/i);
  });
});

it("says so, once, when no certificate is checked", async () => {
  const certificate = await makeCertificate();
  const secure = await startMistralApi({ keys: [key], tls: certificate });
  try {
    const run = await runNode([program, "verify", "--stdin", "--json"], {
      env: { HOME: home, MISTRAL_KEY_SERVER_URL: secure.url, NODE_TLS_REJECT_UNAUTHORIZED: "0" },
      input: `${key}\n`,
    });
    expectVerdict(run, "valid", 0);
    expect(run.stderr.match(/no certificate is checked/g)).toHaveLength(1);
  } finally {
    await secure.stop();
    certificate.remove();
  }
});
