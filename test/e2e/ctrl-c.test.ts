import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { runProgram } from "../support/program.ts";
import type { Terminal } from "../support/terminal.ts";
import { filesHolding, tracesIn } from "./key-traces.ts";
import { codeAfter, type Stop, type Stoppable, startStoppable } from "./stoppable.ts";

const oldKey = "firstKey".repeat(4);
const newKey = "2ndKey42".repeat(4);
const stops = Object.keys(codeAfter) as readonly Stop[];

let keyring: Keyring;
let api: LoopbackMistralApi;
let folder: string;
let profile: string;
let profiles = 0;
let running: Stoppable | undefined;

beforeEach(async () => {
  api = await startMistralApi({ keys: [oldKey, newKey] });
  folder = mkdtempSync(join(tmpdir(), "ctrl-c-"));
  mkdirSync(join(folder, "home"));
  profiles += 1;
  profile = `stop${profiles}`;
});

afterEach(async () => {
  await running?.close();
  running = undefined;
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

const env = () => ({
  ...keyring.env,
  HOME: join(folder, "home"),
  XDG_CONFIG_HOME: join(folder, "home", ".config"),
  XDG_DATA_HOME: join(folder, "home", ".local"),
  MISTRAL_KEY_HOME: join(folder, "mistral-key"),
  MISTRAL_KEY_SERVER_URL: api.url,
  MISTRAL_KEY_PROFILE: profile,
  BROWSER: "none",
});

function start(...args: string[]): Stoppable {
  running = startStoppable(args, { env: env(), folder });
  return running;
}

async function storeOldKey(): Promise<void> {
  const run = await runProgram(["init", "--with-key", "--no-verify", "--expires", "90d"], {
    env: env(),
    input: oldKey,
  });
  expect(run.code, run.stderr).toBe(0);
}

/** Everything that lasts: what the keyring holds for the profile, and what the program's folder holds. */
async function lasting(): Promise<object> {
  const home = join(folder, "mistral-key");
  const files = readdirSafely(home).filter((name) => name.endsWith(".json") && !name.startsWith("drafts"));
  return {
    current: await keyring.lookup(profile),
    next: await keyring.lookup(`${profile}/next`),
    previous: await keyring.lookup(`${profile}/previous`),
    files: files.map((name) => [name, readFileSync(join(home, name), "utf8")]),
    temporary: readdirSafely(home).filter((name) => /\.json\.|tmp/.test(name)),
  };
}

function readdirSafely(path: string): readonly string[] {
  try {
    return readdirSync(path, { recursive: true, encoding: "utf8" }).toSorted();
  } catch {
    return [];
  }
}

function expectNoKey(terminal: Terminal): void {
  expect(tracesIn(terminal.everything(), [oldKey, newKey])).toEqual([]);

}

/** What is done at a prompt to get to the next one. */
type Way = readonly (readonly [shown: string | RegExp, onward: (terminal: Terminal) => void])[];

const enter = (terminal: Terminal) => terminal.press("enter");
const type = (text: string) => (terminal: Terminal) => terminal.type(text);
const down = (times: number) => (terminal: Terminal) => {
  for (let time = 0; time < times; time += 1) terminal.press("down");
  terminal.press("enter");
};
const paste = (key: string) => async (terminal: Terminal) => {
  terminal.paste(key);
  await terminal.waitFor("32 characters, looks right");
  terminal.press("enter");
};
