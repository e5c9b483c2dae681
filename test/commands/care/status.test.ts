import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Flags } from "../../../src/cli/flags.ts";
import { rotate } from "../../../src/commands/care/rotate.ts";
import { status } from "../../../src/commands/care/status.ts";
import { defaultProfile, parseProfileName } from "../../../src/keys/profile-name.ts";
import type { Profile } from "../../../src/profiles/profile.ts";
import { planOf } from "../../../src/rotation/journal.ts";
import { KeyList } from "../../rotation/fuse.ts";
import { newKey, oldKey, otherKey, storeKey } from "../../rotation/stored-key.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../../support/deps.ts";

let deps: TestDeps;
const work = parseProfileName("work");

beforeEach(() => {
  deps = openTestDeps();
});

afterEach(() => {
  deps.close();
});

async function run(flags: Record<string, unknown> = {}, options: TestDepsOptions = {}): Promise<string> {
  deps = deps.next(options);
  const noStore = async () => {
    throw new Error("status looked into a store");
  };
  expect(await status({ args: [], flags: new Flags(flags) }, { ...deps, store: noStore })).toBeUndefined();
  expect(deps.stderr()).toBe("");
  return deps.stdout();
}

describe("status", () => {
  it("greets a person who has no key yet", async () => {
    expect(await status({ args: [], flags: new Flags({}) }, deps)).toBeUndefined();
    expect(deps.stdout()).toContain("mistral-key init");
  });

  it("finds a key whose profile is missing, and says how to list it", async () => {
    await storeKey(deps);
    deps.profiles.remove(parseProfileName("default"));
    expect(await status({ args: [], flags: new Flags({}) }, deps)).toBeUndefined();
    expect(deps.stdout()).toContain(oldKey.mask);
    expect(deps.stdout()).toContain("mistral-key verify");
    expect(deps.stdout()).not.toContain("No key is known");
  });

  it("answers with an empty list when there is no key yet", async () => {
    expect(JSON.parse(await run({ json: true }))).toEqual({
      selected: { profile: "default", rule: "default", path: null },
      profiles: [],
      environment: { MISTRAL_API_KEY: "absent" },
    });
  });

  it("answers with everything known about a profile", async () => {
    await storeKey(deps, { expiresAt: "2026-09-11" });
    expect(JSON.parse(await run({ json: true }))).toEqual({
      selected: { profile: "default", rule: "default", path: null },
      profiles: [
        {
          profile: "default",
          key: oldKey.mask,
          store: "keychain",
          workspace: "Research",
          organization: "Analytical Engines",
          keyName: "laptop",
          region: "global",
          createdAt: "2026-09-01T10:00:00.000Z",
          expiresAt: "2026-09-11",
          daysLeft: 10,
          expiryFrom: "entered",
          lastUsedAt: null,
          listedAt: null,
          adminKey: null,
          lastVerifiedAt: "2026-08-01T00:00:00.000Z",
          lastDiagnosis: "valid",
          rotation: null,
          targets: [],
        },
      ],
      environment: { MISTRAL_API_KEY: "absent" },
    });
  });

  it("shows one profile in full and never the key", async () => {
    await storeKey(deps);
    const shown = await run();
    for (const part of [
      oldKey.mask,
      "laptop",
      "Research",
      "Analytical Engines",
      "the keychain",
      "21 Feb 2027",
    ]) {
      expect(shown).toContain(part);
    }
    expect(shown).not.toContain(oldKey.reveal());
  });

  it("shows a line for each of several profiles", async () => {
    await storeKey(deps);
    await storeKey(deps, { name: work, key: newKey, expiresAt: null });
    const lines = (await run()).split("\n");
    const row = (name: string) => lines.find((line) => line.startsWith(`  ${name}`));
    expect(row("default")).toMatch(/21 Feb 2027 +oldK\.\.\.ey00 +valid +Research +the keychain/);
    expect(row("work")).toMatch(/never +newK\.\.\.ey11 +valid +Research +the keychain/);
  });

  it("keeps within forty columns, commands and addresses aside", async () => {
    await storeKey(deps);
    await storeKey(deps, { name: work, key: newKey, expiresAt: "2026-09-03" });
    const shown = await run({}, { columns: 40 });
    const long = shown.split("\n").filter((line) => line.length > 40);
    expect(long).toEqual([]);
    expect(shown).toContain(newKey.mask);
  });

  it("shows only the profile that is asked for", async () => {
    await storeKey(deps);
    await storeKey(deps, { name: work, key: newKey });
    expect(await run({ profile: "work" })).not.toContain(oldKey.mask);
  });

  it("names the profile whose key expires soon", async () => {
    await storeKey(deps);
    await storeKey(deps, { name: work, key: newKey, expiresAt: "2026-09-03" });
    const shown = await run();
    expect(shown).toContain('Key "work" expires in 2 days');
    expect(shown).toContain("mistral-key rotate -p work");
    expect(shown).not.toContain('Key "default"');
  });

  it("says in words how the last check ended", async () => {
    const checked = async (known: Omit<Partial<Profile>, "key" | "name">) => {
      await storeKey(deps, known);
      return /Checked +(.*(?:\n {14}.*)*)/.exec(await run())?.[1]?.replace(/\s+/g, " ");
    };
    const lastVerifiedAt = "2026-08-05T00:00:00.000Z";
    const failed = { lastVerifiedAt, lastDiagnosis: "server-error" } as const;
    expect(await checked({})).toBe("valid, on 1 Aug 2026");
    expect(await checked(failed)).toBe("Mistral failed, on 5 Aug 2026; the key was accepted on 1 Aug 2026");
    expect(await checked({ ...failed, lastAcceptedAt: null })).toBe(
      "Mistral failed, on 5 Aug 2026; nothing is known about the key yet",
    );
    expect(await checked({ lastVerifiedAt, lastDiagnosis: "invalid-key" })).toBe(
      "not accepted, on 5 Aug 2026",
    );
    expect(await checked({ lastVerifiedAt: null, lastDiagnosis: null, lastAcceptedAt: null })).toBe("never");
    await storeKey(deps, { name: work, key: newKey, lastDiagnosis: "rate-limited" });
    expect(await run()).toMatch(/newK\.\.\.ey11 +rate limited /);
  });

  it("names the profile whose key Mistral refused", async () => {
    await storeKey(deps, { lastDiagnosis: "invalid-key" });
    expect(await run()).toContain("mistral-key verify");
  });

  it("does not say of a refused key that it expires soon, but does once its last day is past", async () => {
    await storeKey(deps, { lastDiagnosis: "invalid-key", expiresAt: "2026-09-04" });
    expect(await run()).toContain("was refused at the last check");
    expect(await run()).not.toMatch(/Key "default"\s+expires/);
    await storeKey(deps, { lastDiagnosis: "invalid-key", expiresAt: "2026-08-31" });
    expect(await run()).not.toContain("was refused");
    expect(await run()).toMatch(/Key "default"\s+was\s+to\s+expire/);
  });

  it("reports an unfinished rotation", async () => {
    await storeKey(deps);
    deps = deps.next({ stdin: newKey.reveal() });
    const mistral = new KeyList(oldKey, newKey);
    await rotate(
      { args: [], flags: new Flags({ withKey: true }) },
      { ...deps, mistral: async () => mistral },
    );
    const shown = await run();
    expect(shown).toContain(oldKey.mask);
    expect(shown.replace(/\s+/g, " ")).toContain("mistral-key rotate --finish");
    const { profiles } = JSON.parse(await run({ json: true }));
    expect(profiles[0].rotation).toEqual({ stage: "retiring", startedAt: "2026-09-01T10:00:00.000Z" });
  });

  it.each([
    ["switching", "newK...ey11 is to replace oldK...ey00."],
    ["delivering", "newK...ey11 is in use, and the old key oldK...ey00 is still kept."],
    ["retiring", "the old key oldK...ey00 still has to be deleted at Mistral."],
  ] as const)("says which key is used where when a rotation stopped at %s", async (stage, said) => {
    const targets = [{ target: "dotenv:/app/.env", since: null }];
    await storeKey(deps, { key: newKey, targets });
    const profile = deps.profiles.read(defaultProfile);
    if (profile === undefined) throw new Error("There is no profile.");
    const plan = planOf(oldKey, profile, profile, { holds: "old", now: deps.now() });
    deps.journal.update(deps.journal.begin(plan), { stage });
    const shown = (await run()).replace(/\s+/g, " ");
    expect(shown).toContain(`${said} Not delivered yet to dotenv:/app/.env.`);
  });

  it("lists a damaged profile with its problem, and the others", async () => {
    await storeKey(deps);
    writeFileSync(join(deps.home, "profiles", "work.json"), '{"version": 1, "name": "work"');
    const shown = await run();
    expect(shown).toContain(oldKey.mask);
    expect(shown).toMatch(/work\.json is damaged[^›]*› What to do about it: mistral-key verify -p work\n/);
    const { profiles } = JSON.parse(await run({ json: true }));
    expect(profiles[0]).toMatchObject({
      profile: "work",
      key: null,
      problem: expect.stringContaining("work.json"),
    });
  });

  it("reports a damaged journal", async () => {
    await storeKey(deps);
    deps = deps.next({ stdin: newKey.reveal() });
    const mistral = new KeyList(oldKey, newKey);
    await rotate(
      { args: [], flags: new Flags({ withKey: true }) },
      { ...deps, mistral: async () => mistral },
    );
    writeFileSync(join(deps.home, "rotations", "default.json"), "");
    expect(await run()).toMatch(/cannot be read.*mistral-key rotate --finish/s);
    const { profiles } = JSON.parse(await run({ json: true }));
    expect(profiles[0]).toMatchObject({ key: newKey.mask, rotation: { stage: null, startedAt: null } });
  });

  it.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
    "lists a profile that it has no permission to read",
    async () => {
      await storeKey(deps);
      chmodSync(join(deps.home, "profiles", "default.json"), 0);
      expect(await run()).toContain("permission denied");
    },
  );
});

