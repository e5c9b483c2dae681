import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandTable } from "../../src/cli/command-table.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { program, runProgram } from "../support/program.ts";
import { quickScrypt } from "../support/quick-scrypt.ts";
import { openTerminal } from "../support/terminal.ts";
import { terminalEffects } from "../support/terminal-effects.ts";

const key = "testKey0".repeat(4);
const newKey = "nextKey1".repeat(4);
/**
 * A title, a cleared screen, a style that is not ours, 8-bit controls, a string, and invisible characters.
 */
const hostile = "x\x1b]0;PWN\x07\x1b[2J\x1b[9m\x9b2K\x1bP1$r\x1b\\\x85\r\b\u202e\u200b;";

// Names of files on Windows hold no control characters.
describe.skipIf(process.platform === "win32")("names that would control a terminal", () => {
  let folder: string;
  let work: string;
  let api: LoopbackMistralApi;

  const env = () => ({
    HOME: join(folder, `home ${hostile}`),
    MISTRAL_KEY_HOME: join(folder, `program ${hostile}`),
    MISTRAL_KEY_SERVER_URL: api.url,
    MISTRAL_KEY_STORE: "file",
    ...quickScrypt,
    MISTRAL_KEY_PASSPHRASE: "correct horse",
    MISTRAL_API_KEY: hostile,
    SHELL: `/bin/${hostile}`,
    EDITOR: hostile,
    FORCE_COLOR: "3",
  });
  const target = () => `dotenv:${join(work, hostile)}`;
  const noteTarget = (more: object = {}) => {
    const path = join(env().MISTRAL_KEY_HOME, "profiles", "default.json");
    const targets = [{ target: target(), since: null }];
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), targets, ...more }));
  };
  const run = (args: readonly string[], input?: string) =>
    runProgram(args, { env: env(), cwd: work, ...(input !== undefined && { input }) });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "mistral-key-terminal-safety-"));
    work = join(folder, `work ${hostile}`);
    const identity = {
      email: `ada${hostile}@example.com`,
      workspace: `Research ${hostile}`,
      organization: hostile,
      keyName: hostile,
    };
    const model = {
      id: `small ${hostile}`,
      object: "model",
      created: 1,
      owned_by: hostile,
      name: hostile,
      description: hostile,
      max_context_length: 32_000,
      aliases: [hostile],
      deprecation: null,
      type: "base",
      capabilities: { completion_chat: true },
    } as const;
    api = await startMistralApi({ models: [model, { ...model, id: "mistral-small-latest" }] });
    for (const one of [key, newKey]) api.keys.accept(one, { identity });
    for (const path of [work, env().HOME, join(work, hostile)]) mkdirSync(path, { recursive: true });
    for (const path of [join(work, `.env${hostile}`), join(work, `.env.${hostile}`), join(work, ".env")]) {
      writeFileSync(path, `# ${hostile}\nMISTRAL_API_KEY=${key}\n`);
    }
    writeFileSync(join(work, hostile, ".env"), `MISTRAL_API_KEY=${key} # ${hostile}\n`);
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@example.com", ...args], {
        cwd: work,
        stdio: "ignore",
      });
    git("init");
    git("add", "-A");
    git("commit", "-m", `a message ${hostile} ${key}`);
    const stored = await run(["init", "--with-key", "--expires", "5d", "--yes"], key);
    expect(stored.code, stored.stderr).toBe(0);
    const profiles = join(env().MISTRAL_KEY_HOME, "profiles");
    noteTarget({ storeName: hostile, identity });
    writeFileSync(join(profiles, "damaged.json"), `{ "name": "${hostile}" `);
    writeFileSync(join(profiles, `${hostile}.json`), "{}");
  });
  afterAll(async () => {
    await api.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function expectHarmless(args: readonly string[], input?: string): Promise<void> {
    const { stdout, stderr, code } = await run(args, input);
    const text = `${stdout}\n${stderr}`;
    expect(await terminalEffects(text), `${JSON.stringify(args)}:\n${JSON.stringify(text)}`).toEqual([]);
    expect(code, stderr).not.toBe(1);
  }

  const names = commandTable.map(({ name }) => name);

  it("are harmless when no command is named", () => expectHarmless([]));

  it.each(names)("are harmless in %s", async (name) => {
    for (const args of [
      [name, "--verbose"],
      [name, "--json"],
    ])
      await expectHarmless(args, key);
  });

  it.each(names)("are harmless as an argument of %s", async (name) => {
    await expectHarmless([name, hostile], hostile);
  });

  it.each([
    ["a command", [hostile]],
    ["a flag", [`--${hostile}`]],
    ["a profile", ["status", "-p", hostile]],
    ["a profile to check", ["verify", "-p", hostile]],
    ["a store", ["status", "--store", hostile]],
    ["an address", ["verify", "--server-url", hostile]],
    ["an address with a path", ["verify", "--server-url", `https://127.0.0.1:1/${hostile}`]],
    ["a date", ["expires", hostile]],
    ["a file to write", ["env", "--write", hostile]],
    ["a file in a folder that is not there", ["env", "--write", `missing/${hostile}`]],
    ["a place of a key", ["import", "--from", hostile, "--list"]],
    ["a place that has a key", ["import", "--from", `.env${hostile}`, "--clean", "files", "--yes"]],
    ["a model", ["verify", "--model", hostile]],
    ["a model whose limits are shown", ["limits", "--model", hostile]],
    ["a model that is tried", ["try", "--model", hostile, "Hello"]],
    ["a question in a shell script", ["try", "--as", "curl", hostile]],
    ["a question in a program", ["try", "--as", "python", "--model", hostile, hostile]],
    ["a command to run", ["run", "--", hostile]],
    ["a path to a command to run", ["run", "--", `./${hostile}`]],
    ["the shell", ["env", "--shell", hostile]],
    ["every file that is scanned", ["doctor", "--scan"]],
    ["every profile", ["verify", "--all"]],
  ])("are harmless as %s", async (_what, args) => {
    await expectHarmless(args);
  });

  it("are harmless in the wizard", async () => {
    const terminal = openTerminal(process.execPath, [program, "init", "-p", "other"], {
      cwd: work,
      env: { ...env(), FORCE_COLOR: undefined, BROWSER: "none" },
    });
    try {
      await terminal.waitFor("Where are you now?");
      terminal.paste(key);
      await terminal.waitFor("32 characters, looks right");
      terminal.press("enter");
      await terminal.waitFor("When does it expire?");
      terminal.press("enter");
      await terminal.waitFor("Research");
      // Its own prompts move the cursor; what is hostile does more than that.
      const written = terminal.everything();
      expect(written).not.toMatch(/\x1b\]0;|\x1b\[2J|\x1b\[9m|\x9b|\x1bP|\x85|\u202e|\u200b/);
    } finally {
      await terminal.close();
    }
  });

  it("are harmless as a target that takes no key", async () => {
    await expectHarmless(["rotate", "--with-key", "--yes"], newKey);
    api.keys.revoke(key);
    await expectHarmless(["rotate", "--finish"]);
    await expectHarmless(["push", "--forget", target()]);
    noteTarget();
    await expectHarmless(["remove", "--yes"]);
  });
});
