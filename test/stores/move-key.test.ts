import { afterEach, describe, expect, it } from "vitest";
import { MistralKeyError } from "../../src/errors.ts";
import { ApiKey } from "../../src/keys/api-key.ts";
import { fingerprintOf } from "../../src/keys/fingerprint.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { profileOf } from "../../src/profiles/known-key.ts";
import { planOf } from "../../src/rotation/journal.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import { moveKey } from "../../src/stores/move-key.ts";
import { StandInStore } from "../onboarding/stand-in-store.ts";
import { openTestDeps, type TestDeps } from "../support/deps.ts";

const key = ApiKey.of("testKey0".repeat(4));
const otherKey = ApiKey.of("testKey1".repeat(4));
const address = { profile: defaultProfile, slot: "current" } as const;

const profile = profileOf(
  { name: defaultProfile, key, store: "keychain", endpoint: { region: "global" } },
  new Date("2026-09-01T10:00:00.000Z"),
);

const opened: TestDeps[] = [];
afterEach(() => {
  for (const deps of opened.splice(0)) deps.close();
});

async function setUp() {
  const deps = openTestDeps();
  opened.push(deps);
  const keychain = new StandInStore("keychain");
  const file = new StandInStore("file");
  await keychain.set(address, key);
  deps.profiles.write(profile);
  const move = () => moveKey(defaultProfile, keychain, file, deps);
  const remembered = () => deps.profiles.read(defaultProfile)?.store;
  return { deps, keychain, file, move, remembered };
}

