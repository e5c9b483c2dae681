import { execFileSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
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

/** Gives a file a second name, as the disk of a Mac or of Windows does by itself. */
function alsoName(file: string, second: string): void {
  if (!existsSync(at(second))) linkSync(at(file), at(second));
}

it("is that of the file, under whatever capital letters git has it", async () => {
  writeFileSync(at(".ENV"), "A=1\n");
  git("add", ".ENV");
  alsoName(".ENV", ".env");
  expect(await stateOf(".env")).toBe("tracked");
});

it("is that of another file where the disk tells two apart by their capital letters", async (test) => {
  if (existsSync(at(".GITIGNORE"))) return test.skip("this disk does not");
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
  alsoName(composed, apart);
  expect(await stateOf(apart)).toBe("tracked");
});

it("is not ignored while git on macOS would add it under its composed name", async () => {
  writeFileSync(at(".gitignore"), `/${apart}\n`);
  writeFileSync(at(apart), "A=1\n");
  alsoName(apart, composed);
  expect(await stateOf(apart)).toBe("not-ignored");
  await addToGitignore(at(apart));
  expect(await stateOf(apart)).toBe("ignored");
});

it("is ignored where the composed name would be another file", async (test) => {
  writeFileSync(at(apart), "A=1\n");
  if (existsSync(at(composed))) return test.skip("this disk takes the two for one");
  await addToGitignore(at(apart));
  expect(readFileSync(at(".gitignore"), "utf8")).toBe(`.env\n/${apart}\n`);
  expect(await stateOf(apart)).toBe("ignored");
});

it.each(process.platform === "win32" ? ["a[b"] : [":(top)x", "*.txt", "a[b"])(
  "treats the name %s as a plain name",
  async (name) => {
    for (const each of [name, "a.txt"]) writeFileSync(at(each), "");
    git("--literal-pathspecs", "add", "--", "a.txt");
    expect(await stateOf(name)).toBe("not-ignored");
    git("--literal-pathspecs", "add", "--", name);
    expect(await stateOf(name)).toBe("tracked");
  },
);
