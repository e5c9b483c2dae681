import { execFileSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UnfitFile } from "../../src/files/file-errors.ts";
import { readFileOrPipe, readSmallFile, readTextIfThere } from "../../src/files/read-file.ts";

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
  it("gives its content up to the greatest length", () => {
    writeFileSync(path, "x".repeat(100));
    expect(readSmallFile(path, small).bytes.length).toBe(100);
    writeFileSync(path, "x".repeat(101));
    expect(() => readSmallFile(path, small)).toThrow(new UnfitFile("it is too large"));
  });

  it.runIf(process.platform === "linux")("reads what the system makes up without telling its size", () => {
    expect(readTextIfThere("/proc/self/stat")).toMatch(/^\d+ \(/);
    expect(() => readSmallFile("/proc/self/stat", { ...small, longest: 5 })).toThrow(UnfitFile);
  });

  it.runIf(posix)("follows a link only where that is wanted", () => {
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

describe.runIf(posix)("reading a file or a pipe", () => {
  const never = new AbortController().signal;

  it("reads a file", async () => {
    writeFileSync(path, "text");
    expect((await readFileOrPipe(path, 100, never)).toString()).toBe("text");
  });

  it("waits for a writer that comes late and takes its time, and reads to its end", async () => {
    execFileSync("mkfifo", [path]);
    const reading = readFileOrPipe(path, 100, never);
    const writer = openSync(path, "w");
    writeSync(writer, "one ");
    // Longer than a pipe without a writer is waited for.
    await new Promise((resolve) => setTimeout(resolve, 2300));
    writeSync(writer, "two");
    closeSync(writer);
    expect((await reading).toString()).toBe("one two");
  });

  it("gives up a pipe that nobody writes into", async () => {
    execFileSync("mkfifo", [path]);
    await expect(readFileOrPipe(path, 100, never)).rejects.toThrow(
      new UnfitFile("it is a pipe that nobody writes into"),
    );
  });

  it("stops waiting when it is told to, whether or not somebody could write", async () => {
    execFileSync("mkfifo", [path]);
    const controller = new AbortController();
    const reading = readFileOrPipe(path, 100, controller.signal);
    const writer = openSync(path, "w");
    const other = readFileOrPipe(path, 100, controller.signal);
    controller.abort(new Error("enough"));
    await expect(reading).rejects.toThrow("enough");
    await expect(other).rejects.toThrow("enough");
    closeSync(writer);
  });

  it("refuses more than the greatest length", async () => {
    execFileSync("mkfifo", [path]);
    const reading = readFileOrPipe(path, 100, never);
    const writer = openSync(path, "w");
    writeSync(writer, "x".repeat(101));
    await expect(reading).rejects.toThrow(new UnfitFile("it is too large"));
    closeSync(writer);
  });
});
