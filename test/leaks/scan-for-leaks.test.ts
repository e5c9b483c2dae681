import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { fingerprintOf } from "../../src/keys/fingerprint.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import type { LeakPlace } from "../../src/leaks/leak.ts";
import { type LeakScan, type ScanRequest, scanForLeaks } from "../../src/leaks/scan-for-leaks.ts";
import { profileOf } from "../../src/profiles/known-key.ts";
import { chosenKey, otherKey } from "../plaintext/planted-home.ts";
import { openTestDeps, type TestDeps } from "../support/deps.ts";

let home: string;
let repository: string;
let deps: TestDeps;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "leaks-"));
  repository = join(home, "repository");
  mkdirSync(repository);
  git("init", "-q", "-b", "main");
  git("config", "user.name", "A Test");
  git("config", "user.email", "test@example.test");
  deps = openTestDeps();
  remember(chosenKey);
});

afterEach(() => {
  deps.close();
  rmSync(home, { recursive: true, force: true });
});

function git(...args: string[]): string {
  return execFileSync("git", args, {
    cwd: repository,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

function write(file: string, content: string | Buffer): void {
  mkdirSync(dirname(join(home, file)), { recursive: true });
  writeFileSync(join(home, file), content);
}

function commit(message: string): string {
  git("add", "-A");
  git("commit", "-q", "--allow-empty", "-m", message);
  return git("rev-parse", "HEAD").slice(0, 10);
}

/** Makes a profile as if the key were stored; no store is ever asked for it. */
function remember(value: string): void {
  const key = ApiKey.of(value);
  deps.profiles.write(
    profileOf(
      { name: defaultProfile, key, store: "keychain", endpoint: { region: "global" } },
      new Date("2026-08-01T00:00:00.000Z"),
    ),
  );
}

async function scan(request: Partial<ScanRequest> = {}, env: Record<string, string> = {}): Promise<LeakScan> {
  const at = {
    platform: process.platform,
    home,
    cwd: repository,
    env: { PATH: process.env.PATH, HOME: home, ...env },
  };
  return await scanForLeaks(deps, at, { staged: false, ...request });
}

function places({ leaks }: LeakScan): readonly LeakPlace[] {
  return leaks.map(({ place }) => place);
}

const line = `const key = "${chosenKey}";\n`;

describe("a stored key is found", () => {
  test("in a file that git has", async () => {
    write("repository/src/config.js", `// first\n${line}`);
    git("add", "-A");

    expect(places(await scan())).toContainEqual({ kind: "file", path: "src/config.js", line: 2 });
  });

  test("in a file that the next git add would take, and not in one that is ignored", async () => {
    write("repository/.gitignore", "secret.txt\n");
    write("repository/secret.txt", line);
    write("repository/new file.txt", line);

    expect(places(await scan())).toEqual([{ kind: "file", path: "new file.txt", line: 1 }]);
  });

  test("in what is staged, although the file no longer has it", async () => {
    write("repository/a.txt", `\n\n${line}`);
    git("add", "a.txt");
    write("repository/a.txt", "clean\n");

    expect(places(await scan())).toEqual([{ kind: "staged", path: "a.txt", line: 3 }]);
  });

  test("in a version that was committed and taken out again, with the commit that brought it in", async () => {
    commit("first");
    write("repository/a.txt", line);
    const guilty = commit("second");
    write("repository/a.txt", "clean\n");
    commit("third");

    expect(places(await scan())).toEqual([{ kind: "history", path: "a.txt", commit: guilty, line: 1 }]);
  });

  test("on another branch, in the stash and in a message", async () => {
    commit("first");
    git("checkout", "-q", "-b", "side");
    write("repository/side.txt", line);
    const side = commit("side");
    git("checkout", "-q", "main");
    write("repository/stashed.txt", `${line}stashed\n`);
    git("add", "-A");
    git("stash", "-q");
    const message = commit(`use ${chosenKey}`);

    const found = places(await scan());

    expect(found).toContainEqual({ kind: "history", path: "side.txt", commit: side, line: 1 });
    expect(found).toContainEqual(expect.objectContaining({ kind: "history", path: "stashed.txt" }));
    expect(found).toContainEqual(
      expect.objectContaining({ kind: "history", path: undefined, commit: message }),
    );
  });

  test("in the histories of shells", async () => {
    write(".bash_history", `ls\nexport MISTRAL_API_KEY=${chosenKey}\n`);
    write(".local/share/fish/fish_history", `- cmd: set -x MISTRAL_API_KEY ${chosenKey}\n  when: 1\n`);
    write("my-history", `curl -H 'Authorization: Bearer ${chosenKey}'\n`);

    expect(places(await scan({}, { HISTFILE: join(home, "my-history") }))).toEqual([
      { kind: "shell-history", path: join(home, "my-history"), line: 1 },
      { kind: "shell-history", path: join(home, ".bash_history"), line: 2 },
      { kind: "shell-history", path: join(home, ".local/share/fish/fish_history"), line: 1 },
    ]);
  });

  test("in a binary file and as base64", async () => {
    const encoded = Buffer.from(`:${chosenKey}`).toString("base64");
    write(
      "repository/data.bin",
      Buffer.concat([Buffer.alloc(70_000), Buffer.from(chosenKey), Buffer.alloc(9)]),
    );
    write("repository/auth.txt", `Basic ${encoded}\n`);
    git("add", "-A");

    const { leaks } = await scan({ staged: true });

    expect(leaks.map(({ encoding, place }) => [encoding, "path" in place && place.path])).toEqual([
      ["base64", "auth.txt"],
      ["plain", "data.bin"],
    ]);
  });
});

test("a clean repository has none, whatever else looks like a key", async () => {
  write("repository/a.txt", `${otherKey} test...Key0\n`);
  commit("first");

  const result = await scan();

  expect(result).toMatchObject({ leaks: [], notes: [], keys: 1 });
  expect(result.searched).toEqual([
    "files of this repository",
    "staged changes",
    "git history",
    "shell history",
  ]);
});

test("keys of a rotation under way are looked for, too", async () => {
  const [current, next] = [chosenKey, otherKey].map((value) => {
    const key = ApiKey.of(value);
    return { mask: key.mask, fingerprint: fingerprintOf(key) };
  });
  const profile = deps.profiles.read(defaultProfile);
  if (current === undefined || next === undefined || profile === undefined) throw new Error("not set up");
  deps.journal.begin({
    version: 1,
    profile: defaultProfile,
    startedAt: "2026-08-01T00:00:00.000Z",
    oldKey: { ...current, name: null },
    newKey: next,
    before: profile,
    after: profile,
  });
  write("repository/a.txt", `${otherKey}\n${chosenKey}\n`);

  expect(places(await scan())).toEqual([
    { kind: "file", path: "a.txt", line: 1 },
    { kind: "file", path: "a.txt", line: 2 },
  ]);
});

describe("as a hook", () => {
  test("looks only at what is staged, of the index the commit is made from", async () => {
    write("repository/old.txt", line);
    commit("already there");
    write("repository/new.txt", "clean\n");
    git("add", "new.txt");
    expect((await scan({ staged: true })).leaks).toEqual([]);

    // `git commit FILE` builds the commit in an index of its own and names it to its hooks.
    const index = join(home, "other-index");
    const env = { GIT_INDEX_FILE: index };
    execFileSync("git", ["read-tree", "HEAD"], { cwd: repository, env: { ...process.env, ...env } });
    write("repository/new.txt", line);
    execFileSync("git", ["add", "new.txt"], { cwd: repository, env: { ...process.env, ...env } });

    expect(places(await scan({ staged: true }, env))).toEqual([{ kind: "staged", path: "new.txt", line: 1 }]);
  });

  test("works before the first commit and passes over links and submodules", async () => {
    symlinkSync(chosenKey, join(repository, "link"));
    git("add", "-A");
    git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},module`);

    // Git keeps the text of a link, and this one is the key.
    expect(places(await scan({ staged: true }))).toEqual([{ kind: "staged", path: "link", line: 1 }]);
  });
});

describe("says what was not searched", () => {
  test("when there are more commits than it looks at", async () => {
    write("repository/a.txt", line);
    commit("first");
    write("repository/a.txt", "clean\n");
    for (const name of ["second", "third"]) commit(name);

    const { leaks, notes } = await scan({ limits: { commits: 2 } });

    expect(leaks).toEqual([]);
    expect(notes).toEqual(["Git history: only its newest 2 commits were searched."]);
  });

  test("when there are more bytes, or larger files, than it looks at", async () => {
    write("repository/large.txt", `${"x".repeat(50_000)}${chosenKey}`);
    write("repository/z.txt", "clean\n");
    commit("first");
    git("rm", "-q", "large.txt");
    commit("second");

    const { notes } = await scan({ limits: { blob: 1024 } });
    expect(notes).toEqual([expect.stringContaining("1 versions of files are larger")]);
    expect((await scan({ limits: { bytes: 100 } })).notes).toEqual([expect.stringContaining("MB")]);
  });

  test("outside of a repository", async () => {
    const { leaks, notes, searched } = await scan({}, { GIT_CEILING_DIRECTORIES: home, GIT_DIR: "/nowhere" });
    expect([leaks, notes, searched.length]).toEqual([[], [], 4]);
    rmSync(join(repository, ".git"), { recursive: true });
    expect((await scan()).notes).toEqual(["This folder is in no git repository, or git is not installed."]);
  });

  test("when a part of it is missing", async () => {
    write("repository/a.txt", "one\n");
    commit("first");
    const id = git("rev-parse", "HEAD:a.txt").trim();
    rmSync(join(repository, ".git/objects", id.slice(0, 2), id.slice(2)));

    expect((await scan()).notes).toEqual([
      "Git history: 1 parts of it are not on this disk, so they were not searched.",
    ]);
  });

  test("when there is no time", async () => {
    write("repository/a.txt", line);
    commit("first");

    const { notes } = await scan({ limits: { duration: 0 } });

    expect(notes.join(" ")).toMatch(/no time/);
  });
});

test("stops when the person stops it", async () => {
  deps.interrupt();

  await expect(scan()).rejects.toMatchObject({ kind: "cancelled" });
});
