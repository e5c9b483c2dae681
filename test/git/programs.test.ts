import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Git } from "../../src/git/git.ts";
import { gitStates } from "../../src/git/git-state.ts";
import { type Question, questions } from "../../src/git/questions.ts";
import { options, runGit, setTrap } from "./trapped-repository.ts";

/** Options whose names suggest a program, but which name a file, an address, a branch or nothing. */
const noPrograms =
  /^(?:advice|blame|branch|color|column|commit|core\.(?:attributesFile|excludesFile|fsmonitorHookVersion|quotePath)|credential\.useHttpPath|diff\.(?:<driver>\.cachetextconv|guitool|orderFile)|format|fsck|gc\.repackFilter|gitcvs|gpg\.ssh\.(?:allowedSigners|revocation)File|gui|guitool\.<name>\.needsFile|help\.htmlPath|http|include(?:If\.<condition>)?|instaweb\.modulePath|mailmap|mergetool\.meld|rebase|receive|remote\.<name>\.(?:partialclonefilter|proxy|skipDefaultUpdate)|rerere|sendemail\.(?:alias|smtpssl)|uploadpack\.allowFilter)/i;
const soundsLikeProgram =
  /(?:cmd|command|program|helper|pager|editor|hook\w*|driver|process|clean|smudge|textconv|external|askpass|proxy|fsmonitor\w*|browser|httpd|tunnel|pack|vcs|filter|viewer|smtpserver|path|tool|update|template\w*|alias\w*|exec\w*|shell|script|handler)$/i;

let folder: string;
let repository: string;
let ran: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "programs-"));
  ({ repository, ran } = setTrap(folder));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const git = (...args: readonly string[]) => runGit(repository, args);

test("the trap works: git of its own starts it", () => {
  for (const args of [["log", "-1"], ["diff"], ["status"], ["show", "HEAD:a.txt"]]) {
    rmSync(ran, { force: true });
    try {
      git(...args);
    } catch {
      // It may fail, since the program does nothing.
    }
    expect(existsSync(ran), args.join(" ")).toBe(true);
  }
});

describe("nothing that a repository says makes git start a program", () => {
  const at = { env: process.env, platform: process.platform };
  const commit = () => `${git("rev-parse", "HEAD").trim()}\n`;
  const inputs: Partial<Record<keyof typeof questions, () => string>> = {
    ignored: () => "a.txt",
    changes: commit,
    objects: () => `${git("rev-parse", "HEAD:a.txt").trim()}\n${commit()}`,
  };

  test.each(Object.entries<Question>(questions))("asked for %s", async (name, question) => {
    const input = inputs[name as keyof typeof questions]?.();
    rmSync(ran, { force: true });
    await new Git(at).ask(question, { folder: repository, ...(input === undefined ? {} : { input }) });
    expect(existsSync(ran)).toBe(false);
  });

  test("asked whether it would commit a file", async () => {
    await gitStates([join(repository, "a.txt"), join(repository, "c.txt")], new Git(at));
    expect(existsSync(ran)).toBe(false);
  });

  test("and it locks, writes and fetches nothing", async () => {
    const before = listing();
    for (const question of Object.values<Question>(questions)) {
      await new Git(at).ask(question, { folder: repository, input: commit() });
    }
    expect(listing()).toEqual(before);
  });

  function listing(): readonly string[] {
    return readdirSync(join(repository, ".git"), { recursive: true }).map(String).sort();
  }
});

test("every option that this git knows and that sounds like a program is known here", () => {
  const known = options.map(([option]) => option.toLowerCase());
  const unknown = execFileSync("git", ["help", "--config"], { encoding: "utf8" })
    .split("\n")
    .filter((option) => soundsLikeProgram.test(option) && !noPrograms.test(option))
    .filter((option) => {
      const pattern = option
        .toLowerCase()
        .replace(/[.*]/g, "\\$&")
        .replace(/<[^>]+>/g, ".+");
      return !known.some((name) => new RegExp(`^${pattern}$`).test(name));
    });
  expect(unknown).toEqual([]);
});

test("what the environment says of other programs and repositories does not reach git", async () => {
  const env = {
    ...process.env,
    GIT_EXTERNAL_DIFF: join(folder, "trap"),
    GIT_SSH_COMMAND: join(folder, "trap"),
    GIT_TRACE: join(folder, "trace"),
    GIT_DIR: "/nowhere",
  };
  const git = new Git({ env, platform: process.platform });

  expect(await git.ask(questions.repository, { folder: repository })).toMatchObject({ state: "answered" });
  expect(existsSync(join(folder, "trace"))).toBe(false);
  // A hook is told its repository this way.
  expect(await git.ask(questions.repository, { folder: repository, named: true })).toEqual({
    state: "failed",
    reason: "git says: not a git repository: '/nowhere'",
  });
});
