import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { fingerprintOf } from "../../src/keys/fingerprint.ts";
import { maskKey } from "../../src/keys/mask.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import {
  line,
  openScannedRepository,
  places,
  type ScannedRepository,
  storedKey,
} from "./scanned-repository.ts";

const otherKey = "otherKey".repeat(4);

let repository: ScannedRepository;

beforeEach(() => {
  repository = openScannedRepository();
});

afterEach(() => repository.close());

describe("a stored key is found", () => {
  test("in a file that git tracks", async () => {
    repository.write("repository/src/config.js", `// first\n${line}`);
    repository.git("add", "-A");

    expect(places(await repository.scan())).toContainEqual({ kind: "file", path: "src/config.js", line: 2 });
  });

  test("in a file that the next git add would take, and not in one that is ignored", async () => {
    repository.write("repository/.gitignore", "secret.txt\n");
    repository.write("repository/secret.txt", line);
    repository.write("repository/new file.txt", line);

    expect(places(await repository.scan())).toEqual([{ kind: "file", path: "new file.txt", line: 1 }]);
  });

  test("in what is staged, although the file no longer has it", async () => {
    repository.write("repository/a.txt", `\n\n${line}`);
    repository.git("add", "a.txt");
    repository.write("repository/a.txt", "clean\n");

    expect(places(await repository.scan())).toEqual([{ kind: "staged", path: "a.txt", line: 3 }]);
  });

  test("in a version that was committed and removed again, with the commit that introduced it", async () => {
    repository.commit("first");
    repository.write("repository/a.txt", line);
    const commit = repository.commit("second");
    repository.write("repository/a.txt", "clean\n");
    repository.commit("third");

    expect(places(await repository.scan())).toEqual([
      expect.objectContaining({ kind: "history", path: "a.txt", commit, line: 1 }),
    ]);
  });

  test("on another branch, in the stash, in a message and in the message of a tag", async () => {
    repository.commit("first");
    repository.git("checkout", "-q", "-b", "side");
    repository.write("repository/side.txt", line);
    const side = repository.commit("side");
    repository.git("checkout", "-q", "main");
    repository.write("repository/stashed.txt", `${line}stashed\n`);
    repository.git("add", "-A");
    repository.git("stash", "-q");
    const message = repository.commit(`use ${storedKey}`);
    repository.git("tag", "-a", "-m", `tag of ${storedKey}`, "v1");

    const found = places(await repository.scan());

    const history = { kind: "history" };
    const expected = [
      { ...history, path: "side.txt", commit: side },
      { kind: "history", path: "stashed.txt" },
      { ...history, path: undefined, commit: message },
      { ...history, path: undefined, object: expect.objectContaining({ type: "tag" }) },
    ];
    for (const place of expected) expect(found).toContainEqual(expect.objectContaining(place));
    expect(found).toHaveLength(expected.length);
  });

  test("in what was amended, dropped or staged once, which no clone would get", async () => {
    repository.write("repository/a.txt", line);
    const amended = repository.commit("first");
    repository.write("repository/a.txt", "clean\n");
    repository.git("commit", "-q", "-a", "--amend", "-m", "clean");
    repository.write("repository/b.txt", `staged\n${line}`);
    repository.git("add", "b.txt");
    repository.git("rm", "-q", "--cached", "-f", "b.txt");
    rmSync(join(repository.path, "b.txt"));

    expect(places(await repository.scan())).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: "a.txt", commit: amended, line: 1 }),
        expect.objectContaining({ path: undefined, commit: undefined, line: 2 }),
      ]),
    );
    repository.git("reflog", "expire", "--expire=now", "--all");
    expect(places(await repository.scan())).toEqual(
      expect.arrayContaining([expect.objectContaining({ path: undefined, commit: undefined, line: 1 })]),
    );
  });

  test("in an object that is packed as the difference from another one", async () => {
    const text = Array.from({ length: 3000 }, (_, index) => `line ${index}\n`).join("");
    repository.write("repository/a.txt", text);
    repository.commit("first");
    repository.write("repository/a.txt", text.replace("line 2000\n", line));
    const commit = repository.commit("second");
    repository.write("repository/a.txt", text.replace("line 2000\n", "clean\n"));
    repository.commit("third");
    repository.git("gc", "-q");

    expect(places(await repository.scan())).toEqual([
      expect.objectContaining({ path: "a.txt", commit, line: 2001 }),
    ]);
  });

  test("in the file of a bare clone, which has a history and no files", async () => {
    repository.write("repository/a.txt", line);
    const commit = repository.commit("first");
    repository.gitIn(repository.home, "clone", "-q", "--bare", "repository", "bare.git");

    const scan = await repository.scan({ cwd: join(repository.home, "bare.git") });

    expect(places(scan)).toEqual([expect.objectContaining({ path: "a.txt", commit })]);
    expect(scan.searched).not.toContain("files that git tracks or would add");
    expect(scan.gaps).toEqual([]);
  });

  const addSubmodule = (): void => {
    const library = join(repository.home, "library");
    mkdirSync(library);
    repository.gitIn(library, "init", "-q");
    repository.write("library/old.txt", line);
    repository.gitIn(library, "add", "-A");
    repository.gitIn(library, "commit", "-q", "-m", "old");
    repository.gitIn(library, "rm", "-q", "old.txt");
    repository.gitIn(library, "commit", "-q", "--allow-empty", "-m", "new");
    repository.git("submodule", "--quiet", "add", library, "modules/library");
    repository.commit("with a submodule");
  };

  test("in what git keeps of a submodule that was removed, or is another work tree's", async () => {
    addSubmodule();
    repository.git("worktree", "add", "-q", "../other");
    repository.gitIn(join(repository.home, "other"), "submodule", "--quiet", "update", "--init");
    repository.git("rm", "-q", "modules/library");
    repository.commit("without it");

    const scan = await repository.scan();

    expect(places(scan)).toEqual(
      [".git/modules/modules/library", ".git/worktrees/other/modules/modules/library"].map((folder) =>
        expect.objectContaining({ kind: "history", path: join(repository.path, folder, "old.txt") }),
      ),
    );
    expect(scan.gaps).toEqual([]);
    expect(scan.searched).toContain(
      `git history, in ${join(repository.path, ".git/modules/modules/library")}`,
    );
  });

  test("behind branches that are named as git's own folders are, which make no repository", async () => {
    repository.commit("the first");
    for (const branch of ["objects/a", "refs/a"])
      repository.git("update-ref", `refs/remotes/origin/${branch}`, "HEAD");
    repository.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/refs/a");
    repository.write("repository/.git/logs/refs/remotes/origin/objects/a", line);

    const scan = await repository.scan();

    const path = join(repository.path, ".git/logs/refs/remotes/origin/objects/a");
    expect(scan.leaks.map(({ place }) => place)).toEqual([{ kind: "git-file", path, line: 1 }]);
    expect(scan.gaps).toEqual([]);
  });

  test("in a submodule, in its history and its files", async () => {
    addSubmodule();
    repository.write("repository/modules/library/new.txt", line);

    const scan = await repository.scan();

    expect(places(scan)).toEqual([
      { kind: "file", path: "modules/library/new.txt", line: 1 },
      expect.objectContaining({ kind: "history", path: "modules/library/old.txt" }),
    ]);
    expect(scan.gaps).toEqual([]);
  });

  test("in a repository inside this one", async () => {
    const inner = join(repository.path, "inner");
    mkdirSync(inner);
    repository.gitIn(inner, "init", "-q");
    repository.write("repository/inner/a.txt", line);

    expect(places(await repository.scan())).toEqual([{ kind: "file", path: "inner/a.txt", line: 1 }]);
  });

  test("in the name of a file or folder that git would add, and in the text of a link", async () => {
    repository.write(`repository/${storedKey}.txt`, "");
    repository.write(`repository/${storedKey}/a.txt`, "");
    symlinkSync(storedKey, join(repository.path, "link"));

    const found = ["link", maskKey(storedKey), `${maskKey(storedKey)}/a.txt`];
    const shown = (kind: string) => found.map((path) => ({ kind, path, line: 1 }));
    expect(places(await repository.scan())).toEqual(expect.arrayContaining(shown("file")));
    repository.commit("first");
    repository.git("update-ref", "-d", "HEAD");
    expect(places(await repository.scan({ staged: true }))).toEqual(expect.arrayContaining(shown("staged")));
  });

  test("in a text of UTF-16 in either order, also at its very end", async () => {
    const text = Buffer.from(`\ufeff${storedKey}`, "utf16le");
    repository.write("repository/big.txt", Buffer.from(text).swap16());
    repository.write("repository/little.txt", text);

    expect(places(await repository.scan())).toEqual([
      { kind: "file", path: "big.txt", line: 1 },
      { kind: "file", path: "little.txt", line: 1 },
    ]);
  });

  test("in git's own files behind a link, and in their names", async () => {
    repository.commit("first");
    repository.git("remote", "add", "origin", `https://user:${storedKey}@example.test/r.git`);
    const config = join(repository.path, ".git/config");
    renameSync(config, join(repository.home, "config"));
    symlinkSync(join(repository.home, "config"), config);
    repository.git("-c", "core.logAllRefUpdates=false", "branch", storedKey);

    const found = (await repository.scan()).leaks.map(({ place }) => place.path);
    expect(found.sort()).toEqual([config, join(repository.path, ".git/refs/heads", maskKey(storedKey))]);
  });

  test("in a removed submodule whose objects are behind a link", async () => {
    repository.commit("first");
    const gone = join(repository.path, ".git/modules/gone");
    repository.git("init", "-q", "--bare", gone);
    renameSync(join(gone, "objects"), join(repository.home, "objects"));
    symlinkSync(join(repository.home, "objects"), join(gone, "objects"));
    execFileSync("git", ["--git-dir", gone, "hash-object", "-w", "--stdin"], { input: line });

    const scan = await repository.scan();

    expect(scan.leaks.map(({ place }) => place.path ?? place.kind)).toEqual(["history"]);
    expect(scan.gaps).toEqual([]);
  });

  test("in git's own files: an address with the key, a message that was never committed", async () => {
    repository.git("remote", "add", "origin", `https://user:${storedKey}@example.test/r.git`);
    repository.write("repository/.git/COMMIT_EDITMSG", `not yet\n${storedKey}\n`);
    const files = (await repository.scan()).leaks.map(({ place }) => [place.kind, place.path, place.line]);

    expect(files).toContainEqual(["git-file", join(repository.path, ".git", "COMMIT_EDITMSG"), 2]);
    expect(files).toContainEqual(["git-file", join(repository.path, ".git/config"), expect.any(Number)]);
  });

  // Other systems refuse such a name.
  test.runIf(process.platform === "linux")("in a file whose name is not in UTF-8", async () => {
    const name = Buffer.concat([
      Buffer.from(join(repository.path, "caf")),
      Buffer.from([0xe9]),
      Buffer.from(".txt"),
    ]);
    writeFileSync(name, line);
    expect(places(await repository.scan())).toEqual([{ kind: "file", path: "caf\ufffd.txt", line: 1 }]);

    repository.git("add", "-A");
    expect(places(await repository.scan({ staged: true }))).toEqual([
      { kind: "staged", path: "caf\ufffd.txt", line: 1 },
    ]);
  });

  test("in a binary file and as base64", async () => {
    const encoded = Buffer.from(`:${storedKey}`).toString("base64");
    repository.write(
      "repository/data.bin",
      Buffer.concat([Buffer.alloc(70_000), Buffer.from(storedKey), Buffer.alloc(9)]),
    );
    repository.write("repository/auth.txt", `Basic ${encoded}\n`);
    repository.git("add", "-A");

    const { leaks } = await repository.scan({ staged: true });

    expect(leaks.map(({ encoding, place }) => [encoding, place.path])).toEqual([
      ["base64", "auth.txt"],
      ["plain", "data.bin"],
    ]);
  });

  test("from a subfolder, whatever the repository's configuration says of paths", async () => {
    repository.git("config", "diff.relative", "true");
    repository.git("config", "color.ui", "always");
    repository.git("config", "core.quotePath", "true");
    repository.write("repository/above.txt", line);
    repository.write("repository/below/ümlaut.txt", line);
    repository.git("add", "-A");

    const cwd = join(repository.path, "below");
    const staged = ["above.txt", "below/ümlaut.txt"].map((path) => ({ kind: "staged", path, line: 1 }));
    expect(places(await repository.scan({ staged: true, cwd }))).toEqual(staged);
    expect(places(await repository.scan({ cwd }))).toEqual([
      ...staged.map((place) => ({ ...place, kind: "file" })),
      ...staged,
    ]);
  });
});

