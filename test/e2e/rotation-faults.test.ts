import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { program, runNode, runProgram } from "../support/program.ts";
import { quickScrypt } from "../support/quick-scrypt.ts";

const oldKey = "firstKey".repeat(4);
const newKey = "2ndKey42".repeat(4);
const said = ({ stderr }: { readonly stderr: string }) => stderr.replace(/\s+/g, " ");

let api: LoopbackMistralApi;
let folder: string;
const at = (...names: readonly string[]) => join(folder, ...names);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "rotation-faults-"));
  api = await startMistralApi({ keys: [oldKey, newKey] });
});

afterEach(async () => {
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A program that keeps the key it is given, and does something more once it is told to. */
function writeTarget(more: string): string {
  writeFileSync(
    at("deliver"),
    `#!/bin/sh\ncat > "${at("held")}"\nif [ -e "${at("now")}" ]; then\n${more}\nfi\n`,
    {
      mode: 0o700,
    },
  );
  return `command:"${at("deliver")}"`;
}

describeWithKeyring("a rotation, while its target gets the new key", () => {
  let keyring: Keyring;

  beforeEach(async () => {
    keyring = await startKeyring({ state: "unlocked" });
  });
  afterEach(() => keyring.stop());

  const run = (args: readonly string[], input?: string) => {
    const env = { ...keyring.env, MISTRAL_KEY_HOME: at("home"), MISTRAL_KEY_SERVER_URL: api.url };
    return runProgram([...args, "--no-input"], { env, ...(input !== undefined && { input }) });
  };

  /** Starts a rotation that can be killed. */
  function startRotation(): ChildProcess {
    const env = { ...process.env, ...keyring.env };
    const places = { MISTRAL_KEY_HOME: at("home"), MISTRAL_KEY_SERVER_URL: api.url };
    const child = spawn(process.execPath, [program, "rotate", "--with-key", "--no-input"], {
      env: { ...env, ...places },
      stdio: ["pipe", "ignore", "ignore"],
    });
    child.stdin.end(newKey);
    return child;
  }

  /** Starts a rotation, and does something while it waits for its target. */
  async function rotateWhile(act: () => void | Promise<void>) {
    expect((await run(["init", "--with-key", "--no-verify"], oldKey)).code).toBe(0);
    const target = writeTarget(`touch "${at("started")}"; while [ -e "${at("now")}" ]; do sleep 0.02; done`);
    expect((await run(["push", target])).code).toBe(0);
    writeFileSync(at("now"), "");
    const rotation = run(["rotate", "--with-key"], newKey);
    await expect.poll(() => existsSync(at("started"))).toBe(true);
    await act();
    rmSync(at("now"));
    return await rotation;
  }

  async function expectToEnd(): Promise<void> {
    expect((await run(["get"])).stdout.trim()).toBe(newKey);
    api.keys.revoke(oldKey);
    expect(await run(["rotate", "--finish"])).toMatchObject({ code: 0 });
    expect(readFileSync(at("held"), "utf8")).toBe(newKey);
    expect(await keyring.lookup("default/previous")).toBeUndefined();
  }

  it("keeps both keys when the keyring is locked meanwhile, and says how to go on", async () => {
    const rotation = await rotateWhile(async () => {
      api.keys.revoke(oldKey);
      await keyring.lock();
    });
    expect(rotation.code).toBe(9);
    expect(said(rotation)).toMatch(/locked.* Both keys are kept.*rotate --finish/);
    await keyring.unlock();
    await expectToEnd();
  });

  it.each(["killed", "under way"])(
    "says where the new key may still arrive after it was taken back: %s",
    async (what) => {
      writeFileSync(
        at("deliver"),
        `#!/bin/sh
      key=$(cat)
      case $key in 2nd*) touch "${at("started")}"; while [ -e "${at("now")}" ]; do sleep 0.02; done ;; esac
      printf %s "$key" >"${at("held")}"`,
        { mode: 0o700 },
      );
      writeFileSync(at("now"), "");
      expect((await run(["init", "--with-key", "--no-verify"], oldKey)).code).toBe(0);
      expect((await run(["push", `command:"${at("deliver")}"`])).code).toBe(0);
      const rotation = what === "killed" ? startRotation() : run(["rotate", "--with-key"], newKey);
      await expect.poll(() => existsSync(at("started"))).toBe(true);
      if (!(rotation instanceof Promise)) rotation.kill("SIGKILL");

      const back = await run(["rotate", "--abort", "--yes"]);
      expect(back.code).toBe(0);
      expect(readFileSync(at("held"), "utf8")).toBe(oldKey);
      expect(said(back)).toMatch(/may still put the new key 2ndK...ey42 in command:.* push 'command:/);

      rmSync(at("now"));
      await expect.poll(() => readFileSync(at("held"), "utf8")).toBe(newKey);
      if (rotation instanceof Promise) {
        const late = await rotation;
        expect(late.code).toBe(9);
        expect(said(late)).toMatch(
          /taken over.* has got 2ndK...ey42 meanwhile.* the key in use everywhere again: .*push/,
        );
      }
      expect((await run(["push"])).code).toBe(0);
      expect(readFileSync(at("held"), "utf8")).toBe(oldKey);
    },
  );

  it("keeps both keys when the network is gone meanwhile, and says how to go on", async () => {
    const rotation = await rotateWhile(() => api.behave("cut"));
    expect(rotation.code).toBe(9);
    expect(said(rotation)).toMatch(/could not be found out what Mistral says.*rotate --finish/);
    api.behave("normal");
    await expectToEnd();
  });
});

const own = ["-rm", "sh", "-c"];
const canMount =
  process.platform === "linux" &&
  process.geteuid?.() === 0 &&
  spawnSync("unshare", [...own, "mount -t tmpfs none /mnt"]).status === 0;
if (!canMount)
  console.warn(
    "\n!!! SKIPPED: a rotation on a disk that is full or read-only: needs root, and unshare -rm\n",
  );

describe.runIf(canMount)("a rotation on a disk of its own", () => {
  const env = () => ({
    ...quickScrypt,
    MISTRAL_KEY_HOME: at("home"),
    MISTRAL_KEY_SERVER_URL: api.url,
    MISTRAL_KEY_STORE: "file",
    MISTRAL_KEY_PASSPHRASE: "a passphrase for tests",
  });
  const command = (args: string) => `${process.execPath} ${program} ${args} --no-input`;

  /** Runs shell commands where the folder of the program is a small disk; each says its exit code. */
  async function onSmallDisk(...commands: readonly string[]) {
    mkdirSync(at("home"));
    writeFileSync(at("old"), oldKey);
    writeFileSync(at("new"), newKey);
    const mount = `mount -t tmpfs -o size=200k,mode=700 none "${at("home")}"`;
    const script = [mount, ...commands.map((one) => `${one}; echo "exit $?" >&2`)].join("\n");
    const launcher = `process.exit(require("node:child_process").spawnSync("unshare",["-rm","sh","-c",process.argv[1]],{stdio:"inherit"}).status)`;
    return await runNode(["-e", launcher, script], { env: env() });
  }

  const fill = 'head -c 1000000 /dev/zero > "$MISTRAL_KEY_HOME/filler" 2>/dev/null; true';
  const readOnly = 'mount -o remount,ro "$MISTRAL_KEY_HOME"';
  const writable = 'mount -o remount,rw "$MISTRAL_KEY_HOME"';

  it("that is full or read-only from the start changes nothing", async () => {
    const result = await onSmallDisk(
      command(`init --with-key --no-verify <"${at("old")}"`),
      fill,
      command(`rotate --with-key <"${at("new")}"`),
      `rm "$MISTRAL_KEY_HOME/filler"; ${readOnly}`,
      command(`rotate --with-key <"${at("new")}"`),
      command("get"),
    );
    expect(result.stderr.match(/(?<=^exit )\d+/gm)?.join(" ")).toBe("0 0 7 0 7 0");
    expect(result.stdout).toBe(`${oldKey}\n`);
  });

  it.each([
    ["full", fill, 'rm "$MISTRAL_KEY_HOME/filler"'],
    ["read-only", readOnly, writable],
  ])(
    "that becomes %s meanwhile keeps both keys, and the rotation can be finished",
    async (_, spoil, mend) => {
      const result = await onSmallDisk(
        command(`init --with-key --no-verify <"${at("old")}"`),
        command(`push '${writeTarget(spoil)}'`),
        `touch "${at("now")}"`,
        command(`rotate --with-key <"${at("new")}"`),
        `rm "${at("now")}"; ${mend}`,
        command("rotate --abort --yes"),
        command("get"),
      );
      expect(result.stderr.match(/(?<=^exit )\d+/gm)?.join(" ")).toBe("0 0 0 9 0 0 0");
      expect(said(result)).toMatch(/Both keys are kept.*rotate --finish/);
      expect(result.stdout).toBe(`${oldKey}\n`);
      expect(readFileSync(at("held"), "utf8")).toBe(oldKey);
    },
  );
});
