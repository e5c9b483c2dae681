import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { fingerprintOf } from "../../src/keys/fingerprint.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { EncryptedFileStore } from "../../src/stores/encrypted-file/encrypted-file.ts";
import { type Desktop, desktopNeeds, startX11 } from "../support/desktop.ts";
import { findProgram } from "../support/find-program.ts";
import { describeNeeding } from "../support/needs.ts";
import { program, runProgram } from "../support/program.ts";
import { openTerminal, type Terminal } from "../support/terminal.ts";

const key = ApiKey.of("testKey0".repeat(4));
let home: string;
let env: Record<string, string>;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "get-copy-"));
  const folder = join(home, "program");
  env = {
    HOME: home,
    MISTRAL_KEY_HOME: folder,
    MISTRAL_KEY_STORE: "file",
    MISTRAL_KEY_PASSPHRASE: "correct horse battery staple",
  };
  const store = new EncryptedFileStore({ folder, env, signal: new AbortController().signal });
  await store.set({ profile: defaultProfile, slot: "current" }, key);
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

const missing = desktopNeeds.programs.filter((name) => findProgram(name) === undefined);

describeNeeding("the built get --copy on a desktop", { missing, packages: desktopNeeds.packages }, () => {
  let desktop: Desktop;
  beforeEach(async () => {
    desktop = await startX11();
    Object.assign(env, desktop.env);
  });
  afterEach(async () => {
    for (const { pid } of waiting()) {
      try {
        process.kill(pid);
      } catch {
        // Its time was up.
      }
    }
    await desktop.stop();
  });

  /** The processes that are to take a key off this desktop's clipboard. */
  const waiting = () =>
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => ({
        pid: Number(name),
        command: read(name, "cmdline"),
        environment: read(name, "environ"),
      }))
      .filter(({ command, environment }) => {
        return (
          command.includes("__clear-clipboard") && environment.includes(`DISPLAY=${desktop.env.DISPLAY}\0`)
        );
      });
  const read = (pid: string, file: string) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, "utf8");
    } catch {
      return "";
    }
  };
  const pasted = () =>
    execFileSync("xclip", ["-o", "-selection", "clipboard"], {
      env: { PATH: process.env.PATH, ...desktop.env },
      encoding: "utf8",
      timeout: 3000,
    });

  it("puts the key there, and leaves a process that knows neither the key nor a secret", async () => {
    const run = await runProgram(["get", "--copy"], { env });
    expect(run).toMatchObject({ code: 0, stdout: "" });
    expect(run.stderr).toContain("The clipboard is cleared in 45 seconds");
    // The program does not insist on reading it back, and xclip may end before the X server knows of it.
    await expect.poll(pasted).toBe(key.reveal());
    const [left, ...more] = waiting();
    expect(more).toEqual([]);
    expect(left?.command).toMatch(/__clear-clipboard\0$/);
    expect(left?.environment).not.toContain("PASSPHRASE");
  });

  it("leaves that process even when it is killed as soon as the key is there", async () => {
    const real = findProgram("xclip");
    const script = `#!/bin/sh\n${real} "$@"\ncase "$*" in *-in*) kill -9 $PPID;; esac\n`;
    writeFileSync(join(home, "xclip"), script, { mode: 0o755 });
    const PATH = `${home}:${process.env.PATH}`;
    expect(await runProgram(["get", "--copy"], { env: { ...env, PATH } })).toMatchObject({
      signal: "SIGKILL",
    });
    // xclip takes the selection in the background.
    await expect.poll(pasted).toBe(key.reveal());
    await expect.poll(waiting).toHaveLength(1);
  });

  it("clears the key when the time is up", async () => {
    await runProgram(["get", "--copy", "--json"], { env });
    const input = JSON.stringify({ seconds: 0, fingerprint: fingerprintOf(key) });
    expect(await runProgram(["__clear-clipboard"], { env, input })).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "",
    });
    await expect.poll(pasted).toBe("");
  });
});

describe.skipIf(process.platform === "win32")("the built get --copy over SSH", () => {
  let terminal: Terminal | undefined;
  afterEach(() => terminal?.close());

  const base64 = Buffer.from(key.reveal()).toString("base64");
  const open = async (more: Record<string, string>) => {
    const remote = { ...env, SSH_CONNECTION: "192.0.2.1 50000 192.0.2.2 22", ...more };
    terminal = openTerminal(process.execPath, [program, "get", "--copy"], { env: remote });
    const { code } = await terminal.exit();
    return { code, everything: terminal.everything(), screen: terminal.screen() };
  };

  it("asks the terminal to put the key on its clipboard, and says what it cannot know", async () => {
    const { code, everything, screen } = await open({});
    expect(code).toBe(0);
    expect(everything).toContain(`\x1b]52;c;${base64}\x07`);
    expect(screen).toContain("It cannot be cleared from here");
    expect(screen).not.toContain(base64);
  });

  it("asks through tmux, too", async () => {
    const { everything } = await open({ TMUX: "/tmp/tmux-0/default,1,0" });
    expect(everything).toContain(`\x1bPtmux;\x1b\x1b]52;c;${base64}\x07\x1b\\`);
  });

  it("sends nothing to a terminal that has no clipboard", async () => {
    const { code, everything } = await open({ TERM: "dumb" });
    expect({ code, sent: everything.includes(base64) }).toEqual({ code: 2, sent: false });
  });

  it("copies nothing without a terminal", async () => {
    const run = await runProgram(["get", "--copy"], { env: { ...env, SSH_TTY: "/dev/pts/0" } });
    expect(run).toMatchObject({ code: 2, stdout: "" });
  });
});
