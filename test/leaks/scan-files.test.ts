import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { fingerprintOf } from "../../src/keys/fingerprint.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { LeakPatterns } from "../../src/leaks/leak-pattern.ts";
import { type FileToScan, scanFiles } from "../../src/leaks/scan-files.ts";

const key = ApiKey.of("testKey0".repeat(4));
const patterns = new LeakPatterns([
  { profile: defaultProfile, mask: key.mask, fingerprint: fingerprintOf(key) },
]);
const never = new AbortController().signal;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scan-files-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(path: string): FileToScan {
  return { path, shown: path };
}

test("finds keys in many files, and reports them in the order of the files", async () => {
  const paths = Array.from({ length: 40 }, (_, index) => join(folder, `${index}.txt`));
  for (const path of paths) writeFileSync(path, `${"x".repeat(300_000)}\n${key.reveal()}\n`);

  const { leaks, gaps } = await scanFiles(
    "file",
    paths.map((path) => file(path)),
    patterns,
    never,
  );

  expect(leaks.map(({ place }) => place.path)).toEqual(paths);
  expect(gaps).toEqual([]);
});

test("skips what is gone or not an ordinary file, and never waits for it", async () => {
  if (process.platform !== "win32") execFileSync("mkfifo", [join(folder, "pipe")]);
  writeFileSync(join(folder, "a.txt"), key.reveal());
  symlinkSync("a.txt", join(folder, "link"));
  const scan = (kind: "file" | "shell-history") =>
    scanFiles(
      kind,
      ["pipe", "gone", ".", "link"].map((name) => file(join(folder, name))),
      patterns,
      never,
    );

  expect(await scan("file")).toEqual({ leaks: [], gaps: [] });
  expect((await scan("shell-history")).leaks).toHaveLength(1);
});

test.runIf(process.platform === "linux")(
  "names a few of what could not be read, with the reason",
  async () => {
    const { gaps } = await scanFiles(
      "file",
      Array.from({ length: 12 }, () => file("/proc/self/mem")),
      patterns,
      never,
    );
    const names = "/proc/self/mem, /proc/self/mem, /proc/self/mem and 9 more";
    expect(gaps).toEqual([`${names} could not be read: the disk reported an error`]);
  },
);

// Not every kernel has this file.
test.runIf(existsSync("/proc/self/pagemap"))("gives up a file of the kernel that does not end", async () => {
  const link = join(folder, "endless");
  symlinkSync("/proc/self/pagemap", link);

  expect(await scanFiles("git-file", [file(link)], patterns, never)).toEqual({
    leaks: [],
    gaps: [`${link} could not be read: it is much longer than the system says`],
  });
});
