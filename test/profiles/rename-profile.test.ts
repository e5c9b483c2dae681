import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Flags } from "../../src/cli/flags.ts";
import { get } from "../../src/commands/use/get.ts";
import { MistralKeyError } from "../../src/errors.ts";
import { type ProfileName, parseProfileName } from "../../src/keys/profile-name.ts";
import { renameProfile } from "../../src/profiles/rename-profile.ts";
import { planOf } from "../../src/rotation/journal.ts";
import type { Slot } from "../../src/stores/secret-store.ts";
import { type Blow, Fuse, Killed } from "../rotation/fuse.ts";
import { newKey, oldKey, otherKey, storeKey } from "../rotation/stored-key.ts";
import { openTestDeps, type TestDeps } from "../support/deps.ts";

const from = parseProfileName("default");
const to = parseProfileName("work");
const names = { from, to };
const never = new Fuse(Number.POSITIVE_INFINITY, "refused");
const folder = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

let machine: TestDeps;

beforeEach(async () => {
  await newMachine();
});

afterEach(() => {
  machine.close();
});

async function newMachine(): Promise<void> {
  machine?.close();
  machine = openTestDeps({ home: mkdtempSync(join(folder, "mistral-key-rename-")) });
  await storeKey(machine);
}

/** Renames in a process of its own, which may be killed midway. */
async function rename(fuse = never, renaming = names) {
  machine = machine.next();
  const store = fuse.wrap(machine.secrets);
  const deps = {
    ...machine,
    profiles: fuse.wrap(machine.profiles),
    journal: fuse.wrap(machine.journal),
    store: async () => store,
  };
  try {
    return await renameProfile(deps, renaming);
  } catch (error) {
    if (error instanceof Killed) return "killed";
    if (error instanceof MistralKeyError) return error;
    throw error;
  } finally {
    // As the end of its process does.
    machine.profiles.release(renaming.to);
  }
}

const keyOf = (profile: ProfileName, slot: Slot = "current") => machine.secrets.get({ profile, slot });

/** What `get` prints for a profile; `undefined` where it fails. */
async function got(profile: ProfileName): Promise<string | undefined> {
  machine = machine.next();
  try {
    await get({ args: [], flags: new Flags({ profile }) }, machine);
    return machine.stdout().trim();
  } catch (error) {
    if (error instanceof MistralKeyError) return undefined;
    throw error;
  }
}

async function expectRenamed(where = ""): Promise<void> {
  expect(
    machine.profiles.list().map(({ name }) => name),
    where,
  ).toEqual(["work"]);
  expect((await keyOf(to))?.reveal(), where).toBe(oldKey.reveal());
  expect(await keyOf(from), where).toBeUndefined();
  expect(await got(to), where).toBe(oldKey.reveal());
}

describe("a profile that is renamed", () => {
  it("keeps its key and everything that is known of it", async () => {
    const { name: _, ...before } = await storeKey(machine, {
      expiresAt: "2027-03-01",
      targets: [{ target: "llm", since: "2026-08-01T00:00:00.000Z" }],
    });
    await rename();
    await expectRenamed();
    expect(machine.profiles.read(to)).toEqual({ ...before, name: "work" });
  });

  it("stays the default, whether it was made that or not", async () => {
    expect(await rename()).toMatchObject({ wasDefault: true });
    expect(machine.profiles.readDefault()).toBe("work");
    const home = parseProfileName("home");
    expect(await rename(never, { from: to, to: home })).toMatchObject({ wasDefault: true });
    expect(machine.profiles.readDefault()).toBe("home");
    await storeKey(machine, { name: parseProfileName("other"), key: otherKey });
    expect(await rename(never, { from: parseProfileName("other"), to })).toMatchObject({ wasDefault: false });
    expect(machine.profiles.readDefault()).toBe("home");
    await rename(never, { from: home, to: from });
    expect(machine.profiles.readDefault()).toBeUndefined();
  });

  it.each(["next", "previous", "admin"] as const)("moves what is in its slot %s", async (slot) => {
    await machine.secrets.set({ profile: from, slot }, newKey);
    await rename();
    await expectRenamed();
    expect((await keyOf(to, slot))?.reveal()).toBe(newKey.reveal());
    expect(await keyOf(from, slot)).toBeUndefined();
  });
});

