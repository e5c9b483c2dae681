import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { program, runProgram } from "../support/program.ts";
import { quickScrypt } from "../support/quick-scrypt.ts";

const key = "testKey0".repeat(4);
const usualFilter = () => execFileSync("cat", ["/proc/self/coredump_filter"], { encoding: "utf8" });
const filterOf = (pid: number) => readFileSync(`/proc/${pid}/coredump_filter`, "utf8");

let home: string;
let env: Record<string, string>;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "core-dump-"));
  env = {
    ...quickScrypt,
    PATH: process.env.PATH ?? "",
    MISTRAL_KEY_HOME: join(home, "program"),
    MISTRAL_KEY_STORE: "file",
    MISTRAL_KEY_PASSPHRASE: "correct horse battery staple",
  };
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

describe.runIf(process.platform === "linux")("a core dump", () => {
  it("has nothing of the program's memory", async () => {
    const script = 'ulimit -c unlimited; exec "$0" "$@"';
    const args = [process.execPath, program, "init", "--with-key", "--no-verify", "--verbose"];
    const child = spawn("sh", ["-c", script, ...args], {
      env,
      cwd: home,
      stdio: ["pipe", "ignore", "ignore"],
    });
    try {
      const ended = new Promise((resolve) => child.on("close", resolve));
      child.stdin.write(key);
      await expect.poll(() => filterOf(child.pid ?? 0)).toBe("00000000\n");
      child.kill("SIGABRT");
      await ended;
    } finally {
      child.kill("SIGKILL");
    }
    // The system decides where dumps go; here it is often the current folder.
    for (const file of readdirSync(home).filter((name) => name.startsWith("core"))) {
      expect(readFileSync(join(home, file)).includes(key)).toBe(false);
    }
  });

  it("of a command under run is as it would be without this program, whose own stays empty", async () => {
    expect((await runProgram(["init", "--with-key", "--no-verify"], { env, input: key })).code).toBe(0);
    // The command may be running before the program has emptied its own filter again.
    const filters = `cat /proc/self/coredump_filter
      until grep -q '^0*$' /proc/$PPID/coredump_filter || [ $((n += 1)) -gt 3000 ]; do sleep 0.01; done
      cat /proc/$PPID/coredump_filter`;
    const run = await runProgram(["run", "--", "sh", "-c", filters], { env });
    expect(run.stdout).toBe(`${usualFilter()}00000000\n`);
  });
});

it.skipIf(process.platform === "win32")("SIGUSR1 ends the program, and opens no debugger", async () => {
  const args = [program, "init", "--with-key", "--no-verify", "--verbose"];
  const child = spawn(process.execPath, args, { env, cwd: home, stdio: ["pipe", "ignore", "pipe"] });
  try {
    let said = "";
    const ended = new Promise((resolve) => child.on("close", resolve));
    child.stderr.on("data", (chunk) => {
      said += chunk;
    });
    await expect.poll(() => said).toContain("is used here");
    child.kill("SIGUSR1");
    expect(await ended).toBe(128 + constants.signals.SIGUSR1);
    expect(said).not.toContain("Debugger");
  } finally {
    child.kill("SIGKILL");
  }
});
