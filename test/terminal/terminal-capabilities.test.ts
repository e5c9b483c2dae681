import { describe, expect, it } from "vitest";
import {
  canRedraw,
  detectCapabilities,
  type TerminalFacts,
} from "../../src/terminal/terminal-capabilities.ts";

function detect(env: TerminalFacts["env"], changes: Partial<TerminalFacts> = {}) {
  return detectCapabilities({ env, platform: "linux", isTerminal: true, color: true, ...changes });
}

describe("colour", () => {
  // Windows is asked for its version instead.
  it.skipIf(process.platform === "win32").each([
    ["as many as the terminal says", { TERM: "xterm", COLORTERM: "truecolor" }, {}, 3],
    ["256 where TERM says so", { TERM: "xterm-256color" }, {}, 2],
    ["16 in a plain xterm", { TERM: "xterm" }, {}, 1],
    ["none with NO_COLOR", { TERM: "xterm-256color", NO_COLOR: "1" }, {}, 0],
    ["NO_COLOR ignored where it is empty", { TERM: "xterm-256color", NO_COLOR: "" }, {}, 2],
    ["none in a dumb terminal", { TERM: "dumb" }, {}, 0],
    ["none in a pipe", { TERM: "xterm-256color" }, { isTerminal: false }, 0],
    ["some in a pipe with FORCE_COLOR", { TERM: "dumb", FORCE_COLOR: "1" }, { isTerminal: false }, 1],
    ["the level that FORCE_COLOR says", { FORCE_COLOR: "3" }, { isTerminal: false }, 3],
    ["FORCE_COLOR over NO_COLOR, as in Node", { FORCE_COLOR: "2", NO_COLOR: "1" }, {}, 2],
    ["none with FORCE_COLOR=0", { TERM: "xterm-256color", FORCE_COLOR: "0" }, {}, 0],
    ["none with --no-color, whatever else is set", { TERM: "xterm", FORCE_COLOR: "3" }, { color: false }, 0],
  ])("%s", (_what, env, changes, level) => {
    expect(detect(env, changes).colorLevel).toBe(level);
  });
});

describe("symbols", () => {
  it.each([
    ["in a UTF-8 locale", { LANG: "de_DE.UTF-8" }, "linux", true],
    ["in C.utf8", { LC_ALL: "C.utf8", LANG: "C" }, "linux", true],
    ["where no locale is set, as in containers", {}, "linux", true],
    ["not in the C locale", { LC_ALL: "C", LANG: "en_US.UTF-8" }, "linux", false],
    ["not in Latin 1", { LANG: "de_DE.ISO-8859-1" }, "linux", false],
    ["not on the Linux console", { TERM: "linux", LANG: "C.UTF-8" }, "linux", false],
    ["not in a dumb terminal", { TERM: "dumb", LANG: "C.UTF-8" }, "linux", false],
    ["in Windows Terminal", { WT_SESSION: "1" }, "win32", true],
    ["not in the old Windows console", {}, "win32", false],
  ])("%s", (_what, env, platform, unicode) => {
    expect(detect(env, { platform }).unicode).toBe(unicode);
  });

  it.each([
    ["not in a pipe of PowerShell's", { WT_SESSION: "1" }, false],
    ["in Git's bash, whose terminal is a pipe", { TERM: "xterm-256color" }, true],
  ])("%s", (_what, env, unicode) => {
    expect(detect(env, { platform: "win32", isTerminal: false }).unicode).toBe(unicode);
  });
});

describe("clickable addresses", () => {
  it.each([
    ["in iTerm", { TERM_PROGRAM: "iTerm.app" }, true],
    ["in VS Code", { TERM_PROGRAM: "vscode" }, true],
    ["in VTE terminals", { VTE_VERSION: "7600" }, true],
    ["in kitty", { TERM: "xterm-kitty" }, true],
    ["in Windows Terminal", { WT_SESSION: "1" }, true],
    ["not in Apple's Terminal", { TERM_PROGRAM: "Apple_Terminal" }, false],
    ["not in tmux", { TERM: "tmux-256color", TMUX: "/tmp/x", VTE_VERSION: "7600" }, false],
    ["not in CI", { CI: "true", VTE_VERSION: "7600" }, false],
    ["not in an unknown terminal", { TERM: "xterm-256color" }, false],
  ])("%s", (_what, env, hyperlinks) => {
    expect(detect(env).hyperlinks).toBe(hyperlinks);
  });

  it("not in a pipe", () => {
    expect(detect({ VTE_VERSION: "7600" }, { isTerminal: false }).hyperlinks).toBe(false);
  });
});

it("redraws nothing in a dumb terminal, nor for a screen reader", () => {
  expect(canRedraw({ TERM: "xterm" })).toBe(true);
  expect(canRedraw({ TERM: "dumb" })).toBe(false);
  expect(canRedraw({ TERM: "xterm", ACCESSIBLE: "1" })).toBe(false);
});
