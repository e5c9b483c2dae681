import { execFileSync, spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { profileOf } from "../../src/profiles/known-key.ts";
import { ProfileFolder } from "../../src/profiles/profile-folder.ts";
import { program, runNode } from "../support/program.ts";

const key = ApiKey.of("testKey0".repeat(4));
const reporter = fileURLToPath(new URL("../../bench/report-memory.cjs", import.meta.url));
/** What a scan may use, however much there is to search. Node alone uses 40. */
const memoryLimitMB = 150;

let folder: string;
let repository: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scan-"));
  repository = join(folder, "repository");
  mkdirSync(repository);
  execFileSync("git", ["init", "-q"], { cwd: repository });
  const known = { name: defaultProfile, key, store: "keychain", endpoint: { region: "global" } } as const;
  new ProfileFolder(join(folder, "program")).write(profileOf(known, new Date("2026-08-01T00:00:00Z")));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const env = () => ({ HOME: folder, MISTRAL_KEY_HOME: join(folder, "program") });

/** Scans, and tells how much memory that took. */
async function scan(...args: readonly string[]) {
  const file = join(folder, "kilobytes");
  const nodeArgs = ["--require", reporter, program, "doctor", "--scan", ...args];
  const run = await runNode(nodeArgs, { env: { ...env(), BENCH_MEMORY_FILE: file }, cwd: repository });
  return { ...run, megabytes: Number(readFileSync(file, "utf8")) / 1024 };
}

/** Commits a file so many times, with the key in one of its versions. */
function commitOften(times: number): void {
  const lines = Array.from({ length: 200 }, (_, index) => `line ${index} of a file that changes a little\n`);
  const versions = Array.from({ length: times }, (_, index) => {
    lines[index % lines.length] = index === 1234 ? `${key.reveal()}\n` : `changed ${index}\n`;
    const text = lines.join("");
    const head = `commit refs/heads/main\ncommitter A <a@example.test> ${1_300_000_000 + index} +0000\ndata 1\nx\n`;
    return `${head}M 100644 inline file.txt\ndata ${Buffer.byteLength(text)}\n${text}\n`;
  });
  execFileSync("git", ["fast-import", "--quiet"], { cwd: repository, input: versions.join("") });
}

test("a history of 10,000 commits is searched to its end, in little memory and without a warning", async () => {
  commitOften(10_000);

  const found = await scan("--json");

  expect(found.code).toBe(9);
  expect(found.stderr).not.toMatch(/warning/i);
  const { leaks, notes } = JSON.parse(found.stdout);
  expect(notes).toEqual([]);
  expect(leaks[0]).toMatchObject({ kind: "history", path: "file.txt", line: 35 });
  expect(found.megabytes).toBeLessThan(memoryLimitMB);
});

test.skipIf(process.platform === "win32")(
  "a staged file of 300 MB is searched to its end, and never held",
  async () => {
    const file = join(repository, "large.bin");
    closeSync(openSync(file, "w"));
    truncateSync(file, 300_000_000);
    execFileSync("sh", ["-c", `printf '\\n%s\\n' "$0" >> large.bin`, key.reveal()], { cwd: repository });
    execFileSync("git", ["-c", "core.compression=1", "add", "large.bin"], { cwd: repository });

    const found = await scan("--staged");

    expect(found.code).toBe(9);
    expect(found.stdout).toContain("large.bin:2, staged");
    expect(found.megabytes).toBeLessThan(memoryLimitMB);
  },
);

test.skipIf(process.platform === "win32")(
  "Ctrl-C ends it, and git with it, even when git does not answer",
  async () => {
    rmSync(join(repository, ".git/index"), { force: true });
    execFileSync("mkfifo", [join(repository, ".git/index")]);
    const child = spawn(process.execPath, [program, "doctor", "--scan"], {
      cwd: repository,
      env: { PATH: process.env.PATH, ...env() },
      stdio: "ignore",
      detached: true,
    });
    const pid = child.pid ?? 0;
    await expect.poll(() => childrenOf(pid)).not.toEqual([]);
    const git = childrenOf(pid);

    process.kill(pid, "SIGINT");
    const code = await new Promise((resolve) => child.on("close", resolve));

    expect(code).toBe(130);
    for (const each of git) await expect.poll(() => existsSync(`/proc/${each}`)).toBe(false);
  },
);

/** The git processes that a process has started. */
function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  const children = text === "" ? [] : text.split(" ").map(Number);
  return children.filter((child) => {
    try {
      return readFileSync(`/proc/${child}/comm`, "utf8") === "git\n";
    } catch {
      return false;
    }
  });
}
