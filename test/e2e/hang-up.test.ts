import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { program } from "../support/program.ts";
import { openTerminal } from "../support/terminal.ts";
import { childOf } from "./stoppable.ts";

const lateHangUp = fileURLToPath(new URL("../support/late-hang-up.cjs", import.meta.url));

describe.skipIf(process.platform === "win32")("a terminal that goes away", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mistral-key-hang-up-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /**
   * Runs the program under a shell that outlives the terminal and notes how the program ended.
   *
   * @param signal - ends the program before; the terminal goes just before Node ends itself
   */
  async function hangUp(trap: string, signal?: NodeJS.Signals): Promise<string> {
    const ended = join(folder, "ended");
    const ending = join(folder, "ending");
    const script = `${trap}; "$0" "$@"; echo $? > "${ended}"`;
    const args = [...(signal === undefined ? [] : ["--require", lateHangUp]), program, "verify", "--stdin"];
    const terminal = openTerminal("/bin/sh", ["-c", script, process.execPath, ...args], {
      cwd: folder,
      env: { MISTRAL_KEY_HOME: join(folder, "home"), HOME: folder, ENDING: ending },
    });
    try {
      await terminal.waitFor("stays hidden");
      terminal.type("testKey0");
      await terminal.waitFor("8 characters");
      if (signal !== undefined) {
        process.kill(childOf(await terminal.pid), signal);
        await expect.poll(() => existsSync(ending)).toBe(true);
      }
      terminal.hangUp();
      await expect.poll(() => existsSync(ended) && readFileSync(ended, "utf8")).toMatch(/\n/);
      return readFileSync(ended, "utf8").trim();
    } finally {
      await terminal.close();
    }
  }

  it("at the hidden prompt ends the program by SIGHUP, and nothing worse", async () => {
    expect(await hangUp("trap : HUP")).toBe("129");
  });

  it.each([
    ["SIGHUP", "129"],
    ["SIGTERM", "143"],
  ] as const)("does nothing worse to a program that %s is ending", async (signal, code) => {
    expect(await hangUp("trap : HUP TERM", signal)).toBe(code);
  });

  it("does so under nohup, too", async () => {
    expect(await hangUp("trap '' HUP")).toBe("129");
  });
});
