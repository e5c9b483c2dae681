import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findProgram } from "../../src/files/find-program.ts";

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
    const PATH = `/nowhere:${folder}:${folder}/later`;
    expect(findProgram("helper", { env: { PATH }, platform })).toBe(file);
  });

  it.each(["", ":", ".", "./", "/nowhere:", "..", undefined])(
    "never looks in the current folder, whatever PATH is: %j",
    (PATH) => {
      process.chdir(folder);
      expect(findProgram("helper", { env: { PATH }, platform })).toBe(undefined);
    },
  );

  it("accepts an absolute path and no relative one", () => {
    process.chdir(folder);
    expect(findProgram(file, { env: {}, platform })).toBe(file);
    expect(findProgram("./helper", { env: { PATH: folder }, platform })).toBe(undefined);
  });

  it("skips what is not a program", () => {
    mkdirSync(join(folder, "first", "helper"), { recursive: true });
    const PATH = `${folder}/first:${folder}`;
    expect(findProgram("helper", { env: { PATH }, platform })).toBe(file);
    chmodSync(file, 0o644);
    expect(findProgram("helper", { env: { PATH }, platform })).toBe(undefined);
  });
});