describe("a rename that is refused", () => {
  const refused = async (kind: string, renaming = names) => {
    expect(await rename(never, renaming)).toMatchObject({ kind, hint: expect.any(String) });
    expect((await keyOf(from))?.reveal()).toBe(oldKey.reveal());
    expect(machine.profiles.read(from)).toBeDefined();
  };

  it("leaves everything as it is when the new name has a profile or a key already", async () => {
    await storeKey(machine, { name: to, key: newKey });
    await refused("usage");
    machine.profiles.remove(to);
    await refused("usage");
    expect((await keyOf(to))?.reveal()).toBe(newKey.reveal());
  });

  it("leaves everything as it is when the new name's profile has its key in another store", async () => {
    const other = await storeKey(machine, { name: to, key: newKey, store: "file" });
    await machine.secrets.delete({ profile: to, slot: "current" });
    await refused("usage");
    expect(machine.profiles.read(to)).toEqual(other);
  });

  it("leaves everything as it is when the names are the same, or differ only in capital letters", async () => {
    await refused("usage", { from, to: from });
    const capital = parseProfileName("Default");
    await refused("usage", { from, to: capital });
    await expect(renameProfile(machine, { from, to: capital })).rejects.toMatchObject({
      hint: expect.stringMatching(/rename default NAME\n.*rename NAME Default$/),
    });
    await storeKey(machine, { name: parseProfileName("Work"), key: newKey });
    await refused("usage");
  });

  it("leaves everything as it is when there is nothing under the old name", async () => {
    await refused("no-key", { from: parseProfileName("nowhere"), to });
    await machine.secrets.delete({ profile: from, slot: "current" });
    expect(await rename()).toMatchObject({ kind: "no-key" });
    expect(machine.profiles.list()).toHaveLength(1);
  });

  it.each([from, to])("leaves everything as it is during a rotation of %s", async (profile) => {
    const before = await storeKey(machine);
    machine.journal.begin({
      version: 1,
      profile,
      startedAt: "2026-08-20T10:00:00.000Z",
      oldKey: { mask: oldKey.mask, name: null, fingerprint: before.fingerprint },
      newKey: { mask: newKey.mask, fingerprint: before.fingerprint },
      before: { ...before, name: profile },
      after: { ...before, name: profile },
      targets: [],
    });
    await refused("unfinished");
  });
});

describe("a rename that is cut off at any instant", () => {
  const blows: readonly Blow[] = ["killed-before", "killed-after", "refused"];

  it.each(blows)("leaves a working key under one of the names, and can be repeated: %s", async (blow) => {
    let tried = 0;
    for (let at = 1; ; at += 1) {
      await newMachine();
      machine.profiles.writeDefault(from);
      const fuse = new Fuse(at, blow);
      await rename(fuse);
      if (!fuse.blown) break;
      const where = `${blow} ${at}`;
      expect([await got(from), await got(to)], where).toContain(oldKey.reveal());
      const usual = machine.profiles.readDefault() ?? from;
      expect(await got(usual), `${where}: the default works`).toBe(oldKey.reveal());
      if (machine.profiles.read(from) !== undefined) await rename();
      await expectRenamed(where);
      expect(machine.profiles.readDefault(), where).toBe("work");
      tried += 1;
    }
    expect(tried).toBeGreaterThan(15);
  });
});

it("keeps what another run notes while the key is copied", async () => {
  const deps = machine.next();
  const { secrets, profiles } = deps;
  const set = secrets.set.bind(secrets);
  secrets.set = async (address, key) => {
    await set(address, key);
    const known = profiles.read(from);
    if (known !== undefined) profiles.write({ ...known, expiresAt: "2027-03-01" });
  };
  await renameProfile(deps, names);
  expect(deps.profiles.read(to)).toMatchObject({ expiresAt: "2027-03-01" });
});

it("removes no key of a rotation that begins under the old name meanwhile", async () => {
  const known = await storeKey(machine);
  const deps = machine.next();
  deps.profiles.writeDefault = () => {
    deps.journal.begin(planOf(oldKey, known, known, { holds: "old", now: deps.now() }));
    void deps.secrets.set({ profile: from, slot: "next" }, newKey);
  };
  await expect(renameProfile(deps, names)).rejects.toMatchObject({ kind: "unfinished" });
  expect((await keyOf(from))?.reveal()).toBe(oldKey.reveal());
  expect((await keyOf(from, "next"))?.reveal()).toBe(newKey.reveal());
});

it("does not remove a key that somebody stores under the old name meanwhile", async () => {
  const another = await storeKey(machine, { key: newKey });
  await storeKey(machine);
  const deps = machine.next();
  // The last step before the old name is removed.
  const { profiles } = deps;
  profiles.writeDefault = () => {
    profiles.write(another);
    void machine.secrets.set({ profile: from, slot: "current" }, newKey);
  };
  await expect(renameProfile(deps, names)).rejects.toMatchObject({ kind: "unfinished" });
  expect((await keyOf(from))?.reveal()).toBe(newKey.reveal());
  expect((await keyOf(to))?.reveal()).toBe(oldKey.reveal());
});
