import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Flags } from "../../../src/cli/flags.ts";
import { doctor } from "../../../src/commands/machine/doctor.ts";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { defaultProfile, type ProfileName, parseProfileName } from "../../../src/keys/profile-name.ts";
import { profileOf } from "../../../src/profiles/known-key.ts";
import { chosenKey } from "../../plaintext/planted-home.ts";
import { openTestDeps, type TestDeps } from "../../support/deps.ts";

let folder: string;
let deps: TestDeps;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scan-"));
  execFileSync("git", ["init", "-q"], { cwd: folder });
  const env = { PATH: process.env.PATH ?? "" };
  deps = openTestDeps({ processContext: { home: folder, cwd: folder, env } });
});

afterEach(() => {
  deps.close();
  rmSync(folder, { recursive: true, force: true });
});

function storeKey(text: string = chosenKey, name: ProfileName = defaultProfile): void {
  const key = ApiKey.of(text);
  deps.profiles.write(
    profileOf(
      { name, key, store: "keychain", endpoint: { region: "global" } },
      new Date("2026-08-01T00:00:00.000Z"),
    ),
  );
}

function scan(flags: Record<string, unknown> = {}): Promise<number> {
  return doctor({ args: [], flags: new Flags({ scan: true, ...flags }) }, deps);
}

test("exits with 9 and says where the key is and what to do, without the key", async () => {
  storeKey();
  writeFileSync(join(folder, "a.txt"), `x\n${chosenKey}\n`);
  execFileSync("git", ["add", "a.txt"], { cwd: folder });

  expect(await scan({ staged: true })).toBe(9);

  expect(deps.stdout()).toContain("a.txt:2, staged");
  expect(deps.stdout()).toContain("mistral-key rotate");
  expect(deps.stdout() + deps.stderr()).not.toContain(chosenKey);
});

test("says how a key goes that was only staged, of which git keeps a copy", async () => {
  const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: folder });
  storeKey();
  writeFileSync(join(folder, "a.txt"), chosenKey);
  git("add", "a.txt");
  writeFileSync(join(folder, "a.txt"), "no key\n");
  git("add", "a.txt");

  expect(await scan()).toBe(9);

  expect(deps.stdout().replace(/\s+/g, " ")).toContain("to delete it from this one: git gc --prune=now");
  git("gc", "-q", "--prune=now");
  expect(await scan()).toBe(0);
});

test("does not call a key that was committed only staged", async () => {
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], {
      cwd: folder,
    });
  storeKey();
  writeFileSync(join(folder, "a.txt"), chosenKey);
  git("add", "a.txt");
  git("commit", "-q", "-m", "A key");

  expect(await scan()).toBe(9);

  expect(deps.stdout()).not.toContain("git gc");
});

test.each([
  [".env", /before it is committed: mistral-key import/],
  ["src.js", /before it is committed\.\s/],
])("names import only for a file that import looks into: %s", async (name, advice) => {
  storeKey();
  writeFileSync(join(folder, name), `MISTRAL_API_KEY=${chosenKey}\n`);

  expect(await scan()).toBe(9);

  expect(deps.stdout()).toMatch(advice);
});

test("reports the same as JSON", async () => {
  storeKey();
  writeFileSync(join(folder, "a.txt"), chosenKey);

  expect(await scan({ json: true })).toBe(9);

  expect(deps.document()).toEqual({
    ok: false,
    leaks: [
      {
        profile: "default",
        key: "test...Key0",
        kind: "file",
        path: "a.txt",
        line: 1,
        commit: null,
        object: null,
        encoding: "plain",
      },
    ],
    searched: [
      "files that git tracks or would add",
      "staged changes",
      "git history",
      "git's own files",
      "histories of shells and tools",
    ],
    notes: [],
  });
});

test("exits with 9, ticks nothing and says why when it could not search", async () => {
  storeKey();
  writeFileSync(join(folder, ".git/index"), "garbage\n");

  expect(await scan({ staged: true })).toBe(9);
  expect(deps.stdout()).not.toContain("[ok]");
  expect(deps.stdout()).toMatch(/Not everything was searched.*staged changes: .*index/s);

  deps = deps.next();
  expect(await scan({ staged: true, json: true })).toBe(9);
  expect(deps.document()).toMatchObject({ ok: false, leaks: [], searched: [], notes: [expect.any(String)] });
});

test("a damaged profile is not taken for a missing one", async () => {
  storeKey();
  writeFileSync(join(deps.home, "profiles/default.json"), "{");

  expect(await scan({ staged: true })).toBe(9);
  expect(deps.stdout()).not.toContain("No key is known");
  expect(deps.stdout()).toContain("Profile default");
});

test("counts keys, not the profiles that share them", async () => {
  for (const name of ["default", "work"]) storeKey(chosenKey, parseProfileName(name));
  for (const name of ["lab", "old"]) storeKey("otherKey".repeat(4), parseProfileName(name));
  expect(await scan({ staged: true })).toBe(0);
  expect(deps.stdout()).toContain("None of your 2 keys is in staged changes.");
});

test("exits with 0 and says what was searched when the key is nowhere", async () => {
  storeKey();

  expect(await scan()).toBe(0);

  expect(deps.stdout().replace(/\s+/g, " ")).toMatch(
    /Your key is not in files that git tracks or would add, .*, git's own files or histories of shells and tools\./,
  );
});

test("without a stored key there is nothing to look for", async () => {
  expect(await scan()).toBe(0);

  expect(deps.stdout()).toContain("No key is known");
});
