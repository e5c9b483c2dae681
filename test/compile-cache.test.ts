import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compileCacheFolder } from "../src/compile-cache.ts";

const user = process.geteuid?.() ?? 0;
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "compile-cache-"));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const folderIn = (env: Readonly<Record<string, string>>, owner = user) =>
  compileCacheFolder({ env, platform: "linux", user: owner });

describe.runIf(process.platform !== "win32")("the folder of compiled code, which is run", () => {
  it("is this person's own", () => {
    expect(folderIn({ HOME: home })).toBe(join(home, ".cache", "mistral-key"));
    expect(folderIn({ HOME: home, XDG_CACHE_HOME: home })).toBe(join(home, "mistral-key"));
    expect(folderIn({ HOME: "/nowhere", MISTRAL_KEY_HOME: home })).toBe(join(home, "cache"));
  });

  it("is none where somebody else could put code", () => {
    expect(folderIn({ HOME: home }, user + 1)).toBeUndefined();
    chmodSync(home, 0o777);
    expect(folderIn({ MISTRAL_KEY_HOME: home })).toBeUndefined();
    chmodSync(home, 0o770);
    expect(folderIn({ MISTRAL_KEY_HOME: home })).toBeUndefined();
  });

  it("is none where there is no home folder", () => {
    expect(folderIn({})).toBeUndefined();
    expect(folderIn({ HOME: join(home, "missing") })).toBeUndefined();
    expect(folderIn({ HOME: "relative" })).toBeUndefined();
  });

  it("is none where it cannot be told whose it is", () => {
    writeFileSync(join(home, "file"), "");
    expect(folderIn({ HOME: join(home, "file", "below") })).toBeUndefined();
    expect(folderIn({ HOME: join(home, "x".repeat(300)) })).toBeUndefined();
  });
});
