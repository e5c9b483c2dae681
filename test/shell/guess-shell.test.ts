import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { ancestorNames, guessShell } from "../../src/shell/guess-shell.ts";
import { shellNamed } from "../../src/shell/shells.ts";

const linux = { platform: "linux", ancestors: [], env: { SHELL: "/bin/bash" } } as const;

describe("guessShell", () => {
  it("is the shell that started the program, whatever the login shell is", () => {
    expect(guessShell({ ...linux, ancestors: ["fish", "bash"] })).toBe("fish");
    expect(guessShell({ ...linux, ancestors: ["-zsh"] })).toBe("zsh");
    expect(guessShell({ ...linux, ancestors: ["pwsh", "bash"] })).toBe("powershell");
    expect(guessShell({ ...linux, ancestors: ["sh", "fish"] })).toBe("bash");
  });

  it("is not the one that npx starts the program with", () => {
    const npx = ["sh", "npm exec mistra"];
    expect(guessShell({ ...linux, ancestors: [...npx, "fish", "bash"] })).toBe("fish");
    expect(guessShell({ ...linux, ancestors: [...npx, "nu", "bash"] })).toBe("other");
    expect(guessShell({ ...linux, ancestors: ["sh", "npm exec file:/", "zsh"] })).toBe("zsh");
    expect(guessShell({ ...linux, ancestors: ["zsh", "sh", "npm exec zsh", "nu"] })).toBe("zsh");
  });

  it("is the login shell when nothing else is known", () => {
    expect(guessShell({ ...linux, env: { SHELL: "/usr/bin/fish" } })).toBe("fish");
    expect(guessShell({ ...linux, ancestors: ["make", "cron"] })).toBe("bash");
  });

  it("is PowerShell when PowerShell says so, and on Windows unless a shell like Git's does", () => {
    expect(guessShell({ ...linux, env: { SHELL: "/bin/bash", PSModulePath: "x" } })).toBe("powershell");
    expect(guessShell({ ...linux, platform: "win32", env: { PSModulePath: "x" } })).toBe("powershell");
    const git = { SHELL: "C:\\Program Files\\Git\\usr\\bin\\bash.exe", PSModulePath: "x" };
    expect(guessShell({ ...linux, platform: "win32", env: git })).toBe("bash");
  });

  it("is an unsupported shell when that is the nearest", () => {
    expect(guessShell({ ...linux, ancestors: ["nu", "bash"] })).toBe("other");
    expect(guessShell({ ...linux, ancestors: [], env: { SHELL: "/bin/tcsh" } })).toBe("other");
  });

  it("is not made up", () => {
    expect(guessShell({ ...linux, env: {} })).toBeUndefined();
    expect(guessShell({ ...linux, env: { SHELL: "/bin/nologin" } })).toBeUndefined();
  });
});

describe("shell names", () => {
  it.each([
    ["/usr/bin/fish", "fish"],
    ["-zsh", "zsh"],
    ["pwsh.exe", "powershell"],
    ["C:\\Windows\\powershell.EXE", "powershell"],
    ["ksh", "bash"],
    ["tcsh", "other"],
    ["nu", "other"],
    ["constructor", undefined],
  ])("%s is %s", (text, shell) => {
    expect(shellNamed(text)).toBe(shell);
  });
});

describe.runIf(process.platform === "linux")("ancestorNames", () => {
  it("names the ancestors of this process, the nearest first", () => {
    const [nearest] = ancestorNames(process.pid);
    const own = execFileSync("cat", [`/proc/${process.pid}/comm`], { encoding: "utf8" }).trim();
    expect(nearest).toBe(own);
    expect(ancestorNames(process.pid).length).toBeGreaterThan(1);
  });

  it("is empty for a process that does not exist", () => {
    expect(ancestorNames(2 ** 30)).toEqual([]);
  });
});