test("a clean repository has none, whatever else looks like a key", async () => {
  repository.write("repository/a.txt", `${otherKey} test...Key0\n`);
  repository.commit("first");

  expect(await repository.scan()).toEqual({
    leaks: [],
    gaps: [],
    keys: 1,
    inRepository: true,
    searched: [
      "files that git tracks or would add",
      "staged changes",
      "git history",
      "git's own files",
      "histories of shells and tools",
    ],
  });
});

test("a name that holds the key is not repeated", async () => {
  repository.write(`repository/${storedKey}.txt`, line);
  repository.commit("first");

  const scan = await repository.scan();

  expect(JSON.stringify(scan)).not.toContain(storedKey);
  expect(places(scan)).toContainEqual({ kind: "file", path: "test...Key0", line: 1 });
  expect(places(scan)).toContainEqual(
    expect.objectContaining({ object: expect.objectContaining({ type: "tree" }), path: undefined }),
  );
});

test.skipIf(process.platform === "win32")("a name cannot control a terminal", async () => {
  repository.write("repository/a\u001b]0;title\u0007.txt", line);

  expect(places(await repository.scan())).toEqual([
    { kind: "file", path: "a\\x1b]0;title\\x07.txt", line: 1 },
  ]);
});

test("keys of a rotation under way are looked for, too", async () => {
  const [current, next] = [storedKey, otherKey].map((value) => {
    const key = ApiKey.of(value);
    return { mask: key.mask, fingerprint: fingerprintOf(key) };
  });
  const profile = repository.deps.profiles.read(defaultProfile);
  if (current === undefined || next === undefined || profile === undefined) throw new Error("not set up");
  repository.deps.journal.begin({
    version: 1,
    profile: defaultProfile,
    startedAt: "2026-08-01T00:00:00.000Z",
    oldKey: { ...current, name: null },
    newKey: next,
    before: profile,
    after: profile,
    targets: [],
  });
  repository.remember("testKey9".repeat(4));
  repository.write("repository/a.txt", `${otherKey}\n${storedKey}\n`);

  expect(places(await repository.scan())).toEqual([
    { kind: "file", path: "a.txt", line: 1 },
    { kind: "file", path: "a.txt", line: 2 },
  ]);
});

