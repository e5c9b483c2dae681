import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { parseProfileName } from "../../src/keys/profile-name.ts";
import { profileOf } from "../../src/profiles/known-key.ts";
import { ProfileFolder } from "../../src/profiles/profile-folder.ts";
import { openUnlocked, passphrase } from "../stores/encrypted-file/encrypted-file-setup.ts";
import { findProgram } from "../support/find-program.ts";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { program, runProgram } from "../support/program.ts";
import { openTerminal } from "../support/terminal.ts";

const key = "testKey0".repeat(4);
const otherKey = "workKey1".repeat(4);

describe("the built command, with a key in the encrypted file", () => {
  it("hands the terminal over to the command after it has asked for the passphrase", async () => {
    const { store, home } = openUnlocked();
    const profile = parseProfileName("default");
    const stored = ApiKey.of(key);
    await store.set({ profile, slot: "current" }, stored);
    const known = { name: profile, key: stored, store: "file", endpoint: { region: "global" } } as const;
    new ProfileFolder(home).write(profileOf(known, new Date()));
    const script = `
      const readline = require("node:readline").createInterface({ input: process.stdin, output: process.stdout });
      readline.question("your name? ", (name) => {
        console.log(name.toUpperCase(), process.env.MISTRAL_API_KEY.length + 1000, process.env.MISTRAL_KEY_PASSPHRASE);
        readline.question("and then? ", (answer) => { console.log(answer.toUpperCase()); process.exit(5); });
      });`;
    const terminal = openTerminal(process.execPath, [program, "run", "--", process.execPath, "-e", script], {
      env: { MISTRAL_KEY_HOME: home },
    });
    try {
      await terminal.waitFor("Passphrase");
      terminal.type(`${passphrase}\r`);
      await terminal.waitFor("your name?");
      terminal.type("ada\r");
      await terminal.waitFor("ADA 1032 undefined");
      terminal.type("nothing\r");
      await terminal.waitFor("NOTHING");
      expect((await terminal.exit()).code).toBe(5);
      expect(terminal.everything()).not.toContain(passphrase);
    } finally {
      await terminal.close();
    }
  });
});

