import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Flags } from "../../../src/cli/flags.ts";
import { remove } from "../../../src/commands/care/remove.ts";
import { rotate } from "../../../src/commands/care/rotate.ts";
import { MistralKeyError } from "../../../src/errors.ts";
import { defaultProfile, parseProfileName } from "../../../src/keys/profile-name.ts";
import { planOf } from "../../../src/rotation/journal.ts";
import { MemoryStore } from "../../../src/stores/memory.ts";
import type { SecretStore } from "../../../src/stores/secret-store.ts";
import { StandInStore } from "../../onboarding/stand-in-store.ts";
import { Fuse, KeyList, Killed } from "../../rotation/fuse.ts";
import { newKey, oldKey, otherKey, slotsOf, storeKey } from "../../rotation/stored-key.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../../support/deps.ts";
import { answer } from "../../support/scripted-prompts.ts";

let deps: TestDeps;
const empty = { current: "nothing", next: "nothing", previous: "nothing" };

beforeEach(async () => {
  deps = openTestDeps();
  await storeKey(deps);
});

afterEach(() => {
  expect(deps.script.aloud).toEqual([]);
  deps.close();
});

async function run(flags: Record<string, unknown>, options: TestDepsOptions = {}): Promise<number> {
  deps = deps.next(options);
  return (await remove({ args: [], flags: new Flags(flags) }, deps)) ?? 0;
}

async function rotateHalfway(): Promise<void> {
  deps = deps.next({ stdin: newKey.reveal() });
  const mistral = new KeyList(oldKey, newKey);
  const half = { ...deps, mistral: async () => mistral };
  expect(await rotate({ args: [], flags: new Flags({ withKey: true }) }, half)).toBe(9);
}

