import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { program, runProgram } from "../support/program.ts";

const key = "testKey0".repeat(4);

let api: LoopbackMistralApi;
let folder: string;

beforeEach(async () => {
  api = await startMistralApi({ keys: [key] });
  folder = mkdtempSync(join(tmpdir(), "bad-places-"));
});

afterEach(async () => {
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

const environment = (env: Readonly<Record<string, string>>) => ({
  HOME: folder,
  MISTRAL_KEY_PASSPHRASE: "correct horse battery staple",
  MISTRAL_KEY_SERVER_URL: api.url,
  MISTRAL_KEY_STORE: "file",
  ...env,
});

describe("a program folder that cannot be", () => {
  const places: readonly (readonly [string, () => Readonly<Record<string, string>>])[] = [
    ["in /proc", () => ({ MISTRAL_KEY_HOME: "/proc/mk" })],
    ["below a home folder in /proc", () => ({ HOME: "/proc/nobody", XDG_CONFIG_HOME: "" })],
    ["below a file", () => ({ MISTRAL_KEY_HOME: join(folder, "file", "mk") })],
  ];

  it.runIf(process.platform === "linux").each(places)("ends init with 7, %s", async (_, env) => {
    writeFileSync(join(folder, "file"), "");
    const run = await runProgram(["init", "--with-key", "--json"], {
      env: environment(env()),
      input: `${key}\n`,
    });
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 7, kind: "store-denied" } });
    expect(run).toMatchObject({ code: 7, signal: null });
    expect(run.stdout + run.stderr).not.toContain(key);
  });
});

describe.runIf(process.platform !== "win32")("a passphrase file that is a named pipe", () => {
  const start = () => {
    execFileSync("mkfifo", [join(folder, "pipe")]);
    const env = environment({
      MISTRAL_KEY_HOME: join(folder, "mk"),
      MISTRAL_KEY_PASSPHRASE: "",
      MISTRAL_KEY_PASSPHRASE_FILE: join(folder, "pipe"),
    });
    const args = [program, "init", "--with-key", "--no-verify"];
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env.PATH, ...env },
      stdio: ["pipe", "ignore", "pipe"],
    });
    child.stdin.end(`${key}\n`);
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const ended = new Promise<{ code: number | null; stderr: string }>((resolve) => {
      child.on("close", (code) => resolve({ code, stderr: stderr.replace(/\s+/g, " ") }));
    });
    return { child, ended };
  };

  it("locks the store when nobody writes into it", async () => {
    const { code, stderr } = await start().ended;
    expect(code).toBe(7);
    expect(stderr).toContain("it is a pipe that nobody writes into");
  });

  it.each(["SIGINT", "SIGTERM"] as const)("is not waited for after %s", async (signal) => {
    const { child, ended } = start();
    // Somebody is there to write, and never does; opening it waits for the program.
    const writer = spawn("sh", ["-c", 'exec 3>"$1"; echo open; exec sleep 60', "sh", join(folder, "pipe")]);
    await new Promise((resolve) => writer.stdout.once("data", resolve));
    child.kill(signal);
    expect((await ended).code).toBe(signal === "SIGINT" ? 130 : 143);
    writer.kill("SIGKILL");
  });
});
