import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Flags } from "../../src/cli/flags.ts";
import { rotate } from "../../src/commands/care/rotate.ts";
import { get } from "../../src/commands/use/get.ts";
import { MistralKeyError } from "../../src/errors.ts";
import type { ApiKey } from "../../src/keys/api-key.ts";
import { matchesFingerprint } from "../../src/keys/fingerprint.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { openTestDeps, type TestDeps } from "../support/deps.ts";
import { type Blow, Fuse, KeyList, Killed } from "./fuse.ts";
import { newKey, oldKey, slotsOf, storeKey } from "./stored-key.ts";

const blows: readonly Blow[] = ["killed-before", "killed-after", "refused"];
const start = { withKey: true };
const finish = { finish: true };
const abort = { abort: true };

// Thousands of files are synced here; a folder in memory makes that quick where there is one.
const folder = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

let machine: TestDeps;
let mistral: KeyList;

beforeEach(async () => {
  await newMachine();
});

afterEach(() => {
  machine.close();
});

async function newMachine(): Promise<void> {
  machine?.close();
  machine = openTestDeps({ home: mkdtempSync(join(folder, "mistral-key-crash-")) });
  mistral = new KeyList(oldKey, newKey);
  await storeKey(machine);
}

/** Runs a command as a process of its own, which may be killed on the way. */
async function run(
  flags: Record<string, unknown>,
  fuse = new Fuse(Number.POSITIVE_INFINITY, "refused"),
): Promise<number | "killed" | MistralKeyError> {
  machine = machine.next({ stdin: newKey.reveal() });
  const store = fuse.wrap(machine.secrets);
  const deps = {
    ...machine,
    profiles: fuse.wrap(machine.profiles),
    journal: fuse.wrap(machine.journal),
    store: async () => store,
    mistral: async () => mistral,
  };
  try {
    return await rotate({ args: [], flags: new Flags(flags) }, deps);
  } catch (error) {
    if (error instanceof Killed) return "killed";
    if (error instanceof MistralKeyError) return error;
    throw error;
  }
}

/** Runs a scenario once for every operation it makes, blown up there in every way. */
async function atEveryInstant(
  scenario: (fuse: Fuse) => Promise<void>,
  check: (where: string) => Promise<void>,
): Promise<number> {
  let tried = 0;
  for (const blow of blows) {
    for (let at = 1; ; at += 1) {
      await newMachine();
      const fuse = new Fuse(at, blow);
      await scenario(fuse);
      if (!fuse.blown) break;
      await check(`${blow} ${at}`);
      tried += 1;
    }
  }
  return tried;
}

async function keyInUse(): Promise<ApiKey | undefined> {
  return await machine.secrets.get({ profile: defaultProfile, slot: "current" });
}

/** What every other command relies on, with no look at the journal. */
async function expectWorkingKey(where: string): Promise<void> {
  expect(mistral.accepts(await keyInUse()), `${where}: the key in use works`).toBe(true);
  machine = machine.next();
  expect(await get({ args: [], flags: new Flags({}) }, machine), where).toBe(0);
}

async function expectCleanEnd(where: string, wanted: "old" | "new"): Promise<void> {
  expect(await slotsOf(machine), where).toEqual({ current: wanted, next: "nothing", previous: "nothing" });
  expect(machine.journal.list(), where).toEqual([]);
  const key = await keyInUse();
  const profile = machine.profiles.read(defaultProfile);
  const tells = key !== undefined && profile !== undefined && matchesFingerprint(key, profile.fingerprint);
  expect(tells, `${where}: the profile tells of the key in use`).toBe(true);
}

/** Where the journal says nothing there is nothing to go on with, and the command says so. */
function underWay(): boolean {
  return machine.journal.read(defaultProfile) !== undefined;
}

async function holds(wanted: "old" | "new"): Promise<boolean> {
  return Object.values(await slotsOf(machine)).includes(wanted);
}

