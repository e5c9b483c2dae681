import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Flags } from "../../../src/cli/flags.ts";
import { tryKey } from "../../../src/commands/use/try.ts";
import { oldKey, storeKey } from "../../rotation/stored-key.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../../support/deps.ts";
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

function run(args: string[], flags: Record<string, unknown> = {}, options: TestDepsOptions = {}) {
  deps = deps.next(options);
  return tryKey({ args, flags: new Flags(flags) }, deps);
}

describe("try", () => {
  it("prints the answer on stdout, without what a terminal acts on, and the rest on stderr", async () => {
    expect(await run(["Hello", "there"])).toBe(0);
    expect(deps.stdout()).toBe("Hello\nfrom [31mthe loopback.\n");
    expect(deps.stderr()).toMatchInlineSnapshot(`
      "
      ✓ mistral-small-latest, 11 tokens in, 4 out, 0.0 s
      • Mistral sent no limits with this answer. To see them: mistral-key limits
      "
    `);
    expect(api.requests.map(({ path, model }) => [path, model])).toEqual([
      ["/v1/models", undefined],
      ["/v1/chat/completions", "mistral-small-latest"],
    ]);
  });

  it("asks the model that is named, and then needs no list", async () => {
    expect(await run([], { model: "mistral-large-latest" })).toBe(0);
    expect(api.requests.map(({ model }) => model)).toEqual(["mistral-large-latest"]);
  });

  it("shows what share of the limits it took, when Mistral reports them", async () => {
    const headers = {
      "x-ratelimit-limit-req-minute": "60",
      "x-ratelimit-limit-tokens-minute": "500000",
      "x-ratelimit-limit-tokens-month": "1000000000",
    };
    api.behave("stream-whole", { on: ["completion"], headers });
    expect(await run([])).toBe(0);
    expect(deps.stderr().replace(/\s+/g, " ")).toContain(
      "It used 1.7% of the requests allowed a minute and less than 0.01% of the tokens allowed a minute and less than 0.01% of the tokens allowed a month.",
    );
  });

  it("answers in JSON", async () => {
    expect(await run(["Hello"], { json: true })).toBe(0);
    expect(deps.document()).toEqual({
      profile: "default",
      ok: true,
      diagnosis: "valid",
      model: "mistral-small-latest",
      answer: "Hello\nfrom [31mthe loopback.",
      finishReason: "stop",
      usage: { promptTokens: 11, completionTokens: 4 },
      ms: expect.any(Number),
      rateLimits: null,
      hint: null,
    });
  });

  it("keeps what arrived of an answer that broke off, and says that it is incomplete", async () => {
    api.behave("stream-cut", { on: ["completion"] });
    expect(await run(["Hello"])).toBe(5);
    expect(deps.stdout()).toBe("Hello\n");
    expect(deps.stderr().replace(String(api.port), "PORT")).toMatchInlineSnapshot(`
      "
      ! The answer is incomplete: it stopped there.

      ! Mistral could not be reached, although it had accepted the key just before:
        the connection to 127.0.0.1:PORT failed (ECONNRESET).

        › Try again in a minute.

          mistral-key doctor  check the network, the proxy and the certificates
      "
    `);
  });

  it("has in its document what came of an answer that broke off", async () => {
    api.behave("stream-unfinished", { on: ["completion"] });
    expect(await run(["Hello"], { json: true })).toBe(5);
    expect(deps.document()).toMatchObject({ ok: false, diagnosis: "unreachable", answer: "Hello" });
  });

  it("masks the key in an answer that holds it", async () => {
    api.behave("stream-key", { on: ["completion"] });
    expect(await run(["What is my key?"])).toBe(0);
    expect(deps.stdout()).toContain(oldKey.mask);
    expect(deps.stdout()).not.toContain(oldKey.reveal());
  });

  it("stops when the person wants it, with the answer so far on lines of its own", async () => {
    api.behave("stream-hang", { on: ["completion"] });
    deps = deps.next();
    const { answer } = deps.output;
    deps.output.answer = (text) => {
      answer.call(deps.output, text);
      deps.interrupt();
    };
    const stopped = tryKey({ args: ["Hello"], flags: new Flags({}) }, deps);
    await expect(stopped).rejects.toMatchObject({ kind: "cancelled" });
    expect(deps.stdout()).toMatch(/^Hello?\n$/);
  });

  it.each([
    ["no-plan", 6, /no active plan/],
    ["rate-limited", 6, /Try again in 42 seconds/],
    ["invalid-model", 2, /no chat model called/],
    ["vibe-key", 4, /This is a Vibe key/],
  ] as const)("explains %s", async (behaviour, code, said) => {
    api.behave(behaviour);
    expect(await run(["Hello"])).toBe(code);
    expect(deps.stdout()).toBe("");
    expect(deps.stderr()).toMatch(said);
  });

  it.each(["prompt-too-long", "refused-by-gateway"] as const)(
    "says that the prompt is too long: %s",
    async (said) => {
      api.behave(said, { on: ["completion"] });
      await expect(run(["Hello"])).rejects.toMatchObject({
        kind: "usage",
        message: "The prompt is too long for mistral-small-latest.",
        hint: expect.stringContaining("--model"),
      });
    },
  );

  it("says what the list of models has shown of the key, when the question gets no answer", async () => {
    api.behave("cut", { on: ["completion"] });
    expect(await run([])).toBe(5);
    expect(deps.stderr()).toContain("although it had accepted the key just before");
    expect(await run([], { model: "mistral-large-latest" })).toBe(5);
    expect(deps.stderr()).toContain("so nothing is known about the key");
  });

  it("says so when the key may call no chat model", async () => {
    await api.stop();
    api = await startMistralApi({ keys: [oldKey.reveal()], models: [] });
    const failed = run(["Hello"], {}, { serverUrl: api.url });
    await expect(failed).rejects.toMatchObject({ kind: "usage", hint: expect.stringContaining("--model") });
  });
});