describeWithKeyring("the built command, with a key in a real keyring", () => {
  let keyring: Keyring;
  let home = "";
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "mistral-key-e2e-"));
    keyring = await startKeyring({ state: "unlocked", secrets: { default: key, work: otherKey } });
  });
  afterAll(async () => {
    await keyring.stop();
    rmSync(home, { recursive: true, force: true });
  });
  const env = () => ({ PATH: process.env.PATH, ...keyring.env, MISTRAL_KEY_HOME: home });
  const mistralKey = (...args: string[]) => runProgram(args, { env: env() });

  describe("run", () => {
    it("gives the key to the command, of the profile asked for, and to nobody else", async () => {
      const result = await mistralKey("run", "-p", "work", "--", "sh", "-c", "echo $MISTRAL_API_KEY; exit 3");
      expect(result).toMatchObject({ stdout: `${otherKey}\n`, stderr: "", code: 3 });
      const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      );
      for (const file of files)
        expect(readFileSync(join(file.parentPath, file.name), "utf8")).not.toContain(otherKey);
    });

    it("treats flags after the command as the command's own", async () => {
      const script = "console.log(JSON.stringify(process.argv.slice(1)))";
      const { stdout } = await mistralKey(
        "run",
        "--as",
        "ONE",
        "--as",
        "TWO",
        "--",
        process.execPath,
        "-e",
        script,
        "--",
        "--redact",
        "-p",
        "x",
        "--json",
        key,
      );
      expect(JSON.parse(stdout)).toEqual(["--redact", "-p", "x", "--json", key]);
    });

    it("masks the key in the output when asked", async () => {
      const script =
        'printf "\\033[31m%s\\033[0m|" $MISTRAL_API_KEY; printf %s "$MISTRAL_API_KEY" | base64 >&2';
      const { stdout, stderr } = await mistralKey("run", "--redact", "--", "sh", "-c", script);
      expect(stdout).toBe("\x1b[31mtest...Key0\x1b[0m|");
      expect(stderr).toContain("test...Key0");
      expect(Buffer.from(stderr, "base64").toString("latin1")).not.toContain("Key0testKey0");
    });

    it.each([
      ["a missing command", ["run", "--", "no-such-command-here"], 127],
      ["a missing command with flags of its own", ["run", "no-such-command-here", "--json"], 127],
      ["a folder", ["run", "--", "/"], 126],
      ["no command", ["run"], 2],
      ["a bad name", ["run", "--as", "A-B", "--", "true"], 2],
      ["a profile without a key", ["run", "-p", "empty", "--", "true"], 3],
    ])("ends with its own code for %s", async (_what, args, code) => {
      const result = await mistralKey(...args);
      expect(result.code).toBe(code);
      expect(result.stdout).toBe("");
      expect(result.stderr).not.toContain("    at ");
    });

    it("is a REPL on a terminal, with Ctrl-C and all", async () => {
      const terminal = openTerminal(process.execPath, [program, "run", "--", process.execPath, "-i"], {
        env: env(),
      });
      try {
        await terminal.waitFor(">");
        terminal.type("process.env.MISTRAL_API_KEY.length + 1000\r");
        await terminal.waitFor("1032");
        // Node's REPL loses one Ctrl-C in thirty that comes while console.log is at work.
        terminal.type("fs.writeSync(1, 'in ' + 'a loop'); while (true) {}\r");
        await terminal.waitFor("in a loop");
        terminal.press("ctrl-c");
        await terminal.waitFor("SIGINT");
        terminal.type("'still ' + 'here'\r");
        await terminal.waitFor("'still here'");
        terminal.type(".exit\r");
        expect((await terminal.exit()).code).toBe(0);
      } finally {
        await terminal.close();
      }
    });
  });

  describe("env", () => {
    const shells = [
      ["bash", ["--norc", "-c"], 'eval "$($MISTRAL_KEY env)"; printf %s "$MISTRAL_API_KEY"'],
      ["zsh", ["-f", "-c"], 'eval "$(${=MISTRAL_KEY} env)"; printf %s "$MISTRAL_API_KEY"'],
      ["fish", ["--no-config", "-c"], 'eval $MISTRAL_KEY env | source; printf %s "$MISTRAL_API_KEY"'],
    ] as const;
    for (const [name, args, script] of shells) {
      const shell = findProgram(name);
      if (shell === undefined) console.warn(`SKIPPED: ${name} is not installed; env was not tried in it.`);
      it.skipIf(shell === undefined)(`sets the key in ${name}, which it finds out by itself`, async () => {
        const child = spawn(shell ?? "", [...args, script], {
          env: { ...env(), MISTRAL_KEY: `${process.execPath} ${program}`, SHELL: "/bin/false" },
          stdio: ["ignore", "pipe", "inherit"],
        });
        let stdout = "";
        child.stdout.on("data", (chunk) => {
          stdout += chunk;
        });
        await new Promise((resolve) => child.once("close", resolve));
        expect(stdout).toBe(key);
      });
    }

    // Only root may mount, in a namespace of its own.
    const canMount = spawnSync("unshare", ["-m", "true"]).status === 0;
    it.skipIf(!canMount)("says why a file that is mounted by itself is not written", async () => {
      writeFileSync(join(home, "outside"), "A=1\n");
      writeFileSync(join(home, ".env"), "");
      const mount = `mount --bind outside .env && exec "$@"`;
      const child = spawn(
        "unshare",
        ["-m", "sh", "-c", mount, "sh", process.execPath, program, "env", "--write", ".env"],
        { cwd: home, env: env() },
      );
      let stderr = "";
      child.stderr.on("data", (chunk) => {
        stderr += chunk;
      });
      expect(await new Promise((resolve) => child.once("close", resolve))).toBe(2);
      expect(stderr.replace(/\s+/g, " ")).toContain("mounted by itself as containers do it");
      expect(readFileSync(join(home, "outside"), "utf8")).toBe("A=1\n");
    });

    it("does not print the key on a terminal", async () => {
      const terminal = openTerminal(process.execPath, [program, "env", "--shell", "bash"], { env: env() });
      try {
        expect((await terminal.exit()).code).toBe(2);
        expect(terminal.screen()).toContain('eval "$(npx mistral-key env --shell bash)"');
        expect(terminal.everything()).not.toContain(key);
      } finally {
        await terminal.close();
      }
    });
  });
});