describe("moving a key to another store", () => {
  it("ends with the key only in the new store, which the profile names", async () => {
    const { deps, keychain, file, move } = await setUp();
    await move();
    expect((await file.get(address))?.equals(key)).toBe(true);
    expect(await keychain.get(address)).toBeUndefined();
    expect(deps.profiles.read(defaultProfile)).toMatchObject({ store: "file", storeName: "file" });
  });

  it.each(["admin", "next", "previous"] as const)("moves what is in slot %s, too", async (slot) => {
    const { keychain, file, move } = await setUp();
    const other = { profile: defaultProfile, slot };
    await keychain.set(other, otherKey);
    await move();
    expect((await file.get(other))?.equals(otherKey)).toBe(true);
    expect(await keychain.get(other)).toBeUndefined();
  });

  it("puts no key in place of one that another run has just stored there, or is storing", async () => {
    const { deps, keychain, file, move } = await setUp();
    const claim = deps.profiles.claim.bind(deps.profiles);
    deps.profiles.claim = (name) => {
      void file.set(address, otherKey);
      return claim(name);
    };
    await expect(move()).rejects.toMatchObject({ kind: "usage" });
    expect((await file.get(address))?.equals(otherKey)).toBe(true);
    expect((await keychain.get(address))?.equals(key)).toBe(true);
    await file.delete(address);
    deps.profiles.claim = () => false;
    await expect(move()).rejects.toMatchObject({ message: expect.stringContaining("is storing a key") });
    expect(await file.get(address)).toBeUndefined();
  });

  it("changes nothing when the new store does not take it", async () => {
    const { keychain, file, move, remembered } = await setUp();
    file.failure = new MistralKeyError("store-denied", "The disk is full.");
    await expect(move()).rejects.toMatchObject({ kind: "store-denied" });
    expect((await keychain.get(address))?.equals(key)).toBe(true);
    expect(remembered()).toBe("keychain");
  });

  it("says so when the old store keeps its copy, and erases it the next time", async () => {
    const { keychain, file, move, remembered } = await setUp();
    keychain.failure = new MistralKeyError("store-locked", "Locked meanwhile.");
    await expect(move()).rejects.toMatchObject({ kind: "unfinished", cause: { kind: "store-locked" } });
    expect(remembered()).toBe("file");
    await move();
    expect(await keychain.get(address)).toBeUndefined();
    expect((await file.get(address))?.equals(key)).toBe(true);
  });

  it("does not say that another keychain lost the key that it never had", async () => {
    const { deps, file } = await setUp();
    deps.profiles.write({ ...profile, storeName: "GNOME Keyring" });
    const wallet = new MemoryStore("keychain", "KDE Wallet");
    await expect(moveKey(defaultProfile, wallet, file, deps)).rejects.toMatchObject({
      kind: "no-key",
      message: expect.stringContaining("is not in KDE Wallet: it was kept in GNOME Keyring."),
    });
  });

  it("does not hide a bug in the old store that leaves its copy there", async () => {
    const { keychain, move } = await setUp();
    const bug = new TypeError("A bug.");
    keychain.failure = bug;
    await expect(move()).rejects.toBe(bug);
  });

  it("keeps what another run notes while the new store is waited for, and stops for a rotation", async () => {
    const { deps, keychain, file, move } = await setUp();
    const { set } = file;
    file.set = async (...args) => {
      await set.apply(file, args);
      deps.profiles.write({ ...profile, expiresAt: "2027-03-01" });
    };
    await move();
    expect(deps.profiles.read(defaultProfile)).toMatchObject({ store: "file", expiresAt: "2027-03-01" });

    await keychain.set(address, key);
    await file.delete(address);
    deps.profiles.write(profile);
    file.set = async (...args) => {
      await set.apply(file, args);
      deps.journal.begin(planOf(key, profile, profile, { holds: "old", now: deps.now() }));
    };
    await expect(move()).rejects.toMatchObject({ kind: "unfinished" });
    expect((await keychain.get(address))?.equals(key)).toBe(true);
    expect(deps.profiles.read(defaultProfile)?.store).toBe("keychain");
  });

  it("leaves a key alone that another run has put in place of the one that it copies", async () => {
    const { deps, keychain, file, move, remembered } = await setUp();
    const { set } = file;
    file.set = async (...args) => {
      await set.apply(file, args);
      await keychain.set(address, otherKey);
      deps.profiles.write(profileOf({ ...profile, key: otherKey }, deps.now()));
    };
    await expect(move()).rejects.toMatchObject({ kind: "unfinished" });
    expect((await keychain.get(address))?.equals(otherKey)).toBe(true);
    expect(remembered()).toBe("keychain");
  });

  it("does not bring an old copy back over a newer key", async () => {
    const { deps, file, move } = await setUp();
    await file.set(address, otherKey);
    deps.profiles.write({ ...profile, store: "file" });
    await expect(move()).rejects.toMatchObject({ kind: "no-key" });
    expect((await file.get(address))?.equals(otherKey)).toBe(true);
  });

  it("never puts a key over another one in the new store", async () => {
    const { keychain, file, move } = await setUp();
    await file.set(address, otherKey);
    await expect(move()).rejects.toMatchObject({
      kind: "usage",
      message: `Profile "default" has another key (${otherKey.mask}) in file already; nothing was changed.`,
    });
    expect((await keychain.get(address))?.equals(key)).toBe(true);
    expect((await file.get(address))?.equals(otherKey)).toBe(true);
  });

  it("has nothing to do when there is no key", async () => {
    const { keychain, move } = await setUp();
    await keychain.delete(address);
    await expect(move()).rejects.toMatchObject({ kind: "no-key" });
  });

  it("advises to remove nothing when another run has moved the key meanwhile", async () => {
    const { move } = await setUp();
    await move();
    await expect(move()).rejects.toMatchObject({
      message: 'The key of profile "default" is not kept in keychain.',
      hint: expect.not.stringContaining("remove"),
    });
  });

  it("waits for a rotation to end", async () => {
    const { deps, keychain, file, move } = await setUp();
    deps.journal.begin({
      version: 1,
      profile: defaultProfile,
      startedAt: "2026-09-01T10:00:00.000Z",
      oldKey: { mask: key.mask, name: null, fingerprint: fingerprintOf(key) },
      newKey: { mask: otherKey.mask, fingerprint: fingerprintOf(otherKey) },
      before: profile,
      after: profile,
      targets: [],
    });
    await expect(move()).rejects.toMatchObject({ kind: "unfinished" });
    expect(await file.get(address)).toBeUndefined();
    expect((await keychain.get(address))?.equals(key)).toBe(true);
  });
});
