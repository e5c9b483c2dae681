import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commandFor, ownCommand, runCommand, startedIn } from "../src/hints.ts";
import { defaultProfile, parseProfileName } from "../src/keys/profile-name.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hints-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function installIn(bin: string): string {
  const path = join(folder, bin);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "mistral-key"), "#!/bin/sh\n");
  chmodSync(join(path, "mistral-key"), 0o755);
  return path;
}

function statusCommand(PATH: string): string {
  startedIn({ env: { PATH }, platform: process.platform });
  return ownCommand("status");
}

describe("a command to copy", () => {
  it("is the program's own name where that is installed", () => {
    expect(statusCommand(`/usr/bin:${installIn("bin")}`)).toBe("mistral-key status");
  });

  it("goes through npx where it is not, be it started through npx or in its source folder", () => {
    expect(statusCommand("/usr/bin")).toBe("npx mistral-key status");
    expect(statusCommand(`${installIn("_npx/1a2b/node_modules/.bin")}:/usr/bin`)).toBe(
      "npx mistral-key status",
    );
  });

  it("names the profile and the variable where they are not the usual ones", () => {
    startedIn({ env: { PATH: installIn("bin") }, platform: process.platform });
    const work = parseProfileName("work");
    expect(commandFor(work, "verify")).toBe("mistral-key verify -p work");
    expect(commandFor(defaultProfile, "verify")).toBe("mistral-key verify");
    expect(runCommand(work, "LLM_MISTRAL_KEY", "llm")).toBe(
      "mistral-key run -p work --as LLM_MISTRAL_KEY -- llm",
    );
  });
});
