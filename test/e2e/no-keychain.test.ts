import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Keyring, type KeyringState, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { type Run, runProgram, soonMs } from "../support/program.ts";
import { filesHolding, tracesIn } from "./key-traces.ts";

const key = "testKey0".repeat(4);

let api: LoopbackMistralApi;
let folder: string;
let keyring: Keyring | undefined;

beforeEach(async () => {
  api = await startMistralApi({ keys: [key] });
  folder = mkdtempSync(join(tmpdir(), "no-keychain-"));
  mkdirSync(join(folder, "home"));
});

afterEach(async () => {
  await keyring?.stop();
  keyring = undefined;
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

const environment = (env: Readonly<Record<string, string>>) => ({
  HOME: join(folder, "home"),
  XDG_RUNTIME_DIR: folder,
  ...env,
  TMPDIR: folder,
  MISTRAL_KEY_HOME: join(folder, "mistral-key"),
  MISTRAL_KEY_SERVER_URL: api.url,
});

function init(env: Readonly<Record<string, string>>, ...flags: string[]): Promise<Run> {
  return runProgram(["init", "--with-key", "--no-input", ...flags], {
    env: environment(env),
    input: `${key}\n`,
  });
}

async function expectNothingKept(env: Readonly<Record<string, string>>, says: RegExp): Promise<void> {
  const plain = await init(env);
  expect(plain.stderr.replace(/\s+/g, " ")).toMatch(says);
  const json = await init(env, "--json");
  const { error } = JSON.parse(json.stdout);
  expect(error).toMatchObject({ code: 7, kind: expect.stringMatching(/^store-/) });
  expect(error.message).toMatch(says);
  expect(error.hint).toMatch(/\S/);
  for (const run of [plain, json]) {
    expect(run.code).toBe(7);
    expect(run.ms).toBeLessThan(soonMs);
    expect(run.stderr).not.toMatch(/\bat .*\.js:\d+/);
    expect(tracesIn(run.stdout + run.stderr, [key])).toEqual([]);
  }
  expect(plain.stdout).toBe("");
  // Nobody should learn that a key cannot be kept after it has been sent somewhere.
  expect(api.requests).toEqual([]);
  expect(filesHolding(folder, [key])).toEqual([]);
  expect(filesHolding(environment(env).HOME, [key])).toEqual([]);
  expect(readdirSync(folder, { recursive: true }).filter((name) => `${name}`.endsWith(".json"))).toEqual([]);
}

// Elsewhere the keychain is the one of whoever runs the tests.
describe.runIf(process.platform === "linux")("init --with-key --no-input, without a keychain", () => {
  it("ends with 7 in time without a session bus", async () => {
    await expectNothingKept({}, /no session bus/);
  });

  it("ends with 7 in time when the socket of the bus is dead", async () => {
    await expectNothingKept({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(folder, "gone")}` }, /session bus/);
  });

  it("ends with 7 in time when the address of the bus is garbage", async () => {
    await expectNothingKept({ DBUS_SESSION_BUS_ADDRESS: "rubbish" }, /session bus/);
  });
});

describeWithKeyring("init --with-key --no-input where the keychain cannot be used", () => {
  const states: readonly (readonly [KeyringState, RegExp])[] = [
    ["no-service", /No keychain is running/],
    ["no-collection", /no keyring yet to keep a key in/],
    ["locked", /is locked/],
    ["frozen", /does not answer/],
  ];

  it.each(states)("ends with 7 in time and says which it is: %s", async (state, says) => {
    keyring = await startKeyring({ state });
    await expectNothingKept(keyring.env, says);
    if (state === "frozen") keyring.thaw();
    if (state === "locked") await keyring.unlock();
    if (state !== "no-service") expect(await keyring.lookup("default")).toBeUndefined();
  });

  it("says that it is locked when a key is stored already, and leaves that key alone", async () => {
    const stored = "otherKy1".repeat(4);
    keyring = await startKeyring({ state: "locked", secrets: { default: stored } });
    for (const args of [["init", "--with-key", "--force"], ["rotate", "--with-key"], ["get"], ["verify"]]) {
      const run = await runProgram([...args, "--no-input", "--json"], {
        env: environment(keyring.env),
        input: `${key}\n`,
      });
      expect(run.code, args.join(" ")).toBe(7);
      expect(JSON.parse(run.stdout).error, args.join(" ")).toMatchObject({ kind: "store-locked" });
      expect(tracesIn(run.stdout + run.stderr, [key, stored])).toEqual([]);
    }
    expect(api.requests).toEqual([]);
    await keyring.unlock();
    expect(await keyring.lookup("default")).toBe(stored);
  });
});
