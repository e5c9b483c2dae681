import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, win32 } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commandFor, ownCommand, runCommand, shellWord, startedIn } from "../src/hints.ts";
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
  it.skipIf(process.platform === "win32")("is the program's own name when that is installed", () => {
    expect(statusCommand(`/usr/bin:${installIn("bin")}`)).toBe("mistral-key status");
  });

  it("goes through npx where it is not, be it started through npx or in its source folder", () => {
    expect(statusCommand("/usr/bin")).toBe("npx mistral-key status");
    expect(statusCommand(`${installIn("_npx/1a2b/node_modules/.bin")}:/usr/bin`)).toBe(
      "npx mistral-key status",
    );
  });

  it.skipIf(process.platform === "win32")(
    "has npx run the tarball that it was given, from whatever folder",
    () => {
      const bin = installIn("_npx/1a2b/node_modules/.bin");
      const manifest = {
        dependencies: { "mistral-key": "file:../../a b.tgz" },
        _npx: { packages: ["./a b.tgz"] },
      };
      writeFileSync(join(folder, "_npx/1a2b/package.json"), JSON.stringify(manifest, undefined, 2));
      expect(statusCommand(`${bin}:/usr/bin`)).toBe(`npx 'file:${join(folder, "a b.tgz")}' status`);
    },
  );

  it("names the profile and the variable when they are not the usual ones", () => {
    startedIn({ env: { PATH: installIn("bin") }, platform: process.platform });
    const work = parseProfileName("work");
    expect(commandFor(work, "verify")).toBe("mistral-key verify -p work");
    expect(commandFor(defaultProfile, "verify")).toBe("mistral-key verify");
    expect(runCommand(work, "LLM_MISTRAL_KEY", "llm")).toBe(
      "mistral-key run -p work --as LLM_MISTRAL_KEY -- llm",
    );
  });
});

describe("a path in a command to copy", () => {
  beforeEach(() => startedIn({ env: {}, platform: "linux" }));

  it.each([
    ["key.env", "key.env"],
    ["dotenv:C:\\my app\\it's.env", `"dotenv:C:\\my app\\it's.env"`],
    ["C:\\$HOME\\it's", "'C:\\$HOME\\it''s'"],
    ["C:\\app\\", "'C:\\app\\'"],
    ["dotenv:\\\\nas\\my app\\.env", '"dotenv://nas/my app/.env"'],
    ["vercel:preview#\\\\nas\\my app", '"vercel:preview#//nas/my app"'],
    ["\\\\nas\\app\\.env", "//nas/app/.env"],
    ["C:\\a\u201d; calc; \u201c\u2019", "'C:\\a\u201d; calc; \u201c\u2019\u2019'"],
  ])("is one word to the shells of Windows: %s", (path, word) => {
    startedIn({ env: {}, platform: "win32" });
    expect(shellWord(path)).toBe(word);
  });

  it("of the network is the same path with slashes", () => {
    const path = "\\\\nas\\my app\\.env";
    startedIn({ env: {}, platform: "win32" });
    expect(win32.resolve(shellWord(path).slice(1, -1))).toBe(path);
  });

  it("stays as it is when a shell reads it as one word", () => {
    expect(shellWord("~/project/.env.local")).toBe("~/project/.env.local");
  });

  it("is quoted in a way that PowerShell and Nushell understand too, where there is one", () => {
    expect(shellWord("Ada's files/.env")).toBe(`"Ada's files/.env"`);
    expect(shellWord("two words")).toBe("'two words'");
  });

  it
    .skipIf(process.platform === "win32")
    .each(["two words", "Ada's files", "it's; rm -rf $HOME `id`", "--all", "a\\b'c"])(
    "is one word to bash: %j",
    (path) => {
      const env = { PATH: process.env.PATH, LC_ALL: "C.UTF-8" };
      const script = `printf %s ${shellWord(path)}`;
      const read = execFileSync("bash", ["--norc", "-c", script], { encoding: "utf8", env });
      expect(read).toBe(path.startsWith("-") ? `./${path}` : path);
    },
  );

  it("does nothing to a terminal, whatever it contains", () => {
    expect(shellWord("x\x1b]0;PWN\x07\x85\u202e\n'$(id)")).toBe(
      "'x\\x1b]0;PWN\\x07\\x85\\u202e\\x0a'\\''$(id)'",
    );
  });
});
