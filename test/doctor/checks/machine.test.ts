import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { browserCheck, clipboardCheck } from "../../../src/doctor/checks/machine.ts";
import { contextOf } from "../check-context.ts";

/** A folder of programs that do nothing. */
function pathWith(...programs: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "mistral-key-path-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(folder, { recursive: true });
  for (const program of programs) writeFileSync(join(folder, program), "", { mode: 0o755 });
  return folder;
}

describe("browser and clipboard", () => {
  it
    .skipIf(process.platform === "win32")
    .each<[string, Record<string, string>, readonly string[], "ok" | "warn", NodeJS.Platform?]>([
      ["macOS", {}, [], "ok", "darwin"],
      ["Windows", {}, [], "ok", "win32"],
      ["WSL", { WSL_DISTRO_NAME: "Debian" }, [], "ok"],
      ["a console", {}, [], "ok"],
      ["SSH", { SSH_TTY: "/dev/pts/0", DISPLAY: ":10" }, [], "ok"],
      ["X11 with its tools", { DISPLAY: ":0" }, ["xdg-open", "xsel"], "ok"],
      ["Wayland with its tools", { WAYLAND_DISPLAY: "wayland-0" }, ["xdg-open", "wl-copy"], "ok"],
      ["X11 without them", { DISPLAY: ":0" }, [], "warn"],
      ["BROWSER=none", { BROWSER: "none", DISPLAY: ":0" }, [], "ok"],
      ["a BROWSER that is there", { BROWSER: "firefox -P work" }, ["firefox"], "ok"],
      ["a BROWSER that is not", { BROWSER: "firefox" }, [], "warn"],
      ["a program called BROWSER in the current folder", { BROWSER: "./firefox" }, [], "ok"],
    ])("on %s", async (_where, env, programs, browser, platform) => {
    const context = contextOf({
      env: { PATH: pathWith(...programs), ...env },
      ...(platform !== undefined && { platform }),
    });
    expect((await browserCheck.run(context)).state).toBe(browser);
    // Only get --copy needs a clipboard, so a missing one is no warning.
    expect((await clipboardCheck.run(context)).state).toBe("ok");
  });

  it("shows what BROWSER holds with escapes", async () => {
    const { message } = await browserCheck.run(contextOf({ env: { BROWSER: "\x1b]0;PWN\x07" } }));
    expect(message).toContain("\\x1b]0;PWN\\x07");
  });
});
