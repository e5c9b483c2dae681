import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { describeOutcome } from "../../src/mistral/call-outcome.ts";
import { type CheckOptions, newKey } from "../../src/mistral/mistral-api.ts";
import type { SdkMistralApiOptions } from "../../src/mistral/sdk-mistral-api.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { nobody } from "../support/nobody.ts";
import { runProgram } from "../support/program.ts";
import { sdkApi } from "../support/sdk-api.ts";

const text = "testKey0".repeat(4);
const key = ApiKey.of(text);

let api: LoopbackMistralApi;
beforeEach(async () => {
  api = await startMistralApi({ keys: [text] });
});
afterEach(() => api.stop());

async function traceOf(
  options: Partial<CheckOptions> = {},
  setup: Partial<SdkMistralApiOptions> = {},
): Promise<readonly string[]> {
  const lines: string[] = [];
  const mistral = sdkApi(api.url, { trace: (line) => lines.push(line), ...setup });
  await mistral.checkKey(key, { history: newKey, ...options });
  return lines;
}

describe("the trace of a check", () => {
  it("has a line for every call: the request, the outcome, the duration", async () => {
    expect((await traceOf()).map((line) => line.replace(/\d+ ms$/, "N ms")).sort()).toEqual([
      `GET ${api.url}/v1/models: HTTP 200, N ms`,
      `GET ${api.url}/v1/users/me: HTTP 200, N ms`,
      `POST ${api.url}/v1/chat/completions: HTTP 200, N ms`,
    ]);
  });

  it("shows the system's code when no answer came", async () => {
    api.behave("cut");
    expect((await traceOf({ quick: true })).join("\n")).toMatch(
      /\/v1\/models: no answer \(connection, ECONNRESET\), \d+ ms/,
    );
    const endpoint = { region: "global", serverUrl: nobody } as const;
    expect((await traceOf({ quick: true }, { endpoint })).join("\n")).toContain(
      "no answer (connection, ECONNREFUSED)",
    );
  });

  it("reports a time limit, but not what was abandoned because the rest was over", async () => {
    api.behave("hang", { on: ["models", "identity"] });
    expect(await traceOf({ quick: true }, { timeoutMs: 2000 })).toEqual([
      expect.stringMatching(/\/v1\/models: no answer \(timeout\)/),
    ]);
  });

  it("does not show the key", async () => {
    api.behave("quote-key");
    expect((await traceOf()).join("\n")).not.toContain(text);
  });

  it("names the proxy in between", () => {
    const failure = {
      reason: "proxy",
      code: "403",
      host: "api.mistral.ai",
      proxy: "proxy:3128",
    } as const;
    expect(describeOutcome({ kind: "failure", failure })).toBe(
      "no answer through the proxy proxy:3128 (proxy, 403)",
    );
  });
});

describe("--verbose", () => {
  const home = mkdtempSync(join(tmpdir(), "call-trace-"));
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it.each([
    ["verify", "--stdin"],
    ["init", "--with-key", "--store", "file"],
  ])("shows it on stderr before the verdict: %s", async (...args) => {
    api.behave("not-found");
    const env = {
      MISTRAL_KEY_SERVER_URL: api.url,
      MISTRAL_KEY_HOME: home,
      MISTRAL_KEY_PASSPHRASE: "correct horse battery staple",
    };
    const quiet = await runProgram([...args, "--json"], { env, input: text });
    const loud = await runProgram([...args, "--json", "--verbose"], { env, input: text });
    const line = `  GET ${api.url}/v1/models: HTTP 404, `;
    expect(quiet.stderr).not.toContain(line);
    expect(loud.stderr).toContain(line);
    expect(loud).toMatchObject({ code: 2 });
    expect(JSON.parse(loud.stdout)).toMatchObject({ diagnosis: "model-not-found" });
    expect(loud.stderr).not.toContain(text);
  });
});
