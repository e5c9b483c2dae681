import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Flags } from "../../../src/cli/flags.ts";
import { remove } from "../../../src/commands/care/remove.ts";
import { rename } from "../../../src/commands/care/rename.ts";
import { status } from "../../../src/commands/care/status.ts";
import { init } from "../../../src/commands/obtain/init.ts";
import { env } from "../../../src/commands/use/env.ts";
import { get } from "../../../src/commands/use/get.ts";
import { push } from "../../../src/commands/use/push.ts";
import { run as runWithKey } from "../../../src/commands/use/run.ts";
import type { Deps } from "../../../src/deps.ts";
import { MistralKeyError } from "../../../src/errors.ts";
import { codeOfKind } from "../../../src/exit-codes.ts";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { defaultProfile, parseProfileName } from "../../../src/keys/profile-name.ts";
import { oldKey, slotsOf, storeKey } from "../../rotation/stored-key.ts";
import { openTestDeps, type TestDeps } from "../../support/deps.ts";
import { type LoopbackMistralApi, startMistralApi } from "../../support/mistral-api.ts";
import { answer } from "../../support/scripted-prompts.ts";

const adminKey = ApiKey.of("admin999".repeat(4));
const at = { profile: defaultProfile, slot: "admin" } as const;
let api: LoopbackMistralApi;
let deps: TestDeps;

beforeEach(async () => {
  api = await startMistralApi({ keys: [oldKey.reveal()] });
  api.admin.key = adminKey.reveal();
  api.admin.add(oldKey.reveal());
  deps = openTestDeps({ serverUrl: api.url, stdin: adminKey.reveal() });
  await storeKey(deps, { serverUrl: api.url });
});

afterEach(async () => {
  expect(deps.script.aloud).toEqual([]);
  await api.stop();
  deps.close();
});

const flagsOf = (flags: Record<string, unknown>) => ({ args: [], flags: new Flags(flags) });
const run = (flags: Record<string, unknown> = {}) =>
  init(flagsOf({ admin: true, withKey: true, ...flags }), deps).catch((error: unknown) => {
    if (!(error instanceof MistralKeyError)) throw error;
    return codeOfKind[error.kind];
  });

describe("init --admin", () => {
  it("stores the key beside the profile's own, and notes what Mistral lists of that one", async () => {
    expect(await run({ json: true })).toBe(0);
    expect(await deps.secrets.get(at)).toEqual(adminKey);
    expect((await slotsOf(deps)).current).toBe("old");
    expect(deps.document()).toMatchObject({ adminKey: adminKey.mask, stored: true, expiresAt: "2026-09-11" });
    expect(deps.profiles.read(defaultProfile)).toMatchObject({
      adminKey: adminKey.mask,
      expiresAt: "2026-09-11",
      listed: { lastUsedAt: "2026-08-30T07:00:00.000Z", workspace: "Research" },
    });
    deps = deps.next();
    await status(flagsOf({}), deps);
    expect(deps.stdout()).toContain(`${adminKey.mask}, for rotate --auto`);
    expect(deps.stdout()).toContain("11 Sep 2026 (as Mistral lists it)");
    expect(deps.stdout()).toContain("30 Aug 2026, as Mistral listed it on 1 Sep 2026");
  });

  it("asks a person for it, hidden", async () => {
    deps = deps.next({ answers: [answer.key(adminKey.reveal(), /Admin API key/)] });
    expect(await run({ withKey: false })).toBe(0);
    expect(deps.stderr()).toContain("https://backoffice.mistral.ai");
    expect(await deps.secrets.get(at)).toEqual(adminKey);
  });

  it("stores none for a profile that another run has removed while the key was waited for", async () => {
    const meanwhile = () => void deps.profiles.remove(defaultProfile);
    deps = deps.next({ answers: [{ ...answer.key(adminKey.reveal()), meanwhile }] });
    expect(await run({ withKey: false })).toBe(3);
    expect(await deps.secrets.get(at)).toBeUndefined();
    expect(deps.profiles.list()).toEqual([]);
  });

  it("stores it even when the list lacks the profile's key", async () => {
    api.admin.rows.clear();
    expect(await run()).toBe(0);
    const said = deps.stderr().replace(/\s+/g, " ");
    expect(said).toMatch(
      /does not list .* may have been deleted or renamed there, .* a different organization/,
    );
    expect(said).not.toContain("To rotate with it");
  });

  it.each([
    ["forbidden", 4],
    ["unauthorized", 4],
    ["not-found", 6],
    ["server-error", 5],
    ["hang", 5],
    ["other-json", 5],
  ] as const)("stores none that the Admin API does not accept: %s", async (behaviour, code) => {
    api.behave(behaviour, { on: ["admin-list"] });
    if (behaviour === "hang") deps = deps.next({ stdin: adminKey.reveal(), adminLimitMs: 1500 });
    expect(await run()).toBe(code);
    expect(await deps.secrets.get(at)).toBeUndefined();
    expect(deps.profiles.read(defaultProfile)?.adminKey).toBeUndefined();
  });

  it("stores none for a profile without a key, a regional endpoint, or the profile's own key", async () => {
    expect(await run({ profile: "other" })).toBe(3);
    deps = deps.next({ stdin: oldKey.reveal() });
    expect(await run()).toBe(2);
    deps = deps.next({ stdin: adminKey.reveal(), serverUrl: "" });
    await storeKey(deps, { endpoint: { region: "us" } });
    expect(await run()).toBe(2);
    expect(await deps.secrets.get(at)).toBeUndefined();
  });

  it("does not say that no key is stored where one is that no profile describes", async () => {
    deps.profiles.remove(defaultProfile);
    await expect(init(flagsOf({ admin: true, withKey: true }), deps)).rejects.toMatchObject({
      kind: "no-key",
      message: expect.stringMatching(/^The key \S+ of profile "default" is in /),
      hint: expect.stringMatching(/^To check and list it: mistral-key verify/),
    });
  });

  it("keeps what another run notes while the Admin API is asked", async () => {
    api.onRequest(() => {
      const known = deps.profiles.read(defaultProfile);
      if (known === undefined || known.adminKey !== undefined) return;
      deps.profiles.write({ ...known, targets: [{ target: "llm", since: null }] });
    });
    expect(await run()).toBe(0);
    expect(deps.profiles.read(defaultProfile)?.targets).toMatchObject([{ target: "llm" }]);
  });

  it("replaces one only when asked to", async () => {
    await run();
    deps = deps.next({ stdin: adminKey.reveal() });
    expect(await run()).toBe(2);
    expect(await run({ yes: true })).toBe(0);
    expect(deps.stderr()).not.toContain("The earlier one");
    deps = deps.next({ answers: [] });
    expect(await run({ withKey: false })).toBe(2);
  });

  it("names the one that it replaces, which may still work", async () => {
    await run();
    const later = "admin000".repeat(4);
    api.admin.key = later;
    deps = deps.next({ stdin: later });
    expect(await run({ yes: true })).toBe(0);
    const said = deps.stderr().replace(/\s+/g, " ");
    expect(said).toMatch(/The earlier one, admi\.\.\.n999, .* delete it: https:\/\/backoffice\.mistral\.ai/);
  });
});