describe("status and MISTRAL_API_KEY", () => {
  const environment = (key: string) => ({ env: { MISTRAL_API_KEY: key } });
  const state = async (options: TestDepsOptions, flags: Record<string, unknown> = {}) =>
    JSON.parse(await run({ ...flags, json: true }, options)).environment.MISTRAL_API_KEY;

  beforeEach(async () => {
    await storeKey(deps);
    await storeKey(deps, { name: work, key: newKey });
  });

  it("tells absent, same and different apart without opening the store", async () => {
    expect(await state({})).toBe("absent");
    expect(await state(environment(""))).toBe("absent");
    expect(await state(environment(oldKey.reveal()))).toBe("same");
    expect(await state(environment(`"${oldKey.reveal()}"\r`))).toBe("same");
    expect(await state(environment(newKey.reveal()))).toBe("different");
    expect(await state(environment(newKey.reveal()), { profile: "work" })).toBe("same");
    expect(await state(environment(otherKey.reveal()))).toBe("different");
  });

  it("says which key an app started here would use", async () => {
    const said = async (options: TestDepsOptions) => (await run({}, options)).replace(/\s+/g, " ");
    expect(await said({})).toContain("mistral-key run -- CMD");
    expect(await said(environment(oldKey.reveal()))).toContain(
      'is the key of profile "default", so apps started here use it',
    );
    expect(await said(environment(newKey.reveal()))).toContain('is the key of profile "work"');
    expect(await said(environment(otherKey.reveal()))).toContain(
      "another key, othe...r222: apps started here use it in place of",
    );
  });
});

it("lists a thousand profiles", async () => {
  const profile = await storeKey(deps);
  for (let index = 0; index < 1000; index += 1) {
    const name = parseProfileName(`p${index}`);
    writeFileSync(join(deps.home, "profiles", `${name}.json`), JSON.stringify({ ...profile, name }), {
      mode: 0o600,
    });
  }
  const shown = await run();
  expect(shown.split("\n").length).toBeGreaterThan(1000);
});
