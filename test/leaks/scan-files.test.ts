import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { fingerprintOf } from "../../src/keys/fingerprint.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { LeakPatterns } from "../../src/leaks/leak-pattern.ts";
import { type FileToScan, scanFiles, unreadGaps } from "../../src/leaks/scan-files.ts";

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

function file(path: string, followLinks = false): FileToScan {
  return { path, followLinks, shown: path, kind: "file" };
}

test("finds keys in many files, and reports them in the order of the files", async () => {
  const paths = Array.from({ length: 40 }, (_, index) => join(folder, `${index}.txt`));
  for (const path of paths) writeFileSync(path, `${"x".repeat(300_000)}\n${key.reveal()}\n`);

  const { leaks, unread } = await scanFiles(
    paths.map((path) => file(path)),
    patterns,
    never,
  );

  expect(leaks.map(({ place }) => place.path)).toEqual(paths);
  expect(unread.size).toBe(0);
});

test("skips what is gone or not an ordinary file, and never waits for it", async () => {
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  writeFileSync(join(folder, "a.txt"), key.reveal());
  symlinkSync("a.txt", join(folder, "link"));
  const scan = (followLinks: boolean) =>
    scanFiles(
      ["pipe", "gone", ".", "link"].map((name) => file(join(folder, name), followLinks)),
      patterns,
      never,
    );

  expect(await scan(false)).toEqual({ leaks: [], unread: new Map() });
  expect((await scan(true)).leaks).toHaveLength(1);
});

test.runIf(process.platform === "linux")("names what could not be read, with the reason", async () => {
  const { unread } = await scanFiles([file("/proc/self/mem")], patterns, never);
  expect(unreadGaps(unread)).toEqual(["/proc/self/mem could not be read: the disk reported an error"]);
});

test("names only a few of many", () => {
  const many = Array.from({ length: 12 }, (_, index) => file(`${index}.txt`));
  expect(unreadGaps(new Map([["permission denied", many]]))).toEqual([
    "0.txt, 1.txt, 2.txt and 9 more could not be read: permission denied",
  ]);
});
