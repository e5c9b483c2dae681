import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { program } from "../support/program.ts";
import { openTerminal } from "../support/terminal.ts";

describe.skipIf(process.platform === "win32")("a terminal that goes away", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mistral-key-hang-up-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs the program under a shell that outlives the terminal and notes how the program ended. */
  async function hangUp(args: readonly string[], shown: string | RegExp, trap: string): Promise<string> {
    const ended = join(folder, "ended");
    const script = `${trap}; "$0" "$@"; echo $? > "${ended}"`;
    const terminal = openTerminal("/bin/sh", ["-c", script, process.execPath, program, ...args], {
      cwd: folder,
      env: { MISTRAL_KEY_HOME: join(folder, "home"), HOME: folder },
    });
    try {
      await terminal.waitFor(shown);
      terminal.type("testKey0");
      await terminal.waitFor("8 characters");
      terminal.hangUp();
      await expect.poll(() => existsSync(ended) && readFileSync(ended, "utf8")).toMatch(/\n/);
      return readFileSync(ended, "utf8").trim();
    } finally {
      await terminal.close();
    }
  }

  it("at the hidden prompt ends the program by SIGHUP, and nothing worse", async () => {
    expect(await hangUp(["verify", "--stdin"], "stays hidden", "trap : HUP")).toBe("129");
  });

  it("does so under nohup, too", async () => {
    expect(await hangUp(["verify", "--stdin"], "stays hidden", "trap '' HUP")).toBe("129");
  });
});
