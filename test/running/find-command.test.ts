import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findCommand } from "../../src/running/find-command.ts";

let folder = "";
const at = (...names: string[]) => join(folder, ...names);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mistral-key-find-"));
  for (const name of ["first", "second", "first/tool", "second/only-a-folder"]) mkdirSync(at(name));
  for (const [name, mode] of [
    ["first/plain", 0o644],
    ["second/plain", 0o755],
    ["second/tool", 0o755],
    ["first/text", 0o644],
  ] as const) {
    writeFileSync(at(name), "#!/bin/sh\n");
    chmodSync(at(name), mode);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Root may search any folder. */
function asOrdinaryUser(act: () => void): void {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe.skipIf(process.platform === "win32")("findCommand", () => {
  const path = () => `${at("first")}:${at("second")}`;

  it("passes over folders and files that are not executable, as shells do", () => {
    expect(findCommand("tool", path())).toBe(at("second", "tool"));
    expect(findCommand("plain", path())).toBe(at("second", "plain"));
  });

  it("takes a name with a slash as a path", () => {
    expect(findCommand(at("second", "tool"), "")).toBe(at("second", "tool"));
  });

  it.each(["missing", "./missing", "", "only-a-folder"])("does not find %j", (name) => {
    expect(() => findCommand(name, path())).toThrow(
      expect.objectContaining({ kind: "command-not-found", message: expect.stringContaining("no command") }),
    );
  });

  it("passes over a folder of PATH that may not be searched", () => {
    chmodSync(folder, 0o755);
    chmodSync(at("first"), 0o600);
    asOrdinaryUser(() => {
      expect(findCommand("plain", path())).toBe(at("second", "plain"));
      const notFound = expect.objectContaining({ kind: "command-not-found" });
      expect(() => findCommand("missing", path())).toThrow(notFound);
      const notExecutable = expect.objectContaining({ kind: "command-not-executable" });
      expect(() => findCommand(at("first", "plain"), "")).toThrow(notExecutable);
    });
    chmodSync(at("first"), 0o755);
  });

  it("says that a folder is a folder, and a text is not executable", () => {
    const kind = "command-not-executable";
    expect(() => findCommand(at("first"), "")).toThrow(
      expect.objectContaining({ kind, message: expect.stringContaining("it is a folder") }),
    );
    expect(() => findCommand("text", path())).toThrow(
      expect.objectContaining({ kind, message: expect.stringContaining("not executable") }),
    );
  });
});
