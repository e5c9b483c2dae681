import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { runProgram } from "../support/program.ts";

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

it.skipIf(process.platform === "win32")(
  "a passphrase file that is a named pipe is refused, and not waited for",
  async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const run = await runProgram(["init", "--with-key", "--no-verify", "--json"], {
      env: environment({ MISTRAL_KEY_PASSPHRASE: "", MISTRAL_KEY_PASSPHRASE_FILE: pipe }),
      input: `${key}\n`,
    });
    expect(run).toMatchObject({ code: 7, signal: null });
    expect(run.stdout).toContain("it is not an ordinary file");
  },
);
