import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { program, type Run, runProgram } from "../support/program.ts";
import { filesHolding, tracesIn } from "./key-traces.ts";

const oldKey = "firstKey".repeat(4);
const newKey = "2ndKey42".repeat(4);
const oldMask = "firs...tKey";
const newMask = "2ndK...ey42";

// At random moments, and at every effect, it is killed by `npm run attack` and its sample in test/attack.
describeWithKeyring("the built command, killed while Mistral has its request", () => {
  let keyring: Keyring;
  let api: LoopbackMistralApi;
  let home: string;
  let profile = "";
  let profiles = 0;

  beforeEach(async () => {
    keyring = await startKeyring({ state: "unlocked" });
    api = await startMistralApi({ keys: [oldKey, newKey] });
  });

  afterEach(async () => {
    await api.stop();
    await keyring.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const env = () => ({
    ...keyring.env,
    MISTRAL_KEY_HOME: home,
    MISTRAL_KEY_SERVER_URL: api.url,
    MISTRAL_KEY_PROFILE: profile,
  });
  const run = (...args: string[]): Promise<Run> => runProgram([...args, "--no-input"], { env: env() });
  const slots = async () => ({
    current: await keyring.lookup(profile),
    next: await keyring.lookup(`${profile}/next`),
    previous: await keyring.lookup(`${profile}/previous`),
  });

  async function startAfresh(): Promise<void> {
    if (home !== undefined) rmSync(home, { recursive: true, force: true });
    home = mkdtempSync(join(tmpdir(), "kill-"));
    profiles += 1;
    profile = `kill${profiles}`;
    api.keys.accept(oldKey);
    api.keys.accept(newKey);
  }

  async function storeOldKey(): Promise<void> {
    const stored = await runProgram(["init", "--with-key", "--no-verify"], { env: env(), input: oldKey });
    expect(stored.code, stored.stderr).toBe(0);
  }

  /** Starts a rotation and kills it when Mistral has its nth request, before it answers. */
  async function killedAtRequest(nth: number): Promise<NodeJS.Signals | null> {
    const before = api.requests.length;
    const child = spawn(process.execPath, [program, "rotate", "--with-key"], {
      env: { PATH: process.env.PATH, LANG: "C.UTF-8", ...env() },
      stdio: ["pipe", "ignore", "ignore"],
    });
    const ended = new Promise<NodeJS.Signals | null>((resolve) =>
      child.on("close", (_code, signal) => resolve(signal)),
    );
    api.onRequest(() => {
      if (api.requests.length - before === nth) child.kill("SIGKILL");
    });
    child.stdin.on("error", () => {});
    child.stdin.end(newKey);
    return await ended.finally(() => api.onRequest(() => {}));
  }

  /** Checks what must hold after every kill: no key in a file, and `get` and `status` tell the truth. */
  async function expectSound(
    where: string,
  ): Promise<{ readonly inUse: string; readonly unfinished: boolean }> {
    expect(filesHolding(home, [oldKey, newKey]), where).toEqual([]);
    const got = await run("get");
    expect(got.code, `${where}: ${got.stderr}`).toBe(0);
    const inUse = got.stdout.trim();
    expect([oldKey, newKey], where).toContain(inUse);
    expect(inUse, where).toBe((await slots()).current);
    const status = await run("status", "--json");
    expect(status.code, `${where}: ${status.stderr}`).toBe(0);
    expect(tracesIn(status.stdout + status.stderr, [oldKey, newKey]), where).toEqual([]);
    const told = JSON.parse(status.stdout).profiles.find(
      (row: { readonly profile: string }) => row.profile === profile,
    );
    const journal = journals().length > 0;
    if (told !== undefined) expect(told.rotation !== null, where).toBe(journal);
    else expect(journal, where).toBe(false);
    return { inUse, unfinished: journal };
  }

  function journals(): readonly string[] {
    try {
      return readdirSync(join(home, "rotations")).filter((name) => name.endsWith(".json"));
    } catch {
      return [];
    }
  }

  /** Finishes: one key is in use, nothing is beside it, and everything said about it is true. */
  async function expectCleanEnd(where: string, key: string): Promise<void> {
    expect(await slots(), where).toEqual({ current: key, next: undefined, previous: undefined });
    expect(journals(), where).toEqual([]);
    const verified = await run("verify", "--quick", "--json");
    expect(verified.code, `${where}: ${verified.stdout}`).toBe(0);
    const status = JSON.parse((await run("status", "--json")).stdout);
    expect(status.profiles, where).toContainEqual(
      expect.objectContaining({ profile, key: key === oldKey ? oldMask : newMask, rotation: null }),
    );
    expect(filesHolding(home, [oldKey, newKey]), where).toEqual([]);
  }

  it("leaves a rotation as it was that is killed while Mistral is asked about the new key", async () => {
    for (const requests of [1, 2, 3]) {
      await startAfresh();
      await storeOldKey();
      expect(await killedAtRequest(requests)).toBe("SIGKILL");
      const where = `killed at request ${requests}`;
      expect(await expectSound(where), where).toEqual({ inUse: oldKey, unfinished: false });
      await expectCleanEnd(where, oldKey);
    }
  });

  it("keeps both keys of a rotation that is killed while Mistral is asked about the old key", async () => {
    await startAfresh();
    await storeOldKey();
    expect(await killedAtRequest(4)).toBe("SIGKILL");
    const where = "killed at the old key";
    expect(await expectSound(where), where).toEqual({ inUse: newKey, unfinished: true });
    expect(await slots()).toEqual({ current: newKey, next: undefined, previous: oldKey });
    api.keys.revoke(oldKey);
    expect((await run("rotate", "--finish")).code).toBe(0);
    await expectCleanEnd(where, newKey);
  });
});
