import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
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

describe.skipIf(process.platform === "win32")("on a disk that fills up", () => {
  it("never takes a part of the answer for the whole", () => {
    const file = join(folder, "help.txt");
    // No file may grow beyond 512 or 1024 bytes, depending on the shell; the system takes that much.
    const line = `ulimit -f 1; exec "${process.execPath}" "${program}" --help > "${file}"`;
    const env = { PATH: process.env.PATH, HOME: folder, MISTRAL_KEY_HOME: folder };
    const { status, stderr } = spawnSync("sh", ["-c", line], { env, encoding: "utf8" });
    expect(readFileSync(file).length).toBeGreaterThan(0);
    expect(stderr).toContain("The answer could not be written to standard output (EFBIG).");
    expect(status).toBe(9);
  });
});

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
