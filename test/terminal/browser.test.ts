import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { opensPages } from "../../src/terminal/terminal-capabilities.ts";
import { type BundledProgram, bundleProgram } from "../support/bundle.ts";
import { patientTimers } from "../support/patient-timers.ts";

const page = "https://console.mistral.ai/api-keys";
let program: BundledProgram;
let folder: string;
beforeAll(async () => {
  program = await bundleProgram(new URL("./programs/open-page.ts", import.meta.url));
});
afterAll(() => program.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mistral key browser-"));
  for (const tool of ["sh", "sleep", "cat"]) symlinkSync(`/bin/${tool}`, join(folder, tool));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Makes a command that notes how it was called, and then does something. */
function command(name: string, then = ""): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    `#!/bin/sh\nfor word; do echo "$word"; done > '${folder}/called'\necho noise; ${then}\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

function called(): string[] | undefined {
  const path = join(folder, "called");
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : undefined;
}

async function openPage(url: string, env: Record<string, string>) {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program.path, url], {
    env: { PATH: folder, ...patientTimers, ...env },
  });
  expect(stderr).toBe("");
  const [line, ...noise] = stdout.trimEnd().split("\n");
  expect(noise).toEqual([]);
  return JSON.parse(line ?? "") as { opened: boolean; ms: number };
}

describe.skipIf(process.platform === "win32")("with BROWSER", () => {
  it("passes the address to its command, as one argument after its own", async () => {
    command("browse");
    expect(await openPage(page, { BROWSER: " browse  --new-window" })).toMatchObject({ opened: true });
    expect(called()).toEqual(["--new-window", page]);
  });

  it("asks no shell", async () => {
    command("browse");
    expect((await openPage(`${page}?a=$(id)&b=;c`, { BROWSER: "browse $HOME ; x" })).opened).toBe(true);
    expect(called()).toEqual(["$HOME", ";", "x", `${page}?a=$(id)&b=;c`]);
  });

  it("opens nothing with none", async () => {
    command("xdg-open");
    expect((await openPage(page, { BROWSER: "none", DISPLAY: ":0" })).opened).toBe(false);
    expect(called()).toBeUndefined();
  });

  it("is used over SSH too, since it was set for that", async () => {
    command("browse");
    expect((await openPage(page, { BROWSER: "browse", SSH_CONNECTION: "1 2 3 4" })).opened).toBe(true);
  });

  it("reports that it could not be started, or failed at once", async () => {
    command("broken", "exit 3");
    expect((await openPage(page, { BROWSER: "absent" })).opened).toBe(false);
    expect((await openPage(page, { BROWSER: "broken" })).opened).toBe(false);
  });

  it("does not wait for a browser that stays open", async () => {
    command("browse", "sleep 30");
    const { opened, ms } = await openPage(page, { BROWSER: "browse", NODE_OPTIONS: "" });
    expect(opened).toBe(true);
    expect(ms).toBeLessThan(15_000);
  });
});

describe.runIf(process.platform === "linux")("with the desktop's opener", () => {
  it("opens the page when there is a display", async () => {
    command("xdg-open");
    expect((await openPage(page, { DISPLAY: ":0" })).opened).toBe(true);
    expect(called()).toEqual([page]);
  });

  it("reports that the opener is missing or fails", async () => {
    expect((await openPage(page, { DISPLAY: ":0" })).opened).toBe(false);
    command("xdg-open", "exit 4");
    expect((await openPage(page, { WAYLAND_DISPLAY: "wayland-0" })).opened).toBe(false);
  });

  it.each([
    ["without a display", {}],
    ["over SSH", { DISPLAY: ":0", SSH_CONNECTION: "1 2 3 4" }],
    ["in CI", { DISPLAY: ":0", CI: "true" }],
  ])("opens nothing %s", async (_where, env) => {
    command("xdg-open");
    expect((await openPage(page, env)).opened).toBe(false);
    expect(called()).toBeUndefined();
  });
});

it("knows when a window would be seen", () => {
  expect(opensPages({}, "darwin")).toBe(true);
  expect(opensPages({}, "win32")).toBe(true);
  expect(opensPages({ SSH_TTY: "/dev/pts/1" }, "darwin")).toBe(false);
  expect(opensPages({ WSL_DISTRO_NAME: "Debian" }, "linux")).toBe(true);
  expect(opensPages({ CI: "false", DISPLAY: ":0" }, "linux")).toBe(true);
});

it("offers no page when none would open", () => {
  expect(opensPages({}, "linux")).toBe(false);
  expect(opensPages({ DISPLAY: ":0" }, "linux")).toBe(true);
  expect(opensPages({ DISPLAY: ":0", BROWSER: " None " }, "linux")).toBe(false);
  expect(opensPages({ SSH_CONNECTION: "1 2 3 4", BROWSER: "browse" }, "linux")).toBe(true);
});
