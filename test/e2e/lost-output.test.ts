import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { program } from "../support/program.ts";

// A device that is always full; Linux has one.
const full = "/dev/full";
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lost-output-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function run(args: readonly string[], lost: "stdout" | "stderr") {
  const device = openSync(full, "w");
  try {
    return spawnSync(process.execPath, [program, ...args], {
      env: { PATH: process.env.PATH, HOME: folder, MISTRAL_KEY_HOME: folder },
      stdio: ["ignore", lost === "stdout" ? device : "pipe", lost === "stderr" ? device : "pipe"],
      encoding: "utf8",
    });
  } finally {
    closeSync(device);
  }
}

describe.runIf(existsSync(full))("on a full disk", () => {
  it("says that the answer could not be written, and what to do", () => {
    const { status, stderr } = run(["status"], "stdout");
    expect(status).toBe(9);
    expect(stderr).toBe(
      "The answer could not be written to standard output (ENOSPC).\nRun the command again with an output that can be written.\n",
    );
    expect(run(["--version"], "stdout")).toMatchObject({ status: 9, stderr });
  });

  it("does what it was asked for although nobody can be told about it", () => {
    const { status, stdout } = run(["get", "--json"], "stderr");
    expect(JSON.parse(stdout).error.code).toBe(status);
    expect(run(["get"], "stderr").status).toBe(status);
    // A device that is not a terminal, and never was one.
    expect(run(["--help"], "stderr").status).toBe(0);
  });
});
