import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { type Loaded, runAndList } from "../support/loaded-modules.ts";
import { program, runProgram } from "../support/program.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const key = "loadKey0".repeat(4);

/** What a command that only hands over a stored key must not load. */
const heavyPackages = ["@mistralai/mistralai", "zod", "@inquirer/core", "open", "age-encryption", "yaml"];
const heavyBuiltins = ["http", "https", "tls", "readline", "worker_threads"];

/** @param ofNode - what Node loads by itself for such a program */
function expectNothingHeavy({ packages, builtins }: Loaded, ofNode: readonly string[] = []): void {
  expect(packages.filter((name) => heavyPackages.includes(name) || name.startsWith("@inquirer/"))).toEqual(
    [],
  );
  expect(builtins.filter((name) => heavyBuiltins.includes(name) && !ofNode.includes(name))).toEqual([]);
}

const modulesIn = (loaded: Loaded, name: string) =>
  loaded.sources.filter((module) => module.startsWith(`src/${name}/`));

describe("what is loaded", () => {
  // No folder can be created there, so nothing is kept.
  const env = { HOME: fileURLToPath(import.meta.url) };

  it("for --version is the first module and no package", async () => {
    const loaded = await runAndList([program, "--version"], { env });
    expect(loaded.run).toMatchObject({ code: 0, stderr: "" });
    expect(loaded.packages).toEqual([]);
    expect(loaded.sources).toEqual(["src/start.ts"]);
    expect(loaded.builtins.filter((name) => name === "tty" || name === "net" || name === "stream")).toEqual(
      [],
    );
  });

  it("for --help is the table of commands, and no command", async () => {
    const loaded = await runAndList([program, "--help"], { env });
    expect(loaded.run.code).toBe(0);
    expect(loaded.sources).toContain("src/cli/command-table.ts");
    expect(modulesIn(loaded, "commands")).toEqual([]);
    expect(loaded.packages).toEqual(["commander"]);
    expectNothingHeavy(loaded);
    expect(loaded.builtins).not.toContain("crypto");
  });

  it("for a wrong command line is the same and what words the error", async () => {
    const loaded = await runAndList([program, "verfy"], { env });
    expect(loaded.run.code).toBe(2);
    expect(modulesIn(loaded, "commands")).toEqual([]);
    expectNothingHeavy(loaded);
  });
});

describeWithKeyring("what is loaded to hand over a stored key", () => {
  let keyring: Keyring;
  let folder: string;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    keyring = await startKeyring({ state: "unlocked", secrets: { default: key } });
    folder = mkdtempSync(join(tmpdir(), "mistral-key-loading-"));
    env = { ...keyring.env, MISTRAL_KEY_HOME: join(folder, "home") };
    const stored = await runProgram(["init", "--with-key", "--no-verify", "--force"], { env, input: key });
    expect(stored.code).toBe(0);
  });
  afterAll(async () => {
    await keyring.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("for get is the keychain and no other command", async () => {
    const loaded = await runAndList([program, "get"], { env });
    expect(loaded.run).toMatchObject({ code: 0, stdout: `${key}\n` });
    expectNothingHeavy(loaded);
    expect(modulesIn(loaded, "commands")).toEqual(["src/commands/use/get.ts"]);
    const others = ["verification", "plaintext", "doctor", "targets", "web"];
    expect(others.flatMap((name) => modulesIn(loaded, name))).toEqual([]);
    expect(loaded.packages).toContain("keytar");
    expect(loaded.packages).not.toContain("commander");
    expect(loaded.builtins).not.toContain("crypto");
  });

  it("for run is the keychain and what starts a command", async () => {
    const loaded = await runAndList([program, "run", "--", process.execPath, "-e", "0"], { env });
    expect(loaded.run.code).toBe(0);
    expectNothingHeavy(loaded);
    expect(modulesIn(loaded, "commands")).toEqual(["src/commands/use/run.ts"]);
  });

  it("for status is the profiles, and no call to Mistral", async () => {
    const loaded = await runAndList([program, "status"], { env });
    expect(loaded.run).toMatchObject({ code: 0 });
    expectNothingHeavy(loaded);
    expect(loaded.packages).not.toContain("keytar");
    expect(modulesIn(loaded, "commands")).toEqual(["src/commands/care/status.ts"]);
    expect(modulesIn(loaded, "web")).toEqual([]);
  });

  it("for init is nothing of its page", async () => {
    const args = [program, "init", "--with-key", "--no-verify", "--force"];
    const loaded = await runAndList(args, { env, input: key });
    expect(loaded.run).toMatchObject({ code: 0 });
    expect(modulesIn(loaded, "onboarding")).not.toEqual([]);
    expect(modulesIn(loaded, "web")).toEqual([]);
  });

  it("for the library is the keychain: no prompt, no command line, no SDK, no colour", async () => {
    const modules = join(folder, "node_modules");
    mkdirSync(modules, { recursive: true });
    symlinkSync(root, join(modules, "mistral-key"), "dir");
    const script = join(folder, "app.mjs");
    writeFileSync(
      script,
      'import { getMistralKey } from "mistral-key"; process.stdout.write(await getMistralKey());',
    );
    const loaded = await runAndList([script], { env });
    expect(loaded.run).toMatchObject({ code: 0, stdout: key });
    // Node 22 loads threads for this alone.
    const alone = join(folder, "alone.mjs");
    writeFileSync(alone, 'import "node:util";');
    expectNothingHeavy(loaded, (await runAndList([alone], { env })).builtins);
    expect(loaded.packages).toEqual(["keytar"]);
    expect(loaded.sources).not.toContain("src/cli/parse.ts");
    for (const name of ["onboarding", "verification", "plaintext", "doctor", "running", "targets"]) {
      expect(modulesIn(loaded, name)).toEqual([]);
    }
  });
});