describe("the call as a program", () => {
  const snippet = async (args: string[], flags: Record<string, unknown>, options: TestDepsOptions = {}) => {
    expect(await run(args, { as: "javascript", ...flags }, options)).toBe(0);
    return deps.stdout();
  };

  it("asks what is piped in", async () => {
    expect(await snippet([], {}, { stdin: "  Why is\nthe sky blue?\n" })).toContain(
      '"Why is\\nthe sky blue?"',
    );
  });

  it.each(["…\n", "export MISTRAL_API_KEY=…", "My key is ….\nDoes it work?"])(
    "refuses a key that is piped in: %s",
    async (text) => {
      const stdin = text.replace("…", oldKey.reveal());
      const refused = { kind: "usage", message: expect.stringContaining("looks like an API key") };
      await expect(run([], { as: "python" }, { stdin })).rejects.toMatchObject(refused);
      await expect(run([], {}, { stdin })).rejects.toMatchObject(refused);
      expect(deps.stdout() + deps.stderr()).not.toContain(oldKey.reveal());
      const checksum = "0123456789abcdef".repeat(2);
      expect(await snippet([], {}, { stdin: checksum })).toContain(checksum);
    },
  );

  it("prints no key that is piped in with letters around it", async () => {
    const stdin = `x${oldKey.reveal()}y`;
    await expect(run([], { as: "curl" }, { stdin })).rejects.toMatchObject({ kind: "usage" });
    for (const checksum of ["0123456789abcdef".repeat(4), "0123456789ABCDEF0123".repeat(2)])
      expect(await snippet([], {}, { stdin: checksum })).toContain(checksum);
  });

  it("asks what is piped in where that is named as -, and says that a keyboard is none", async () => {
    expect(await snippet(["-"], {}, { stdin: "Why?" })).toContain('"Why?"');
    expect(await snippet(["-", "5?"], {}, { stdin: "Why?" })).toContain('"- 5?"');
    deps.close();
    deps = openTestDeps({ serverUrl: api.url });
    await expect(run(["-"])).rejects.toMatchObject({ kind: "usage", hint: expect.stringContaining("FILE") });
  });

  it("prefers the arguments to piped input, and asks a built-in question without either", async () => {
    expect(await snippet(["Why?"], {}, { stdin: "What?" })).toContain('"Why?"');
    expect(await snippet([], {}, { stdin: " \n" })).toContain("Say hello");
    expect(await snippet([], {})).toContain("Say hello");
  });

  it("makes no call, holds no key, and says how it is run", async () => {
    expect(await snippet(["Hello"], {})).not.toContain(oldKey.reveal());
    expect(deps.stderr().replace(/\s+/g, " ")).toContain("mistral-key run -- node call.mjs");
    expect(api.requests).toEqual([]);
  });

  it("needs no stored key, and goes to the endpoint of the profile", async () => {
    await deps.secrets.delete({ profile: deps.chooseProfile(undefined).name, slot: "current" });
    await storeKey(deps, { endpoint: { region: "eu" } });
    const text = await snippet([], { as: "python", json: true, region: "eu" }, { serverUrl: "" });
    expect(JSON.parse(text)).toMatchObject({
      language: "python",
      model: "mistral-small-latest",
      snippet: expect.stringContaining('server_url="https://api.eu.mistral.ai"'),
    });
  });
});
