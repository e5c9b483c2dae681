import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultProfile, parseProfileName } from "../../../src/keys/profile-name.ts";
import { newKey, oldKey, storeKey } from "../../rotation/stored-key.ts";
import { openTestDeps, type TestDeps } from "../../support/deps.ts";
import { type Keyring, startKeyring } from "../../support/keyring.ts";
import { describeWithKeyring } from "../../support/keyring-suite.ts";
import { runProgram } from "../../support/program.ts";
import { runLine } from "../../support/run-line.ts";

describe("rename", () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = openTestDeps();
    await storeKey(deps);
  });

  afterEach(() => {
    deps.close();
  });

  async function run(...argv: string[]): Promise<number> {
    deps = deps.next();
    return await runLine(deps, "rename", ...argv);
  }

  it("says what came of it, and what has to follow", async () => {
    expect(await run("default", "work")).toBe(0);
    const said = deps.stderr().replace(/\s+/g, " ");
    expect(said).toContain(
      `${oldKey.mask} is now profile "work"; "default" is gone. ✓ It stays the default.`,
    );
    expect(said).toContain('Change "default" to "work" in scripts');
    expect(deps.stdout()).toBe("");
  });

  it("names the profile to remove, whichever is the default", async () => {
    await storeKey(deps, { name: parseProfileName("work") });
    await expect(run("work", "default")).rejects.toMatchObject({
      hint: expect.stringContaining("mistral-key remove -p default"),
    });
  });

  it("takes no name under which another run has just stored a key, or is storing one", async () => {
    const work = parseProfileName("work");
    const next = deps.next();
    const claim = next.profiles.claim.bind(next.profiles);
    next.profiles.claim = (name) => {
      void deps.secrets.set({ profile: work, slot: "current" }, newKey);
      return claim(name);
    };
    await expect(runLine(next, "rename", "default", "work")).rejects.toMatchObject({
      message: 'Profile "work" already has a key of its own.',
    });
    expect((await deps.secrets.get({ profile: work, slot: "current" }))?.equals(newKey)).toBe(true);
    next.profiles.claim = () => false;
    await expect(runLine(next, "rename", "default", "other")).rejects.toMatchObject({
      message: expect.stringContaining("is storing a key"),
    });
    expect(deps.profiles.list().map(({ name }) => name)).toEqual([defaultProfile]);
  });

  it("answers with JSON", async () => {
    expect(await run("default", "work", "--json")).toBe(0);
    expect(deps.document()).toEqual({ profile: "work", before: "default", key: oldKey.mask });
    expect(deps.stderr()).toBe("");
  });

  it.each([
    [["default"]],
    [["default", "a/b"]],
    [["default", "work", "-p", "home"]],
    [["default", "DEFAULT"]],
    [["Default", "work"]],
  ])("refuses %j before it does anything", async (argv) => {
    await expect(run(...argv)).rejects.toMatchObject({ kind: "usage" });
    expect(deps.profiles.list().map(({ name }) => name)).toEqual([defaultProfile]);
  });
});

describeWithKeyring("rename with a real keyring", () => {
  let keyring: Keyring;

  beforeEach(async () => {
    keyring = await startKeyring({ state: "unlocked" });
  });

  afterEach(() => keyring.stop());

  it("leaves the key under the new name alone", async () => {
    const key = "testKey0".repeat(4);
    const run = (...args: string[]) =>
      runProgram(args, { env: keyring.env, cwd: keyring.env.HOME, input: key });
    expect((await run("init", "--with-key", "--no-verify", "--expires", "never", "-p", "old")).code).toBe(0);
    expect((await run("rename", "old", "new")).code).toBe(0);
    expect(await run("get", "-p", "new")).toMatchObject({ code: 0, stdout: `${key}\n` });
    expect((await run("get", "-p", "old")).code).toBe(3);
    const search = ["search", "--all", "--unlock", "service", "mistral-key"];
    const items = execFileSync("secret-tool", search, {
      env: { ...process.env, ...keyring.env },
      stdio: "pipe",
    });
    expect(items.toString().match(/secret = /g)).toHaveLength(1);
  });
});
