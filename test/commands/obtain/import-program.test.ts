import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  chosenKey,
  otherKey,
  type PlantedHome,
  plantedFiles,
  plantHome,
} from "../../plaintext/planted-home.ts";
import { type Keyring, startKeyring } from "../../support/keyring.ts";
import { describeWithKeyring } from "../../support/keyring-suite.ts";
import { type LoopbackMistralApi, startMistralApi } from "../../support/mistral-api.ts";
import { program, runProgram } from "../../support/program.ts";
import { openTerminal, type Terminal } from "../../support/terminal.ts";

/** A folder with a `git` that notes its arguments and its environment and then is the real one, and with this program. */
function plantWatchedGit(folder: string): { readonly path: string; seen(): string } {
  const log = join(folder, "seen-by-git");
  const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
  mkdirSync(folder, { recursive: true });
  writeFileSync(log, "");
  writeFileSync(join(folder, "git"), `#!/bin/sh\n{ echo "$0 $*"; env; } >> "${log}"\nexec "${real}" "$@"\n`);
  chmodSync(join(folder, "git"), 0o755);
  symlinkSync(program, join(folder, "mistral-key"));
  return { path: `${folder}:${process.env.PATH}`, seen: () => readFileSync(log, "utf8") };
}

describeWithKeyring("import and scan, as they are installed, with a real keyring", () => {
  let keyring: Keyring;
  let api: LoopbackMistralApi;
  let planted: PlantedHome;
  let terminal: Terminal | undefined;
  let git: ReturnType<typeof plantWatchedGit>;

  beforeEach(async () => {
    keyring = await startKeyring({ state: "unlocked" });
    api = await startMistralApi({ keys: [chosenKey, otherKey] });
    planted = plantHome();
    git = plantWatchedGit(join(keyring.env.HOME, "watched"));
  });

  afterEach(async () => {
    await terminal?.close();
    terminal = undefined;
    planted.remove();
    await api.stop();
    await keyring.stop();
  });

  const env = () => {
    const { XDG_CONFIG_HOME: _config, XDG_DATA_HOME: _data, ...session } = keyring.env;
    const own = { HOME: planted.home, MISTRAL_KEY_HOME: join(planted.home, "program"), PATH: git.path };
    return { ...session, ...own, MISTRAL_KEY_SERVER_URL: api.url, BROWSER: "true" };
  };
  const open = (...args: string[]) => {
    terminal = openTerminal(process.execPath, [program, ...args], {
      env: env(),
      cwd: planted.project,
      rows: 60,
    });
    return terminal;
  };
  const run = (...args: string[]) => runProgram(args, { env: env(), cwd: planted.project });

  test("a person picks a key, and afterwards it is in the keyring and in no file they agreed to clean", async () => {
    const terminal = open("import");
    await terminal.waitFor("Check these 2 keys with Mistral first?");
    terminal.press("enter");
    await terminal.waitFor("Which key do you want to store?");
    terminal.press("enter");
    await terminal.waitFor("When does it expire?");
    terminal.press("enter");
    const own = [
      "project/.env",
      "project/.env.local",
      ".bashrc",
      ".profile",
      ".zshrc",
      ".config/fish/config.fish",
    ];
    for (const file of own) {
      await terminal.waitFor(`Remove the key from ~/${file}?`);
      terminal.press("enter");
    }
    for (const tool of ["Mistral Vibe", "llm", "opencode", "Continue", "Mistral Code", "aider"]) {
      await terminal.waitFor(`Remove the key from ${tool}'s`);
      terminal.type(tool === "llm" ? "y" : "n");
      terminal.press("enter");
    }
    await terminal.waitFor("Use it now");
    await terminal.waitFor("Deliver it to one of them?");
    terminal.press("enter");

    expect((await terminal.exit()).code).toBe(9);
    expect(await keyring.lookup("default")).toBe(chosenKey);
    for (const { path, before, after } of plantedFiles) {
      const kept = /vibe|opencode|continue|mistralcode|aider/.test(path);
      expect(planted.read(path), path).toBe(kept ? before : after);
    }
    for (const part of [chosenKey, otherKey]) expect(terminal.everything()).not.toContain(part.slice(0, 12));
  });

  test("stopping at the first question sends and changes nothing; stopping later says that the key is stored", async () => {
    const first = open("import");
    await first.waitFor("Check these 2 keys with Mistral first?");
    first.press("ctrl-c");
    expect((await first.exit()).code).toBe(130);
    expect(await keyring.lookup("default")).toBeUndefined();
    await first.close();

    const second = open("import", "--expires", "90d", "--key", "test...Key0");
    await second.waitFor("Remove the key from ~/project/.env?");
    second.press("ctrl-c");
    await second.waitFor("Your key is stored");
    expect((await second.exit()).code).toBe(130);
    expect(await keyring.lookup("default")).toBe(chosenKey);
    for (const { path, before } of plantedFiles) expect(planted.read(path), path).toBe(before);
  });

  test("from finding to a clean repository without a terminal, and git never gets to see the key", async () => {
    const listed = await run("import", "--list", "--json");
    expect(listed.code).toBe(0);
    expect(JSON.parse(listed.stdout).found).toHaveLength(2);

    const imported = await run("import", "--key", "test...Key0", "--clean", "all", "--no-input", "--json");
    expect(imported.code).toBe(9);
    expect(JSON.parse(imported.stdout)).toMatchObject({ stored: true, diagnosis: "valid" });
    expect(await keyring.lookup("default")).toBe(chosenKey);

    // What was staged before is still in the index.
    const dirty = await run("doctor", "--scan", "--staged", "--json");
    expect(dirty.code).toBe(9);
    expect(JSON.parse(dirty.stdout).leaks).toMatchObject([{ kind: "staged", path: ".env", line: 3 }]);
    execFileSync("git", ["add", ".env"], { cwd: planted.project });
    expect((await run("doctor", "--scan", "--staged")).code).toBe(0);

    for (const { stdout, stderr } of [listed, imported, dirty]) {
      expect(stdout + stderr).not.toContain(chosenKey);
    }
    expect(git.seen()).toContain("cat-file");
    expect(git.seen()).not.toContain(chosenKey);
  });

  test("a scan works as a hook that keeps git from committing the key", async () => {
    await run("import", "--key", "test...Key0", "--clean", "none", "--no-input");
    const hook = join(planted.project, ".git/hooks/pre-commit");
    writeFileSync(hook, `#!/bin/sh\nexec "${process.execPath}" "${program}" doctor --scan --staged\n`);
    chmodSync(hook, 0o755);
    const commit = (...args: string[]) =>
      execFileSync(
        "git",
        ["-c", "user.name=A", "-c", "user.email=a@example.test", "commit", "-q", "-m", "x", ...args],
        {
          cwd: planted.project,
          env: { ...process.env, ...env() },
          stdio: "pipe",
        },
      );

    expect(() => commit()).toThrow(/\.env:3, staged/);
    writeFileSync(join(planted.project, ".env"), "clean=1\n");
    commit("-a");

    // .env.local is ignored by git and so is none of its business; what was staged once, git still keeps.
    const scanned = await run("doctor", "--scan", "--json");
    expect(JSON.parse(scanned.stdout).leaks).toMatchObject([{ kind: "history", commit: null, path: null }]);
    execFileSync("git", ["prune"], { cwd: planted.project });
    expect((await run("doctor", "--scan")).code).toBe(0);
  });
});
