import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findProgram, programFolders } from "../../src/files/find-program.ts";

const { platform } = process;
const here = process.cwd();

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "find-program-"));
  file = join(folder, "helper");
  writeFileSync(file, "#!/bin/sh\n");
  chmodSync(file, 0o755);
});
afterEach(() => {
  process.chdir(here);
  rmSync(folder, { recursive: true, force: true });
});

describe("findProgram", () => {
  it("looks in the absolute folders of PATH, in their order", () => {
    mkdirSync(join(folder, "later"));
    writeFileSync(join(folder, "later", "helper"), "", { mode: 0o755 });
    const PATH = ["/nowhere", folder, join(folder, "later")].join(delimiter);
    expect(findProgram("helper", { env: { PATH }, platform })).toBe(file);
  });

  it.each(["", delimiter, ".", "./", `/nowhere${delimiter}`, "..", undefined])(
    "never looks in the current folder, whatever PATH is: %j",
    (PATH) => {
      process.chdir(folder);
      expect(findProgram("helper", { env: { PATH }, platform })).toBe(undefined);
    },
  );

  it("reads PATH as Windows does: in any case, with folders in quotes", () => {
    const env = { Path: String.raw`"C:\Program Files\Git";.;C:\bin;"D:"` };
    expect(programFolders({ env, platform: "win32" })).toEqual([
      String.raw`C:\Program Files\Git`,
      String.raw`C:\bin`,
    ]);
  });

  it("accepts an absolute path and no relative one", () => {
    process.chdir(folder);
    expect(findProgram(file, { env: {}, platform })).toBe(file);
    expect(findProgram("./helper", { env: { PATH: folder }, platform })).toBe(undefined);
  });

  it("skips what is not a program", () => {
    mkdirSync(join(folder, "first", "helper"), { recursive: true });
    const PATH = [join(folder, "first"), folder].join(delimiter);
    expect(findProgram("helper", { env: { PATH }, platform })).toBe(file);
    if (platform === "win32") return;
    chmodSync(file, 0o644);
    expect(findProgram("helper", { env: { PATH }, platform })).toBe(undefined);
  });

  it.skipIf(platform === "win32")("takes on Windows a program before a file without an ending", () => {
    process.chdir(folder);
    // Paths on Windows; names of files here.
    const [script, program] = [String.raw`C:\first\helper`, String.raw`C:\later\helper.cmd`];
    for (const path of [script, program]) writeFileSync(path, "", { mode: 0o755 });
    const search = { env: { Path: String.raw`C:\first;C:\later` }, platform: "win32" as const };
    expect(findProgram("helper", search)).toBe(program);
    rmSync(program);
    expect(findProgram("helper", search)).toBe(script);
  });

  it.runIf(platform === "win32")("takes the .cmd that npm puts beside a script for Unix", () => {
    writeFileSync(`${file}.cmd`, "");
    expect(findProgram("helper", { env: { Path: folder }, platform })).toBe(`${file}.cmd`);
  });
});
