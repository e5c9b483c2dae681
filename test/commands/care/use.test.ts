import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseProfileName } from "../../../src/keys/profile-name.ts";
import { newKey, storeKey } from "../../rotation/stored-key.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../../support/deps.ts";
import { runLine } from "../../support/run-line.ts";

let deps: TestDeps;

beforeEach(async () => {
  deps = openTestDeps();
  await storeKey(deps);
  await storeKey(deps, { name: parseProfileName("work"), key: newKey });
});

afterEach(() => {
  deps.close();
});

async function run(argv: readonly string[], options: TestDepsOptions = {}): Promise<number> {
  deps = deps.next(options);
  return await runLine(deps, "use", ...argv);
}

const chosen = () => deps.chooseProfile(undefined);

describe("use", () => {
  it("makes a profile the default, and gives it back", async () => {
    expect(await run(["work"])).toBe(0);
    expect(chosen()).toEqual({ name: "work", rule: "default" });
    expect(await run(["default"])).toBe(0);
    expect(chosen()).toEqual({ name: "default", rule: "default" });
  });

  it("answers with JSON", async () => {
    expect(await run(["work", "--json"])).toBe(0);
    expect(deps.document()).toEqual({ profile: "work", rule: "default", path: null });
    expect(deps.stderr()).toBe("");
  });

  it.each([["nowhere"], ["../work"], ["testKey0".repeat(4)]])(
    "refuses %s, which is no profile",
    async (name) => {
      await expect(run([name])).rejects.toMatchObject({ kind: expect.stringMatching(/no-key|usage/) });
      expect(chosen().name).toBe("default");
    },
  );

  it("says when another rule takes precedence here", async () => {
    expect(await run(["work"], { env: { MISTRAL_KEY_PROFILE: "default" } })).toBe(0);
    expect(deps.stderr().replace(/\s+/g, " ")).toContain(
      "as MISTRAL_KEY_PROFILE says. That takes precedence.",
    );
  });
});

describe("use, where something else names a profile that cannot be used", () => {
  const isDone = (why: string) => {
    expect(deps.profiles.readDefault()).toBe("work");
    expect(deps.stderr().replace(/\s+/g, " ")).toContain(why);
  };

  it("is done all the same, and says why the next command will fail", async () => {
    expect(await run(["work"], { env: { MISTRAL_KEY_PROFILE: "Work" } })).toBe(0);
    isDone("comes from MISTRAL_KEY_PROFILE");
    expect(await run(["work"], { env: { MISTRAL_KEY_PROFILE: "not/one" } })).toBe(0);
    isDone("name in MISTRAL_KEY_PROFILE cannot be used");
    writeFileSync(join(deps.home, ".mistral-key"), "not/one\n", { mode: 0o644 });
    expect(await run(["work"], { env: {} })).toBe(0);
    isDone("does not hold the name of a profile");
  });
});

describe("use --here", () => {
  it("chooses for this folder and those below, by a file that holds the name alone", async () => {
    const below = join(deps.home, "app", "src");
    mkdirSync(below, { recursive: true });
    const at = (cwd: string) => ({ processContext: { cwd } });
    expect(await run(["work", "--here"], at(join(deps.home, "app")))).toBe(0);
    const path = join(deps.home, "app", ".mistral-key");
    expect(readFileSync(path, "utf8")).toBe("work\n");
    if (process.platform !== "win32") expect(statSync(path).mode & 0o022).toBe(0);
    deps = deps.next(at(below));
    expect(chosen()).toEqual({ name: "work", rule: "folder", path });
    deps = deps.next(at(deps.home));
    expect(chosen().name).toBe("default");
  });

  it("replaces the name of an earlier one", async () => {
    expect(await run(["work", "--here"])).toBe(0);
    expect(await run(["default", "--here"])).toBe(0);
    expect(readFileSync(join(deps.home, ".mistral-key"), "utf8")).toBe("default\n");
  });

  it("leaves alone a file that is something else", async () => {
    const path = join(deps.home, ".mistral-key");
    writeFileSync(path, "a note of somebody's own\n", { mode: 0o644 });
    await expect(run(["work", "--here"])).rejects.toMatchObject({ kind: "usage" });
    expect(readFileSync(path, "utf8")).toBe("a note of somebody's own\n");
  });

  it("writes nothing when the profile does not exist", async () => {
    await expect(run(["nowhere", "--here"])).rejects.toMatchObject({ kind: "no-key" });
    expect(existsSync(join(deps.home, ".mistral-key"))).toBe(false);
  });

  it("names the profile that differs only in capital letters", async () => {
    await expect(run(["Work"])).rejects.toMatchObject({
      kind: "usage",
      hint: expect.stringMatching(/the name work/),
    });
  });
});
