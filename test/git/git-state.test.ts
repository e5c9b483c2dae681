import { execFileSync } from "node:child_process";
import { linkSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Git } from "../../src/git/git.ts";
import { gitStates } from "../../src/git/git-state.ts";
import { addToGitignore } from "../../src/git/gitignore.ts";

let folder: string;
const at = (name: string) => join(folder, name);
const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: folder, stdio: "pipe" });
const stateOf = async (name: string) => (await gitStates([at(name)], new Git(process))).get(at(name));

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "mistral-key-git-state-")));
  git("init", "-q");
  writeFileSync(at(".gitignore"), ".env\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("is that of the file, under whatever capital letters git has it", async () => {
  writeFileSync(at(".ENV"), "A=1\n");
  git("add", ".ENV");
  // What a case-insensitive disk does by itself: one file, two names.
  linkSync(at(".ENV"), at(".env"));
  expect(await stateOf(".env")).toBe("tracked");
});

it("is that of another file where the disk tells two apart by their capital letters", async () => {
  writeFileSync(at(".ENV"), "A=1\n");
  git("add", ".ENV");
  writeFileSync(at(".env"), "A=1\n");
  expect(await stateOf(".env")).toBe("ignored");
});

const composed = "caf\u00e9.env";
const apart = "cafe\u0301.env";

it("is that of the file, under the composed name that git on macOS gives it", async () => {
  writeFileSync(at(".gitignore"), "*.env\n");
  writeFileSync(at(composed), "A=1\n");
  git("add", "--force", composed);
  // What a Mac's disk does by itself.
  linkSync(at(composed), at(apart));
  expect(await stateOf(apart)).toBe("tracked");
});

it("is not ignored while git on macOS would add it under its composed name", async () => {
  writeFileSync(at(".gitignore"), `/${apart}\n`);
  writeFileSync(at(apart), "A=1\n");
  expect(await stateOf(apart)).toBe("not-ignored");
  await addToGitignore(at(apart));
  expect(await stateOf(apart)).toBe("ignored");
});

it.each([":(top)x", "*.txt", "a[b"])("treats the name %s as a plain name", async (name) => {
  for (const each of [name, "a.txt"]) writeFileSync(at(each), "");
  git("--literal-pathspecs", "add", "--", "a.txt");
  expect(await stateOf(name)).toBe("not-ignored");
  git("--literal-pathspecs", "add", "--", name);
  expect(await stateOf(name)).toBe("tracked");
});
