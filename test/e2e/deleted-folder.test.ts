import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { program, runNode, runProgram } from "../support/program.ts";
import { quickScrypt } from "../support/quick-scrypt.ts";

const key = "testKey0".repeat(4);
let home: string;
let env: Record<string, string>;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "deleted-folder-"));
  env = {
    ...quickScrypt,
    HOME: home,
    MISTRAL_KEY_HOME: join(home, "program"),
    MISTRAL_KEY_PASSPHRASE: "correct horse battery staple",
  };
  const init = ["init", "--with-key", "--no-verify", "--store", "file"];
  expect((await runProgram(init, { env, input: key })).code).toBe(0);
});

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

/** Runs the program in a folder that is deleted under it. */
function run(...args: string[]) {
  mkdirSync(join(home, "gone"));
  const inside = `
    process.chdir(process.env.GONE);
    require("node:fs").rmdirSync(process.env.GONE);
    const { spawnSync } = require("node:child_process");
    const [program, ...args] = process.argv.slice(1);
    const { status } = spawnSync(process.execPath, [program, ...args], { stdio: ["ignore", "inherit", "inherit"] });
    process.exitCode = status ?? 99;
  `;
  return runNode(["-e", inside, "--", program, ...args], { env: { ...env, GONE: join(home, "gone") } });
}

describe.skipIf(process.platform === "win32")("in a folder that has been deleted", () => {
  it.each<[string, readonly string[], number | number[], RegExp]>([
    ["get gives the key", ["get"], 0, new RegExp(key)],
    ["run runs the command", ["run", "--", "true"], 0, /^$/],
    ["status shows the profiles", ["status"], 0, /default/],
    ["status --verbose too", ["status", "--verbose"], 0, /SDK/],
    ["doctor works", ["doctor", "--offline"], [0, 7], /\.env files/],
    ["import says what is the matter", ["import", "--list"], 2, /has been deleted/],
    ["env --write too", ["env", "--write", ".env"], 2, /has been deleted/],
    ["use --here too", ["use", "default", "--here"], 2, /has been deleted/],
    ["doctor --scan too", ["doctor", "--scan"], 2, /has been deleted/],
  ])("%s", async (_what, args, code, says) => {
    const ended = await run(...args);
    expect(ended.stdout + ended.stderr).toMatch(says);
    expect(ended.stderr).not.toMatch(/report it|uv_cwd/);
    expect([code].flat()).toContain(ended.code);
  });
});
