import { mkdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cancelled } from "../../../src/errors.ts";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { defaultProfile } from "../../../src/keys/profile-name.ts";
import { profileOf } from "../../../src/profiles/known-key.ts";
import type { Profile } from "../../../src/profiles/profile.ts";
import { planOf } from "../../../src/rotation/journal.ts";
import { worstExitCode } from "../../../src/verification/verify-every-profile.ts";
import { openTestDeps, type TestDeps } from "../../support/deps.ts";
import { type LoopbackMistralApi, startMistralApi } from "../../support/mistral-api.ts";
import { runLine } from "../../support/run-line.ts";

const text = "testKey0".repeat(4);
/** How long a test waits for a call to come in; loading the SDK for the first time takes a while. */
const otherText = "otherKy1".repeat(4);
const current = { profile: defaultProfile, slot: "current" } as const;

describe("verify", () => {
  let api: LoopbackMistralApi;
  let deps: TestDeps;
  beforeEach(async () => {
    api = await startMistralApi({ keys: [text, otherText] });
    deps = openTestDeps({ serverUrl: api.url, now: new Date("2026-11-23T12:00:00Z") });
  });
  afterEach(async () => {
    deps.close();
    await api.stop();
  });

  async function run(...argv: readonly string[]): Promise<number> {
    return await runLine(deps, ...argv);
  }

  async function store(key: string, changes: Partial<Profile> = {}): Promise<void> {
    await deps.secrets.set(current, ApiKey.of(key));
    const endpoint = { region: "global", serverUrl: api.url } as const;
    const known = { name: defaultProfile, key: ApiKey.of(key), store: "memory", endpoint } as const;
    deps.profiles.write({ ...profileOf(known, new Date("2026-11-01T08:00:00Z")), ...changes });
  }

  it("stops when the person presses Ctrl-C, and saves nothing", async () => {
    await store(text);
    api.behave("hang");
    const running = run("verify");
    await expect.poll(() => api.requests.length).toBeGreaterThan(0);
    deps.interrupt();
    await expect(running).rejects.toBeInstanceOf(Cancelled);
    expect(deps.profiles.read(defaultProfile)?.lastVerifiedAt).toBeNull();
  });

  it.each([
    ["invalid-model", "valid"],
    ["not-found", "model-not-found"],
  ] as const)("notes a key as good only if the server has accepted it: %s", async (behaviour, noted) => {
    await store(text);
    api.behave(behaviour);
    expect(await run("verify")).toBe(2);
    expect(deps.profiles.read(defaultProfile)?.lastDiagnosis).toBe(noted);
  });

  it("leaves alone what another run of the program stored during the test calls", async () => {
    await store(text);
    api.delay(200);
    const running = run("verify");
    await expect.poll(() => api.requests.length).toBeGreaterThan(0);
    await store(otherText, { expiresAt: "2027-05-01" });
    expect(await running).toBe(0);
    expect(deps.profiles.read(defaultProfile)).toMatchObject({
      key: "othe...rKy1",
      expiresAt: "2027-05-01",
      lastVerifiedAt: null,
    });
  });

  it("does not mistake a key in another store for the profile's", async () => {
    await store(text, { store: "keychain", expiresAt: "2027-05-01" });
    await deps.secrets.set(current, ApiKey.of(otherText));
    expect(await run("verify", "--store", "file", "--json")).toBe(0);
    expect(deps.document()).toMatchObject({ key: "othe...rKy1", expiresAt: null });
    expect(deps.profiles.read(defaultProfile)).toMatchObject({ key: "test...Key0", store: "keychain" });
  });

  it("knows the last day of the old key, which a rotation put back without noting it", async () => {
    await store(text, { expiresAt: "2027-05-01" });
    const before = deps.profiles.read(defaultProfile) ?? null;
    await store(otherText, { expiresAt: "2027-06-01" });
    const after = deps.profiles.read(defaultProfile);
    if (after === undefined) throw new Error("There is no profile.");
    deps.journal.begin(planOf(ApiKey.of(text), before, after, { holds: "old", now: deps.now() }));
    await deps.secrets.set(current, ApiKey.of(text));
    expect(await run("verify", "--json")).toBe(0);
    expect(deps.document()).toMatchObject({ key: "test...Key0", expiresAt: "2027-05-01" });
    expect(deps.profiles.read(defaultProfile)).toEqual(after);
  });

  it("keeps the owner when Mistral does not report it", async () => {
    const identity = { email: "ada@example.com", workspace: "Lab", organization: null, keyName: "server" };
    await store(text, { identity });
    expect(await run("verify", "--region", "eu", "--json")).toBe(0);
    expect(deps.document()).toMatchObject({ diagnosis: "valid", identity });
  });

  it("does not blame the key for a damaged profile", async () => {
    await deps.secrets.set(current, ApiKey.of(text));
    deps.profiles.write({
      ...profileOf(
        { name: defaultProfile, key: ApiKey.of(text), store: "memory", endpoint: { region: "global" } },
        new Date(),
      ),
    });
    writeFileSync(`${deps.home}/profiles/default.json`, "{");
    await expect(run("verify")).rejects.toMatchObject({ kind: "store-damaged" });
    expect(api.requests).toEqual([]);
  });
});

describe("verify beside a damaged record of a rotation", () => {
  it("checks the key all the same and says what is damaged", async () => {
    const api = await startMistralApi({ keys: ["testKey0".repeat(4)] });
    const deps = openTestDeps({ serverUrl: api.url });
    try {
      await deps.secrets.set({ profile: defaultProfile, slot: "current" }, ApiKey.of("testKey0".repeat(4)));
      mkdirSync(`${deps.home}/rotations`, { recursive: true, mode: 0o700 });
      writeFileSync(`${deps.home}/rotations/default.json`, "{");
      expect(await runLine(deps, "verify")).toBe(0);
      expect(deps.stdout()).toContain("Mistral accepts this key");
      expect(deps.stderr()).toMatch(/rotations.default\.json is damaged/);
    } finally {
      deps.close();
      await api.stop();
    }
  });
});

describe("the exit code of several verdicts", () => {
  it.each([
    [[0, 0], 0],
    [[0, 8], 8],
    [[8, 5, 6], 6],
    [[5, 7], 7],
    [[7, 3, 6], 3],
    [[3, 4], 4],
    [[2, 5], 5],
    [[4, 1], 1],
    [[], 0],
  ])("%j is %i", (codes, worst) => {
    expect(worstExitCode(codes)).toBe(worst);
  });
});
