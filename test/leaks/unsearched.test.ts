import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  line,
  openScannedRepository,
  places,
  type ScannedRepository,
  storedKey,
} from "./scanned-repository.ts";

let repository: ScannedRepository;

beforeEach(() => {
  repository = openScannedRepository();
  repository.write("repository/a.txt", "one\n");
  repository.commit("first");
});

afterEach(() => repository.close());

const files = "files that git tracks or would add";
const staged = "staged changes";
const history = "git history";

/** Expects that these parts are named with a reason, and that none of them counts as searched. */
async function expectGaps(gaps: Readonly<Record<string, RegExp>>, options = {}): Promise<void> {
  const scan = await repository.scan(options);
  for (const [part, reason] of Object.entries(gaps)) {
    const found = scan.gaps.filter((gap) => gap.startsWith(`${part}: `)).join("\n");
    expect(found, JSON.stringify(scan)).toMatch(reason);
    expect(scan.searched).not.toContain(part);
  }
  expect(scan.gaps).toHaveLength(Object.keys(gaps).length);
}

/** Where git keeps an object. */
function fileOf(revision: string): string {
  const id = repository.git("rev-parse", revision).trim();
  return join(repository.path, ".git/objects", id.slice(0, 2), id.slice(2));
}

describe("what could not be searched is named, with the reason", () => {
  test("folders of git's own that are links, one of which leads back", async () => {
    const git = join(repository.path, ".git");
    for (const name of ["logs", "hooks"]) {
      rmSync(join(git, name), { recursive: true, force: true });
      repository.write(join(name, "kept"), line);
      symlinkSync(join(repository.home, name), join(git, name));
    }
    symlinkSync(".", join(git, "self"));
    const { gaps, searched } = await repository.scan();
    expect([...gaps].sort()).toEqual(
      ["hooks", "logs", "self"].map(
        (name) => `git's own files: ${join(git, name)} is a link to another folder.`,
      ),
    );
    expect(searched).not.toContain("git's own files");
  });

  test("an index that git cannot read", async () => {
    writeFileSync(join(repository.path, ".git/index"), "garbage\n");
    await expectGaps({ [staged]: /index/ }, { staged: true });
    await expectGaps({ [files]: /index/, [staged]: /index/ });
  });

  test.runIf(process.getuid?.() === 0)("a repository of another user", async () => {
    chownSync(repository.path, 12_345, 12_345);
    chownSync(join(repository.path, ".git"), 12_345, 12_345);
    const refused = {
      "this repository": /git says: detected dubious ownership in repository at '.*repository'/,
    };
    await expectGaps(refused, { staged: true });
    await expectGaps(refused);
  });

  test("a repository that is damaged", async () => {
    rmSync(join(repository.path, ".git/HEAD"));
    await expectGaps({ "this repository": /not a git repository/ });
  });

  test("a repository without git", async () => {
    await expectGaps({ "this repository": /not installed/ }, { env: { PATH: "/nowhere" } });
  });

  test("a staged content that is missing", async () => {
    repository.write("repository/b.txt", line);
    repository.git("add", "b.txt");
    rmSync(fileOf(":b.txt"));
    await expectGaps({ [staged]: /git cannot read the content of b\.txt/ }, { staged: true });
  });

  test.each([
    ["at its start", 20, /git cannot read/],
    ["further on", 60_000, /corrupt|unpack|inflate|stream/],
  ])("a staged content that is damaged %s", async (_where, length, reason) => {
    const random = Array.from({ length: 4000 }, () => Math.random().toString(36)).join("\n");
    repository.write("repository/b.txt", random.repeat(2));
    repository.git("add", "b.txt");
    const file = fileOf(":b.txt");
    chmodSync(file, 0o600);
    truncateSync(file, length);
    await expectGaps({ [staged]: reason }, { staged: true });
    await expectGaps({ [staged]: reason, [history]: reason });
  });

  test("a content of the history that is missing, and one that is damaged", async () => {
    repository.write("repository/a.txt", "two\n");
    repository.commit("second");
    rmSync(fileOf("HEAD^:a.txt"));
    await expectGaps({ [history]: /^git history: 1 object is not on this disk\.$/ });

    writeFileSync(fileOf("HEAD^:a.txt"), "garbage");
    await expectGaps({ [history]: /git cannot read 1 object/ });
  });

  test("the older part of a shallow clone, although the key was committed and removed there", async () => {
    repository.write("repository/a.txt", line);
    repository.commit("second");
    repository.write("repository/a.txt", "clean\n");
    repository.commit("third");
    repository.gitIn(
      repository.home,
      "clone",
      "-q",
      "--depth",
      "1",
      pathToFileURL(repository.path).href,
      "shallow",
    );
    const cwd = join(repository.home, "shallow");

    await expectGaps({ [history]: /shallow/ }, { cwd });
    // What is staged does not depend on it.
    expect((await repository.scan({ cwd, staged: true })).gaps).toEqual([]);
  });

  test("what a partial clone left out, without fetching it", async () => {
    repository.git("config", "uploadpack.allowFilter", "true");
    repository.write("repository/a.txt", "two\n");
    repository.commit("second");
    const { href: url } = pathToFileURL(repository.path);
    repository.gitIn(repository.home, "clone", "-q", "--filter=blob:none", url, "partial");
    const cwd = join(repository.home, "partial");
    const before = readdirSync(join(cwd, ".git/objects"), { recursive: true }).length;

    await expectGaps({ [history]: /1 object is not on this disk/ }, { cwd });

    expect(readdirSync(join(cwd, ".git/objects"), { recursive: true })).toHaveLength(before);
  });

  test("a submodule that is not checked out", async () => {
    repository.git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},module`);
    await expectGaps({ "the repository in module": /not checked out/ });
  });

  test("what git keeps of a removed submodule and cannot read", async () => {
    for (const name of ["HEAD", "objects/a"]) repository.write(`repository/.git/modules/gone/${name}`, "");
    const kept = join(repository.path, ".git/modules/gone");
    await expectGaps({ [`git history, in ${kept}`]: /not a git repository/ });
  });

  test("the older part of a removed submodule that is shallow", async () => {
    const kept = join(repository.path, ".git/modules/gone");
    repository.git("init", "-q", "--bare", kept);
    writeFileSync(join(kept, "shallow"), "");
    await expectGaps({ [`git history, in ${kept}`]: /it is shallow/ });
  });

  test("a repository inside this one that git does not take", async () => {
    repository.write("repository/inner/.git", "gitdir: /nowhere\n");
    repository.git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},inner`);
    await expectGaps({ "the repository in inner": /not a git repository/ });

    rmSync(join(repository.path, "inner/.git"));
    repository.write("repository/inner/.git/nothing", "");
    await expectGaps({ "the repository in inner": /does not recognise it/ });
  });

  test("a folder that is in no repository, for a hook; otherwise there is nothing to search in it", async () => {
    const outside = { cwd: repository.home };
    await expectGaps({ [staged]: /no git repository/ }, { ...outside, staged: true });
    expect(await repository.scan(outside)).toMatchObject({
      gaps: [],
      inRepository: false,
      searched: ["histories of shells and tools"],
    });
  });

  test("a folder where histories are kept, but not one that is missing", async () => {
    const circle = join(repository.home, "circle");
    symlinkSync(circle, circle);
    await expectGaps(
      { "histories of shells and tools": /circle: it is a link/ },
      { env: { ZDOTDIR: circle, XDG_DATA_HOME: join(repository.home, "nowhere") } },
    );
  });

  test.each([
    ["profiles", /its key was not searched for/],
    ["rotations", /the keys of its rotation were not searched for/],
  ])("what a damaged file in %s is about", async (folder, reason) => {
    mkdirSync(join(repository.deps.home, folder), { recursive: true, mode: 0o700 });
    writeFileSync(join(repository.deps.home, folder, "default.json"), "{", { mode: 0o600 });
    const { gaps } = await repository.scan();
    expect(gaps).toEqual([expect.stringMatching(reason)]);
  });

  test("a profile whose key is too short", async () => {
    repository.remember("short-key");
    await expectGaps({ "Profile default": /too short/ });
  });

  test.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
    "a file and a folder that may not be read",
    async () => {
      repository.write("repository/b.txt", line);
      chmodSync(join(repository.path, "b.txt"), 0);
      repository.write("repository/.git/closed/c.txt", line);
      chmodSync(join(repository.path, ".git/closed"), 0);
      await expectGaps({
        [files]: /b\.txt could not be read: permission denied/,
        "git's own files": /closed: permission denied/,
      });
      chmodSync(join(repository.path, ".git/closed"), 0o700);
    },
  );

  test("the rest, where a key is in very many versions of files", async () => {
    const one = (index: number) =>
      `commit refs/heads/many\ncommitter A <a@example.test> ${1_600_000_000 + index} +0000\ndata 1\nx\nM 100644 inline f\n${data(`${storedKey} ${index}\n`)}\n`;
    const input = Array.from({ length: 1200 }, (_, index) => one(index)).join("");
    execFileSync("git", ["fast-import", "--quiet"], { cwd: repository.path, input });

    const scan = await repository.scan();

    expect(scan.gaps).toEqual([
      "git history: 1000 versions of files hold a key, so the rest was not searched.",
    ]);
    expect(places(scan).length).toBeGreaterThanOrEqual(1000);
  });
});

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}

describe.skipIf(process.platform === "win32")("what does not answer is ended", () => {
  test("a named pipe in the place of the index", async () => {
    rmSync(join(repository.path, ".git/index"));
    execFileSync("mkfifo", [join(repository.path, ".git/index")]);
    const silent = /did not answer for 15 seconds/;
    await expectGaps({ [files]: silent, [staged]: silent });
  });

  test("a named pipe in the place of an object", async () => {
    repository.write("repository/a.txt", "two\n");
    repository.commit("second");
    const file = fileOf("HEAD^:a.txt");
    rmSync(file);
    execFileSync("mkfifo", [file]);
    await expectGaps({ [history]: /did not answer for 15 seconds/ });
  });

  test("when the person stops it", async () => {
    rmSync(join(repository.path, ".git/index"));
    execFileSync("mkfifo", [join(repository.path, ".git/index")]);
    const scan = repository.scan();
    setTimeout(() => repository.deps.interrupt(), 300);
    await expect(scan).rejects.toMatchObject({ kind: "cancelled" });
  });
});
