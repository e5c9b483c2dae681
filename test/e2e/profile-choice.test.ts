import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runNode, runProgram } from "../support/program.ts";
import { quickScrypt } from "../support/quick-scrypt.ts";

const library = new URL("../../dist/index.js", import.meta.url).href;
const keys = { default: "testKey0".repeat(4), work: "testKey1".repeat(4), team: "testKey2".repeat(4) };
let home: string;
let folder: string;
let env: Record<string, string>;

beforeEach(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "profile-choice-")));
  folder = join(home, "program");
  env = {
    ...quickScrypt,
    HOME: home,
    PATH: process.env.PATH ?? "",
    MISTRAL_KEY_HOME: folder,
    MISTRAL_KEY_PASSPHRASE: "correct horse battery staple",
  };
  for (const [name, input] of Object.entries(keys)) {
    const init = ["init", "--with-key", "--no-verify", "--store", "file", "-p", name];
    expect((await runProgram(init, { env, input })).code).toBe(0);
  }
  mkdirSync(join(home, "app", "src"), { recursive: true });
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const run = (args: readonly string[], cwd = join(home, "app", "src"), more: Record<string, string> = {}) =>
  runProgram(args, { env: { ...env, ...more }, cwd });

/** The key that the command and the library give in a folder. */
async function keysIn(cwd: string, more: Record<string, string> = {}): Promise<readonly string[]> {
  const script = `import(${JSON.stringify(library)}).then(async ({ getMistralKey }) => console.log(await getMistralKey()))`;
  const [command, program] = await Promise.all([
    run(["get"], cwd, more),
    runNode(["-e", script], { env: { ...env, ...more }, cwd }),
  ]);
  return [command.stdout.trim(), program.stdout.trim()];
}

const inApp = () => join(home, "app", "src");
const both = (key: string) => [key, key];

it("the command and the library choose the same key by the same order of rules", async () => {
  expect(await keysIn(inApp())).toEqual(both(keys.default));
  expect((await run(["use", "work"])).code).toBe(0);
  expect(await keysIn(inApp())).toEqual(both(keys.work));
  expect((await run(["use", "team", "--here"], join(home, "app"))).code).toBe(0);
  expect(await keysIn(inApp())).toEqual(both(keys.team));
  expect(await keysIn(home)).toEqual(both(keys.work));
  expect(await keysIn(inApp(), { MISTRAL_KEY_PROFILE: "default" })).toEqual(both(keys.default));
  expect((await run(["get", "-p", "work"])).stdout.trim()).toBe(keys.work);
});

describe("with --verbose", () => {
  it("the rule that chose the profile is said on stderr", async () => {
    writeFileSync(join(home, "app", ".mistral-key"), "team\n", { mode: 0o644 });
    const { stdout, stderr } = await run(["get", "--verbose"]);
    expect(stdout.trim()).toBe(keys.team);
    expect(stderr.replace(/\s+/g, " ")).toContain(
      `Profile "team" is used here, as ${join(home, "app", ".mistral-key")} says.`,
    );
  });
});

describe("hints", () => {
  it("name the profile called default when another one would be used", async () => {
    rmSync(join(folder, "profiles", "default.json"));
    const plain = await run(["expires", "90d", "-p", "default"]);
    expect(plain.stderr).toMatch(/init -p default/);
    const usual = await run(["expires", "90d"]);
    expect(usual.stderr).toMatch(/mistral-key init$/m);
  });
});

it.skipIf(process.platform === "win32")(
  "a .mistral-key that others can write stops the command and the library, until a profile is named",
  async () => {
    writeFileSync(join(home, "app", ".mistral-key"), "team\n");
    chmodSync(join(home, "app", ".mistral-key"), 0o666);
    expect(await keysIn(inApp())).toEqual(["", ""]);
    const refused = await run(["get"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("others can write it");
    expect(await run(["get", "-p", "work"])).toMatchObject({ code: 0, stdout: `${keys.work}\n` });
  },
);