describe("a rotation that is cut off at any instant", () => {
  const rotation = async (fuse: Fuse) => {
    await run(start, fuse);
  };

  it("leaves a working key in use, and never loses the old one", async () => {
    const tried = await atEveryInstant(rotation, async (where) => {
      await expectWorkingKey(where);
      expect(await holds("old"), where).toBe(true);
      const stage = machine.journal.read(defaultProfile)?.stage ?? "staging";
      if (stage !== "staging") expect(await holds("new"), `${where}: the new key is kept, too`).toBe(true);
    });
    expect(tried).toBeGreaterThan(30);
  });

  it("can be finished", async () => {
    await atEveryInstant(rotation, async (where) => {
      if (!underWay()) return await expectCleanEnd(where, "old");
      const staged = await holds("new");
      mistral.revoke(oldKey);
      const ended = await run(finish);
      if (staged) expect(ended, where).toBe(0);
      await expectCleanEnd(where, staged ? "new" : "old");
    });
  });

  it("is finished only as far as the old key lives, and then finished", async () => {
    await atEveryInstant(rotation, async (where) => {
      if (!underWay() || !(await holds("new"))) return;
      expect(await run(finish), where).toBe(9);
      expect(await slotsOf(machine), where).toEqual({ current: "new", next: "nothing", previous: "old" });
      mistral.revoke(oldKey);
      expect(await run(finish), where).toBe(0);
      await expectCleanEnd(where, "new");
    });
  });

  it("can go back", async () => {
    await atEveryInstant(rotation, async (where) => {
      if (underWay()) expect(await run(abort), where).toBe(0);
      await expectCleanEnd(where, "old");
    });
  });
});

describe("a rotation whose old key is dead already, cut off at any instant", () => {
  const rotation = async (fuse: Fuse) => {
    mistral.revoke(oldKey);
    await run(start, fuse);
  };

  it("keeps the new key once it is stored, and can be finished", async () => {
    await atEveryInstant(rotation, async (where) => {
      const staged = await holds("new");
      if (underWay()) {
        const ended = await run(finish);
        if (staged) expect(ended, where).toBe(0);
      }
      await expectCleanEnd(where, staged ? "new" : "old");
    });
  });

  it("does not go back to the dead key once the new one is in use", async () => {
    await atEveryInstant(rotation, async (where) => {
      if (!underWay() || (await slotsOf(machine)).current === "old") return;
      expect(await run(abort), where).toBeInstanceOf(MistralKeyError);
      expect((await slotsOf(machine)).current, where).toBe("new");
      expect(await run(finish), where).toBe(0);
      await expectCleanEnd(where, "new");
    });
  });
});

describe("the end of a rotation, cut off at any instant", () => {
  const ending = async (fuse: Fuse) => {
    await run(start);
    mistral.revoke(oldKey);
    await run(finish, fuse);
  };

  it("leaves the new key in use and can be repeated", async () => {
    await atEveryInstant(ending, async (where) => {
      await expectWorkingKey(where);
      if (underWay()) {
        expect(await run({ ...finish, json: true }), where).toBe(0);
        expect(machine.document(), where).toMatchObject({ previous: { state: "dead" } });
      }
      await expectCleanEnd(where, "new");
    });
  });
});

describe("the way back, cut off at any instant", () => {
  const wayBack = async (fuse: Fuse) => {
    await run(start);
    await run(abort, fuse);
  };

  it("leaves a working key in use and never loses the old one", async () => {
    await atEveryInstant(wayBack, async (where) => {
      await expectWorkingKey(where);
      expect(await holds("old"), where).toBe(true);
    });
  });

  it.each([
    ["--abort", abort],
    ["--finish", finish],
  ])("comes to a clean end with %s", async (_name, flags) => {
    await atEveryInstant(wayBack, async (where) => {
      if (underWay()) {
        const turned = machine.journal.read(defaultProfile)?.stage === "reverting";
        if (!turned && flags === finish) mistral.revoke(oldKey);
        expect(await run(flags), where).toBe(0);
      }
      await expectCleanEnd(where, (await slotsOf(machine)).current === "new" ? "new" : "old");
    });
  });
});

describe("a rotation that is cut off, and cut off again while it is finished", () => {
  it("still ends with the new key in use", async () => {
    for (let first = 1; ; first += 1) {
      await newMachine();
      const fuse = new Fuse(first, "killed-after");
      await run(start, fuse);
      if (!fuse.blown) break;
      if (!underWay() || !(await holds("new"))) continue;
      const before = first;
      for (let second = 1; ; second += 1) {
        await newMachine();
        await run(start, new Fuse(before, "killed-after"));
        const again = new Fuse(second, "killed-before");
        await run(finish, again);
        const where = `${before}, then ${second}`;
        await expectWorkingKey(where);
        expect((await holds("old")) && (await holds("new")), where).toBe(true);
        mistral.revoke(oldKey);
        expect(await run(finish), where).toBe(0);
        await expectCleanEnd(where, "new");
        if (!again.blown) break;
      }
    }
  });
});
