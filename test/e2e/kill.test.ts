import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
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

describeWithKeyring("the built command, killed at any instant", () => {
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
    api.delay(0);
  }

  async function storeOldKey(): Promise<void> {
    const stored = await runProgram(["init", "--with-key", "--no-verify"], { env: env(), input: oldKey });
    expect(stored.code, stored.stderr).toBe(0);
  }

  /** Starts a command that reads a key and kills it `ms` after something was said or asked. */
  async function killed(
    args: readonly string[],
    key: string,
    after: { readonly said?: string; readonly requests?: number; readonly ms: number },
  ): Promise<NodeJS.Signals | null> {
    const before = api.requests.length;
    const child = spawn(process.execPath, [program, ...args], {
      env: { PATH: process.env.PATH, LANG: "C.UTF-8", ...env() },
      stdio: ["pipe", "ignore", "pipe"],
    });
    const ended = new Promise<NodeJS.Signals | null>((resolve) =>
      child.on("close", (_code, signal) => resolve(signal)),
    );
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
    });
    child.stdin.on("error", () => {});
    child.stdin.end(key);
    const { said: words, requests } = after;
    const reached = () =>
      (words === undefined || said.includes(words)) &&
      (requests === undefined || api.requests.length - before >= requests);
    while (!reached() && child.exitCode === null) await delay(1);
    await delay(after.ms);
    child.kill("SIGKILL");
    return await ended;
  }

  /** What holds after every kill: no key in a file, and `get` and `status` that tell the truth. */
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

  /** Ends with one key in use, nothing beside it, and everything that is said about it true. */
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

  /** How long a command goes on after its check of the key, in milliseconds; kills are spread over that. */
  async function timeAfterCheck(args: readonly string[]): Promise<number> {
    let checked = 0;
    const child = spawn(process.execPath, [program, ...args], {
      env: { PATH: process.env.PATH, LANG: "C.UTF-8", ...env() },
      stdio: ["pipe", "ignore", "pipe"],
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      if (checked === 0 && chunk.includes("a model answered")) checked = performance.now();
    });
    const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
    child.stdin.end(newKey);
    await ended;
    expect(checked).toBeGreaterThan(0);
    return performance.now() - checked;
  }

  it("leaves a rotation with a working key, and it can be finished or taken back", async () => {
    const stages = new Set<string>();
    await startAfresh();
    await storeOldKey();
    const whole = await timeAfterCheck(["rotate", "--with-key"]);
    for (let turn = 0; turn < 10; turn += 1) {
      await startAfresh();
      await storeOldKey();
      const ms = (whole * turn) / 9;
      const signal = await killed(["rotate", "--with-key"], newKey, { said: "a model answered", ms });
      const where = `killed ${ms} ms after the check (${signal})`;
      const { inUse, unfinished } = await expectSound(where);
      const held = Object.values(await slots());
      expect(held, where).toContain(oldKey);
      stages.add(`${unfinished ? "unfinished" : "as before"}, ${inUse === newKey ? "new" : "old"} in use`);
      if (!unfinished) {
        await expectCleanEnd(where, oldKey);
      } else if (turn % 2 === 0) {
        const back = await run("rotate", "--abort", "--yes");
        expect(back.code, `${where}: ${back.stderr}`).toBe(0);
        await expectCleanEnd(`${where}, then taken back`, oldKey);
      } else {
        const staged = held.includes(newKey);
        if (staged) {
          const alive = await run("rotate", "--finish");
          expect(alive.code, `${where}: ${alive.stderr}`).toBe(9);
          expect(await slots(), where).toEqual({ current: newKey, next: undefined, previous: oldKey });
          api.keys.revoke(oldKey);
        }
        const end = await run("rotate", "--finish");
        expect(end.code, `${where}: ${end.stderr}`).toBe(staged ? 0 : 9);
        await expectCleanEnd(`${where}, then finished`, staged ? newKey : oldKey);
      }
    }
    expect([...stages]).toEqual(expect.arrayContaining(["unfinished, new in use"]));
  }, 120_000);

  it("leaves a rotation as it was that is killed while Mistral is asked about the new key", async () => {
    for (const requests of [1, 2, 3]) {
      await startAfresh();
      await storeOldKey();
      api.delay(150);
      expect(await killed(["rotate", "--with-key"], newKey, { requests, ms: 20 })).toBe("SIGKILL");
      api.delay(0);
      const where = `killed at request ${requests}`;
      expect(await expectSound(where), where).toEqual({ inUse: oldKey, unfinished: false });
      await expectCleanEnd(where, oldKey);
    }
  });

  it("keeps both keys of a rotation that is killed while Mistral is asked about the old key", async () => {
    await startAfresh();
    await storeOldKey();
    const asked = api.requests.length;
    const slowly = expect
      .poll(() => api.requests.length - asked, { interval: 1, timeout: 8_000 })
      .toBeGreaterThanOrEqual(3)
      .then(() => api.delay(3_000));
    const kill = killed(["rotate", "--with-key"], newKey, { requests: 4, ms: 20 });
    await slowly;
    expect(await kill).toBe("SIGKILL");
    api.delay(0);
    const where = "killed at the old key";
    expect(await expectSound(where), where).toEqual({ inUse: newKey, unfinished: true });
    expect(await slots()).toEqual({ current: newKey, next: undefined, previous: oldKey });
    api.keys.revoke(oldKey);
    expect((await run("rotate", "--finish")).code).toBe(0);
    await expectCleanEnd(where, newKey);
  });

  it("leaves an init either undone or with a working key, and it can be run again", async () => {
    const ends = new Set<string>();
    await startAfresh();
    const whole = await timeAfterCheck(["init", "--with-key"]);
    for (let turn = 0; turn < 9; turn += 1) {
      await startAfresh();
      const ms = (whole * turn) / 8;
      await killed(["init", "--with-key"], newKey, { said: "a model answered", ms });
      const where = `killed ${ms} ms after the check`;
      expect(filesHolding(home, [newKey]), where).toEqual([]);
      const { current, next, previous } = await slots();
      expect({ next, previous }, where).toEqual({ next: undefined, previous: undefined });
      expect([undefined, newKey], where).toContain(current);
      ends.add(current === undefined ? "undone" : "stored");
      if (current !== undefined) {
        await expectSound(where);
        expect((await run("verify", "--json")).code, where).toBe(0);
      } else {
        expect((await run("get")).code, where).toBe(3);
        const again = await runProgram(["init", "--with-key"], { env: env(), input: newKey });
        expect(again.code, `${where}: ${again.stderr}`).toBe(0);
      }
      await expectCleanEnd(where, newKey);
    }
    expect(ends).toContain("stored");
  }, 60_000);

  it("leaves a removal that can be repeated", async () => {
    for (let turn = 0; turn < 6; turn += 1) {
      await startAfresh();
      await storeOldKey();
      const signal = await killed(["remove", "--yes"], "", { ms: 140 + turn * 20 });
      const again = await run("remove", "--yes");
      expect([0, 3], `${signal}: ${again.stderr}`).toContain(again.code);
      expect(await slots()).toEqual({ current: undefined, next: undefined, previous: undefined });
      expect((await run("get")).code).toBe(3);
    }
  }, 60_000);
});
