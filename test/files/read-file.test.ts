import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UnfitFile } from "../../src/files/file-errors.ts";
import { readSmallFile, readTextIfThere } from "../../src/files/read-file.ts";

const posix = process.platform !== "win32";
const small = { links: "followed", longest: 100 } as const;

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "read-file-"));
  path = join(folder, "file");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("reading a small file", () => {
  it("returns its content up to the maximum length", () => {
    writeFileSync(path, "x".repeat(100));
    expect(readSmallFile(path, small).bytes.length).toBe(100);
    writeFileSync(path, "x".repeat(101));
    expect(() => readSmallFile(path, small)).toThrow(new UnfitFile("it is too large"));
  });

  it.runIf(process.platform === "linux")(
    "reads generated files, for which the system reports no size",
    () => {
      expect(readTextIfThere("/proc/self/stat")).toMatch(/^\d+ \(/);
      expect(() => readSmallFile("/proc/self/stat", { ...small, longest: 5 })).toThrow(UnfitFile);
    },
  );

  it.runIf(posix)("follows a link only when told to", () => {
    writeFileSync(path, "text");
    const link = join(folder, "link");
    symlinkSync(path, link);
    expect(readSmallFile(link, small).bytes.toString()).toBe("text");
    expect(() => readSmallFile(link, { ...small, links: "refused" })).toThrow(/ELOOP/);
  });

  it.runIf(posix)("refuses a pipe, a device and a folder, and waits for none", () => {
    execFileSync("mkfifo", [path]);
    mkdirSync(join(folder, "folder"));
    for (const other of [path, "/dev/zero", join(folder, "folder")]) {
      expect(() => readSmallFile(other, small)).toThrow(UnfitFile);
      expect(readTextIfThere(other)).toBe("");
    }
  });

  it("does not read what the caller refuses", () => {
    writeFileSync(path, "text");
    expect(() =>
      readSmallFile(path, small, ({ size }) => {
        throw new Error(`${size} bytes are not wanted`);
      }),
    ).toThrow("4 bytes are not wanted");
  });
});
