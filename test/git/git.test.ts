import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Git } from "../../src/git/git.ts";
import { questions } from "../../src/git/questions.ts";
import { findRepository } from "../../src/git/repository.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "git-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function asked(env: Record<string, string | undefined> = process.env) {
  return findRepository(new Git({ env, platform: process.platform }), { folder });
}

test("a folder outside any repository is reported as such, with git or without it", async () => {
  expect(await asked()).toEqual({ state: "none" });
  expect(await asked({ PATH: "/nowhere" })).toEqual({ state: "none" });
});

test("what looks like a repository is one, even if git cannot say so, and git's own reason is given", async () => {
  mkdirSync(join(folder, ".git"));
  expect(await asked()).toEqual({
    state: "refused",
    reason: expect.stringMatching(/^git says: not a git repository/),
  });
  expect(await asked({ PATH: "/nowhere" })).toEqual({ state: "refused", reason: "git is not installed" });
});

test("a git in the current folder is not the one that is asked", async () => {
  const git = join(folder, "git");
  writeFileSync(git, `#!/bin/sh\ntouch "${folder}/ran"\n`, { mode: 0o755 });
  const answer = await new Git({ env: { PATH: `.::${folder.slice(1)}` }, platform: "linux" }).ask(
    questions.index,
    { folder },
  );
  expect(answer).toMatchObject({ state: "failed", reason: "git is not installed" });
});

test("stops git, with the reason, when the rest of an answer is not wanted", async () => {
  execFileSync("git", ["init", "-q"], { cwd: folder });
  writeFileSync(join(folder, "a.txt"), "a");
  const git = new Git({ env: process.env, platform: process.platform });
  expect(await git.read(questions.others, { folder }, () => "that is enough")).toEqual({
    state: "failed",
    reason: "that is enough",
  });
});

test("finds a repository, bare or not, shallow or not, and its git folders", async () => {
  execFileSync("git", ["init", "-q"], { cwd: folder });
  mkdirSync(join(folder, "below/it"), { recursive: true });
  const at = { env: process.env, platform: process.platform };
  expect(await findRepository(new Git(at), { folder: join(folder, "below/it") })).toEqual({
    state: "there",
    repository: {
      shallow: false,
      ownFolders: [join(folder, ".git")],
      workTree: { state: "there", top: folder },
    },
  });
  execFileSync("git", ["config", "core.bare", "true"], { cwd: folder });
  expect(await asked()).toMatchObject({
    repository: { workTree: { state: "refused", reason: expect.stringContaining("core.bare") } },
  });
});