describe("remove", () => {
  it("removes the key and the profile, and says that Mistral has not revoked the key", async () => {
    expect(await run({ yes: true })).toBe(0);
    expect(await slotsOf(deps)).toEqual(empty);
    expect(deps.profiles.list()).toEqual([]);
    const said = deps.stderr().replace(/\s+/g, " ");
    expect(said).toContain(
      `did not revoke ${oldKey.mask} at Mistral. It still works unless it has been deleted there or has expired.`,
    );
    expect(said).toContain("To delete it, if it still exists, find its row");
    expect(deps.stderr()).toContain("https://console.mistral.ai/api-keys");
    expect(deps.stdout()).toBe("");
  });

  it("says that a variable named the profile that has no key", async () => {
    const env = { MISTRAL_KEY_PROFILE: "work" };
    await expect(run({ yes: true }, { env })).rejects.toMatchObject({
      kind: "no-key",
      message: expect.stringContaining('Profile "work" is used here, as MISTRAL_KEY_PROFILE says.'),
    });
  });

  it("names where the key was delivered, whatever is there now", async () => {
    await storeKey(deps, { targets: [{ target: "llm", since: null }] });
    expect(await run({ yes: true })).toBe(0);
    expect(deps.stderr()).toContain("A key of it was delivered to llm, and was not removed there.");
    expect(deps.stderr()).toContain("remove it yourself");
  });

  it("says before the question where the key was delivered, and how to remove it there", async () => {
    const name = parseProfileName("work");
    await storeKey(deps, { name, targets: [{ target: "llm", since: null }] });
    const stopped = run({ profile: "work" }, { answers: [answer.confirm(false, /Remove the key/)] });
    await expect(stopped).rejects.toThrow("Nothing was removed.");
    const said = deps.stderr().replace(/\s+/g, " ");
    expect(said).toContain("A key of it was delivered to llm.");
    expect(said).toContain("To remove it there first: mistral-key push --forget TARGET -p work");
  });

  it("advises to remove no key there first that is not stored here any more", async () => {
    await storeKey(deps, { targets: [{ target: "llm", since: null }] });
    await deps.secrets.delete({ profile: defaultProfile, slot: "current" });
    await expect(run({}, { answers: [answer.confirm(false, /Remove the key/)] })).rejects.toThrow();
    expect(deps.stderr()).toContain("A key of it was delivered to llm.");
    expect(deps.stderr()).not.toContain("--forget");
  });

  it("advises to remove no key there first that cannot be read here", async () => {
    await storeKey(deps, { targets: [{ target: "llm", since: null }] });
    const failure = new MistralKeyError("store-damaged", "It cannot be opened.");
    vi.spyOn(deps.secrets, "inspect").mockResolvedValue({ state: "unusable", failure });
    await expect(run({}, { answers: [answer.confirm(false, /Remove the key/)] })).rejects.toThrow();
    expect(deps.stderr()).toContain("A key of it was delivered to llm.");
    expect(deps.stderr()).not.toContain("--forget");
  });

  it.each([{ store: "file" }, { profile: "work" }])(
    "does not advise to delete a key that a profile still has: %j",
    async (flags) => {
      await storeKey(deps, { name: parseProfileName("work") });
      expect(await run({ yes: true, ...flags })).toBe(0);
      const said = deps.stderr().replace(/\s+/g, " ");
      expect(said).toContain(
        `did not revoke ${oldKey.mask} at Mistral. Do not delete it there: profile "default"`,
      );
      expect(deps.stderr()).not.toContain("find its row");
    },
  );

  it("says which profile may have the same key, since it cannot be read", async () => {
    writeFileSync(join(deps.home, "profiles", "work.json"), "{");
    expect(await run({ yes: true })).toBe(0);
    expect(deps.stderr().replace(/\s+/g, " ")).toContain(
      'Profile "work" cannot be read, and may have the same key, too. › What to do about it: mistral-key verify -p work',
    );
  });

  it("leaves other profiles alone", async () => {
    const work = parseProfileName("work");
    await storeKey(deps, { name: work, key: newKey });
    expect(await run({ yes: true })).toBe(0);
    expect(deps.profiles.list().map(({ name }) => name)).toEqual(["work"]);
    expect((await slotsOf(deps, work)).current).toBe("new");
    expect(deps.stderr()).toContain("find its row");
  });

  it("names no place for several keys when that of one is not known", async () => {
    await rotateHalfway();
    expect(await run({ yes: true })).toBe(0);
    expect(deps.stderr().replace(/\s+/g, " ")).toContain("find their rows in API Keys: https://");
  });

  it.each([
    ["in workspace Prod of Acme and in workspace Research of Analytical Engines", false],
    ["in workspace Research of Analytical Engines", true],
  ])("says where the keys are to be deleted, since the notes are gone then: %s", async (places, isShared) => {
    await rotateHalfway();
    const known = deps.profiles.read(defaultProfile);
    expect(known?.identity).toEqual(null);
    const identity = { email: "ada@example.com", workspace: "Prod", organization: "Acme", keyName: "new" };
    if (known !== undefined) deps.profiles.write({ ...known, identity });
    if (isShared) await storeKey(deps, { name: parseProfileName("work"), key: newKey });
    expect(await run({ yes: true })).toBe(0);
    expect(deps.stderr().replace(/\s+/g, " ")).toMatch(new RegExp(`rows? in API Keys ${places}: https://`));
  });

  it("answers with --json", async () => {
    expect(await run({ yes: true, json: true })).toBe(0);
    expect(deps.document()).toEqual({
      profile: "default",
      removed: true,
      key: oldKey.mask,
      others: [],
      adminKey: null,
      revoked: false,
      page: "https://console.mistral.ai/api-keys",
    });
  });

  it("asks first, and offers the page that revokes the key", async () => {
    const answers = [
      answer.confirm(true, /Remove the key of profile "default"/),
      answer.confirm(true, /page/),
    ];
    expect(await run({}, { answers })).toBe(0);
    expect(deps.opened).toEqual(["https://console.mistral.ai/api-keys"]);
    expect(await slotsOf(deps)).toEqual(empty);
  });

  it("prints the address when no browser can be started", async () => {
    const answers = [answer.confirm(true), answer.confirm(true, /page/)];
    expect(await run({}, { answers, browser: false })).toBe(0);
    expect(deps.stderr().replace(/\s+/g, " ")).toMatch(
      /No browser could be started here\. .* https:\/\/console\.mistral\.ai\/api-keys $/,
    );
  });

  it("says that it removed the key from the profile's own file", async () => {
    const store = new StandInStore("file");
    await store.set({ profile: defaultProfile, slot: "current" }, oldKey);
    expect(await run({ yes: true }, { store })).toBe(0);
    expect(deps.stderr()).toContain("is removed from its encrypted file");
  });

  it("removes nothing when the person just presses Enter", async () => {
    await expect(run({}, { answers: [answer.enter(/Remove the key/)] })).rejects.toMatchObject({
      kind: "cancelled",
    });
    expect((await slotsOf(deps)).current).toBe("old");
    expect(deps.profiles.read(defaultProfile)).toBeDefined();
  });

  it.each(["in use", "staged"] as const)(
    "removes nothing when another key is %s by the time the question is answered",
    async (where) => {
      const another = { ...(await storeKey(deps, { key: newKey })) };
      const known = await storeKey(deps);
      const meanwhile = () =>
        where === "in use"
          ? deps.profiles.write(another)
          : void deps.journal.begin(planOf(oldKey, known, another, { holds: "old", now: deps.now() }));
      await expect(run({}, { answers: [{ ...answer.confirm(true), meanwhile }] })).rejects.toMatchObject({
        kind: "usage",
        message: expect.stringContaining(newKey.mask),
      });
      expect((await slotsOf(deps)).current).toBe("old");
      expect(deps.profiles.read(defaultProfile)).toBeDefined();
    },
  );

  it("has removed it when the person stops at the offer", async () => {
    expect(await run({}, { answers: [answer.confirm(true), answer.stop(/page/)] })).toBe(0);
    expect(await slotsOf(deps)).toEqual(empty);
  });

  it("removes nothing without a terminal and without --yes", async () => {
    await expect(run({})).rejects.toMatchObject({
      kind: "needs-terminal",
      message: expect.stringContaining("is not a terminal"),
    });
    expect((await slotsOf(deps)).current).toBe("old");
  });

  it("says that there is nothing to remove", async () => {
    await expect(run({ yes: true, profile: "work" })).rejects.toMatchObject({ kind: "no-key" });
    await run({ yes: true });
    await expect(run({ yes: true })).rejects.toMatchObject({ kind: "no-key" });
  });

  it("removes a key that only the store has", async () => {
    deps.profiles.remove(defaultProfile);
    expect(await run({ yes: true })).toBe(0);
    expect(await slotsOf(deps)).toEqual(empty);
    expect(deps.stderr()).toContain(oldKey.mask);
  });

  it("removes every slot and the journal during a rotation, and names both keys", async () => {
    await rotateHalfway();
    expect(await run({ yes: true })).toBe(0);
    expect(await slotsOf(deps)).toEqual(empty);
    expect(deps.journal.list()).toEqual([]);
    expect(deps.stderr()).toContain(oldKey.mask);
    expect(deps.stderr()).toContain(newKey.mask);
    const said = deps.stderr().replace(/\s+/g, " ");
    expect(said).toContain("Each still works unless it has been deleted there or has expired.");
    expect(said).toContain("To delete them, if they still exist, find their rows");
  });

  it.each(["profiles", "rotations"])("removes what is there when a file in %s is damaged", async (folder) => {
    await rotateHalfway();
    writeFileSync(join(deps.home, folder, "default.json"), "{");
    expect(await run({ yes: true })).toBe(0);
    expect(await slotsOf(deps)).toEqual(empty);
    expect(deps.profiles.list()).toEqual([]);
    expect(deps.journal.list()).toEqual([]);
  });

  it("removes an entry that its store cannot read, although nothing else is known about it", async () => {
    const store = new StandInStore("keychain");
    await store.set({ profile: defaultProfile, slot: "current" }, oldKey);
    const broken: SecretStore = {
      kind: "keychain",
      describe: () => "GNOME Keyring",
      findFailure: () => store.findFailure(),
      get: async () => {
        throw new MistralKeyError("store-damaged", "GNOME Keyring holds an entry.");
      },
      inspect: (address) => store.inspect(address),
      set: (address, key) => store.set(address, key),
      delete: (address) => store.delete(address),
    };
    deps.profiles.remove(defaultProfile);
    expect(await run({ yes: true }, { store: broken })).toBe(0);
    expect(deps.stderr()).toContain("holds an entry");
    expect(await store.get({ profile: defaultProfile, slot: "current" })).toBeUndefined();
  });

  /** `remove --store file --yes`, where the profile's own store is another one. */
  function removeFrom(file: StandInStore) {
    deps = deps.next();
    const both = { ...deps, store: async (kind: string) => (kind === "file" ? file : deps.secrets) };
    return remove({ args: [], flags: new Flags({ yes: true, store: "file" }) }, both);
  }

  it("removes only a stray copy when --store names a store other than the profile's", async () => {
    const file = new StandInStore("file");
    await expect(removeFrom(file)).rejects.toMatchObject({
      kind: "no-key",
      message: expect.stringMatching(/not kept in/),
    });
    await file.set({ profile: defaultProfile, slot: "current" }, newKey);
    expect(await removeFrom(file)).toBeUndefined();
    expect(deps.stderr()).toContain(newKey.mask);
    expect(deps.stderr().replace(/\s+/g, " ")).toContain("keeps its own key");
    expect(await file.get({ profile: defaultProfile, slot: "current" })).toBeUndefined();
    expect((await slotsOf(deps)).current).toBe("old");
    expect(deps.profiles.read(defaultProfile)).toBeDefined();
  });

  it("removes no stray copy beside the only Admin API key, and names one that is not the profile's", async () => {
    await storeKey(deps, { adminKey: oldKey.mask });
    const file = new StandInStore("file");
    const admin = { profile: defaultProfile, slot: "admin" } as const;
    await file.set({ profile: defaultProfile, slot: "current" }, newKey);
    await file.set(admin, otherKey);
    await expect(removeFrom(file)).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringContaining("file also holds an Admin API key"),
      hint: expect.stringContaining("mistral-key init --admin"),
    });
    expect((await file.get(admin))?.equals(otherKey)).toBe(true);
    await deps.secrets.set(admin, oldKey);
    expect(await removeFrom(file)).toBeUndefined();
    expect(deps.stderr()).toContain(`Its Admin API key ${otherKey.mask} is forgotten too`);
    expect(await file.get(admin)).toBeUndefined();
    expect((await deps.secrets.get(admin))?.equals(oldKey)).toBe(true);
    await file.set({ profile: defaultProfile, slot: "current" }, newKey);
    await file.set(admin, oldKey);
    expect(await removeFrom(file)).toBeUndefined();
    expect(deps.stderr()).not.toContain("Admin API key");
    // A profile that lists none has nothing to keep.
    await storeKey(deps);
    await deps.secrets.delete(admin);
    await file.set({ profile: defaultProfile, slot: "current" }, newKey);
    await file.set(admin, otherKey);
    expect(await removeFrom(file)).toBeUndefined();
    expect(deps.stderr()).toContain(`Its Admin API key ${otherKey.mask} is forgotten too`);
  });

  it("removes a stray copy, after a question, while a rotation of the profile's own key is unfinished", async () => {
    await rotateHalfway();
    const file = new StandInStore("file");
    await file.set({ profile: defaultProfile, slot: "current" }, otherKey);
    deps = deps.next({ answers: [answer.confirm(true, /holds for profile/), answer.confirm(false, /page/)] });
    const both = { ...deps, store: async (kind: string) => (kind === "file" ? file : deps.secrets) };
    expect(await remove({ args: [], flags: new Flags({ store: "file" }) }, both)).toBeUndefined();
    expect(await file.get({ profile: defaultProfile, slot: "current" })).toBeUndefined();
    expect(await slotsOf(deps)).toEqual({ current: "new", next: "nothing", previous: "old" });
    expect(deps.journal.list()).toHaveLength(1);
  });

  it("removes no stray copy that a move has made the profile's own while the question was open", async () => {
    const file = new StandInStore("file");
    await file.set({ profile: defaultProfile, slot: "current" }, oldKey);
    const known = await storeKey(deps);
    const meanwhile = () => deps.profiles.write({ ...known, store: "file" });
    deps = deps.next({ answers: [{ ...answer.confirm(true, /holds for profile/), meanwhile }] });
    const both = { ...deps, store: async (kind: string) => (kind === "file" ? file : deps.secrets) };
    await expect(remove({ args: [], flags: new Flags({ store: "file" }) }, both)).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringContaining("so nothing was removed"),
    });
    expect((await file.get({ profile: defaultProfile, slot: "current" }))?.equals(oldKey)).toBe(true);
  });

  it.each(["its profile", "the record of a rotation"])(
    "removes what is in the file that %s names",
    async (by) => {
      const file = new StandInStore("file");
      const known = await storeKey(deps, { store: "file" });
      if (by !== "its profile") {
        deps.journal.begin(planOf(oldKey, known, { ...known }, { holds: "old", now: deps.now() }));
        deps.profiles.remove(defaultProfile);
      }
      await file.set({ profile: defaultProfile, slot: "previous" }, oldKey);
      deps = deps.next();
      const both = { ...deps, store: async (kind: string) => (kind === "file" ? file : deps.secrets) };
      await remove({ args: [], flags: new Flags({ yes: true }) }, both);
      expect(await file.get({ profile: defaultProfile, slot: "previous" })).toBeUndefined();
      expect([deps.profiles.list(), deps.journal.list()]).toEqual([[], []]);
    },
  );

  it("removes all of it when --store names the store that has the key", async () => {
    expect(await run({ yes: true, store: "keychain" })).toBe(0);
    expect(deps.profiles.list()).toEqual([]);
    expect(deps.stderr()).toContain(`did not revoke ${oldKey.mask}`);
  });

  it("removes nothing when it is not known what its store holds", async () => {
    const store = new StandInStore("keychain");
    await store.set({ profile: defaultProfile, slot: "previous" }, oldKey);
    vi.spyOn(store, "get").mockRejectedValueOnce(new MistralKeyError("store-denied", "Not now."));
    deps.profiles.remove(defaultProfile);
    await expect(run({ yes: true }, { store })).rejects.toMatchObject({ kind: "store-denied" });
    expect(await store.get({ profile: defaultProfile, slot: "previous" })).toBeDefined();
  });

  it.each(["store-absent", "store-locked"] as const)("asks only what it can then do: %s", async (kind) => {
    const store = new StandInStore("keychain", [new MistralKeyError(kind, "It is shut.")]);
    await store.set({ profile: defaultProfile, slot: "current" }, oldKey);
    const answers = kind === "store-absent" ? [] : [answer.enter(/Remove the key/)];
    const expected = kind === "store-absent" ? kind : "cancelled";
    await expect(run({}, { store, answers })).rejects.toMatchObject({ kind: expected });
  });

  it("does not say that it removed a key that another keychain was given", async () => {
    const wallet = new MemoryStore("keychain", "KDE Wallet");
    await storeKey(deps, { storeName: "GNOME Keyring" });
    expect(await run({ yes: true }, { store: wallet })).toBe(0);
    const said = deps.stderr().replace(/\s+/g, " ");
    expect(said).toContain('Profile "default" is removed from this machine.');
    expect(said).toContain("No key of it was in KDE Wallet: its key was kept in GNOME Keyring");
    expect(said).not.toContain("removed from KDE Wallet");
    await storeKey(deps, { storeName: "GNOME Keyring" });
    await wallet.set({ profile: defaultProfile, slot: "current" }, oldKey);
    expect(await run({ yes: true }, { store: wallet })).toBe(0);
    expect(deps.stderr()).toContain('Profile "default" is removed from KDE Wallet');
    expect(deps.stderr()).not.toContain("GNOME Keyring");
  });

  it("does not say that it removed a key that was not there, as on a machine that shares the notes", async () => {
    await deps.secrets.delete({ profile: defaultProfile, slot: "current" });
    expect(await run({ yes: true })).toBe(0);
    const said = deps.stderr().replace(/\s+/g, " ");
    expect(said).toContain('Profile "default" is removed from this machine. ! No key of it was in memory');
    expect(said).toContain(`did not revoke ${oldKey.mask}`);
  });

  it("names the keys that it erases, not only those that are noted", async () => {
    await deps.secrets.set({ profile: defaultProfile, slot: "current" }, newKey);
    await deps.secrets.set({ profile: defaultProfile, slot: "previous" }, otherKey);
    const question = answer.confirm(
      true,
      new RegExp(`${[newKey, otherKey, oldKey].map(({ mask }) => mask.replaceAll(".", "\\.")).join(", ")}`),
    );
    expect(await run({}, { answers: [question, answer.confirm(false)] })).toBe(0);
    expect(deps.stderr().replace(/\s+/g, " ")).toContain(
      `${newKey.mask} and ${otherKey.mask} and ${oldKey.mask}`,
    );
    expect(await slotsOf(deps)).toEqual(empty);
  });

  it.each([
    ["cannot be read", () => writeFileSync(join(deps.home, "profiles", "default.json"), "{")],
    ["names another", () => storeKey(deps, { adminKey: newKey.mask })],
  ])("names an Admin API key that it erases when the profile %s", async (_, spoil) => {
    await deps.secrets.set({ profile: defaultProfile, slot: "admin" }, otherKey);
    await spoil();
    expect(await run({ yes: true })).toBe(0);
    expect(deps.stderr().replace(/\s+/g, " ")).toContain(
      `Its Admin API key ${otherKey.mask} is forgotten too. It still works unless it has been deleted at Mistral or has expired.`,
    );
  });

  it("says when another store has a key of the removed profile left", async () => {
    const file = new StandInStore("file");
    await file.set({ profile: defaultProfile, slot: "current" }, oldKey);
    deps = deps.next();
    const both = { ...deps, store: async (kind: string) => (kind === "file" ? file : deps.secrets) };
    expect(await remove({ args: [], flags: new Flags({ yes: true }) }, both)).toBeUndefined();
    expect(deps.stderr()).toContain("mistral-key remove --store file");
  });

  it("says that the key is gone when the disk keeps the notes about it", async () => {
    deps = deps.next();
    const remove = vi.spyOn(deps.profiles, "remove").mockImplementationOnce(() => {
      throw new MistralKeyError("store-denied", "The disk is read-only.", { hint: "Change that." });
    });
    const flags = { yes: true };
    await expect(run(flags, { profiles: deps.profiles })).rejects.toMatchObject({
      kind: "store-denied",
      message: expect.stringMatching(/^The disk is read-only\. The key is deleted/),
      hint: expect.stringMatching(/^Change that\.\n.*mistral-key remove$/),
    });
    expect(remove).toHaveBeenCalledOnce();
    expect(await slotsOf(deps)).toEqual(empty);
    expect(await run(flags)).toBe(0);
    expect(deps.profiles.list()).toEqual([]);
  });

  it("is repeated after being cut off at any instant", async () => {
    for (let at = 1; ; at += 1) {
      await storeKey(deps);
      deps = deps.next();
      const fuse = new Fuse(at, "killed-after");
      const secrets = fuse.wrap(deps.secrets);
      const cut = {
        ...deps,
        store: async () => secrets,
        journal: fuse.wrap(deps.journal),
        profiles: fuse.wrap(deps.profiles),
      };
      const ended = await remove({ args: [], flags: new Flags({ yes: true }) }, cut).catch((error) => error);
      if (!fuse.blown) break;
      expect(ended, `at ${at}`).toBeInstanceOf(Killed);
      const again = await run({ yes: true }).catch((error) => error);
      if (again !== 0) expect(again, `at ${at}`).toBeInstanceOf(MistralKeyError);
      expect(await slotsOf(deps), `at ${at}`).toEqual(empty);
      expect(deps.profiles.list(), `at ${at}`).toEqual([]);
    }
  });
});