describe("as a hook", () => {
  test("looks only at what is staged, of the index the commit is made from", async () => {
    repository.write("repository/old.txt", line);
    repository.commit("already there");
    repository.write("repository/new.txt", "clean\n");
    repository.git("add", "new.txt");
    expect((await repository.scan({ staged: true })).leaks).toEqual([]);

    // `git commit FILE` builds the commit in an index of its own and names it to its hooks.
    const env = { GIT_INDEX_FILE: join(repository.home, "other-index") };
    const options = { cwd: repository.path, env: { ...process.env, ...env } };
    execFileSync("git", ["read-tree", "HEAD"], options);
    repository.write("repository/new.txt", line);
    execFileSync("git", ["add", "new.txt"], options);

    expect(places(await repository.scan({ staged: true, env }))).toEqual([
      { kind: "staged", path: "new.txt", line: 1 },
    ]);
  });

  test("works before the first commit and skips links and submodules", async () => {
    symlinkSync(storedKey, join(repository.path, "link"));
    repository.git("add", "-A");
    repository.git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},module`);

    // Git keeps the text of a link, and this one is the key.
    expect(places(await repository.scan({ staged: true }))).toEqual([
      { kind: "staged", path: "link", line: 1 },
    ]);
  });

  test("names every file that has the same content", async () => {
    repository.commit("first");
    for (const name of ["a", "b"]) repository.write(`repository/${name}.txt`, line);
    repository.git("add", "-A");

    expect(places(await repository.scan({ staged: true })).map(({ path }) => path)).toEqual([
      "a.txt",
      "b.txt",
    ]);
  });
});

test("stops when the person stops it", async () => {
  repository.deps.interrupt();

  await expect(repository.scan()).rejects.toMatchObject({ kind: "cancelled" });
});