describe("a stored Admin API key", () => {
  beforeEach(async () => {
    await run();
    deps = deps.next();
  });

  const dotenv = () => join(deps.home, ".env");
  const runCommand: Deps["runCommand"] = async (_, { env: given }) => {
    deps.output.answer(JSON.stringify(given));
    return 0;
  };
  const handOut = {
    get: () => get(flagsOf({ reveal: true }), deps),
    env: () => env(flagsOf({ shell: "bash" }), deps),
    run: () => runWithKey({ args: ["true"], flags: new Flags({}) }, { ...deps, runCommand }),
    push: async () => {
      await push({ args: [`dotenv:${dotenv()}`], flags: new Flags({}) }, deps);
      deps.output.answer(readFileSync(dotenv(), "utf8"));
    },
  };

  it.each(["get", "env", "run", "push"] as const)("is not handed out by %s", async (command) => {
    await handOut[command]();
    expect(deps.stdout()).toContain(oldKey.reveal());
    expect(deps.stdout()).not.toContain(adminKey.reveal());
    await deps.secrets.delete({ profile: defaultProfile, slot: "current" });
    await expect(handOut[command]()).rejects.toMatchObject({ kind: "no-key" });
    expect(deps.stdout() + deps.stderr()).not.toContain(adminKey.reveal());
  });

  it("cannot be named as a profile", async () => {
    await expect(get(flagsOf({ profile: "default/admin" }), deps)).rejects.toMatchObject({ kind: "usage" });
  });

  it("follows its profile: renamed with it, and removed with a notice", async () => {
    expect(await rename({ args: ["default", "work"], flags: new Flags({}) }, deps)).toBeUndefined();
    const work = parseProfileName("work");
    expect(await deps.secrets.get({ profile: work, slot: "admin" })).toEqual(adminKey);
    expect(await deps.secrets.get(at)).toBeUndefined();
    deps = deps.next();
    expect(await remove(flagsOf({ profile: "work", yes: true, json: true }), deps)).toBeUndefined();
    expect(deps.document()).toMatchObject({ adminKey: adminKey.mask });
    expect(deps.stderr()).toContain("https://backoffice.mistral.ai");
    expect(await deps.secrets.get({ profile: work, slot: "admin" })).toBeUndefined();
  });
});
