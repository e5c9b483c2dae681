import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Flags } from "../../src/cli/flags.ts";
import { rotate } from "../../src/commands/care/rotate.ts";
import { MistralKeyError } from "../../src/errors.ts";
import type { ApiKey } from "../../src/keys/api-key.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { JournalFolder } from "../../src/rotation/journal-folder.ts";
import type { SecretAddress, SecretStore } from "../../src/stores/secret-store.ts";
import { openTestDeps, type TestDeps } from "../support/deps.ts";
import { KeyList } from "./fuse.ts";
import { newKey, oldKey, otherKey, slotsOf, storeKey } from "./stored-key.ts";

let machine: TestDeps;
let mistral: KeyList;

beforeEach(async () => {
  mistral = new KeyList(oldKey, newKey, otherKey);
  machine = openTestDeps();
  await storeKey(machine);
});

afterEach(() => {
  machine.close();
});

/** A process of its own on the same machine. */
function start(
  flags: Record<string, unknown>,
  options: {
    readonly key?: ApiKey;
    readonly store?: SecretStore;
    readonly journal?: JournalFolder;
    /** What happens while the program waits for the new key. */
    readonly meanwhile?: () => Promise<unknown>;
  } = {},
): Promise<number | MistralKeyError> {
  const { key = newKey, store = machine.secrets, meanwhile } = options;
  const { journal = new JournalFolder(machine.home) } = options;
  const deps = {
    ...machine.next(),
    readStdin: async () => {
      await meanwhile?.();
      return key.reveal();
    },
    journal,
    store: async () => store,
    mistral: async () => mistral,
  };
  return rotate({ args: [], flags: new Flags(flags) }, deps).catch((error: unknown) => {
    if (error instanceof MistralKeyError) return error;
    throw error;
  });
}

/** Lets something else happen just before one of the slots is written. */
function interrupted(slot: SecretAddress["slot"], meanwhile: () => Promise<unknown>): SecretStore {
  const { secrets } = machine;
  return {
    kind: secrets.kind,
    describe: () => secrets.describe(),
    findFailure: () => secrets.findFailure(),
    get: (address) => secrets.get(address),
    inspect: (address) => secrets.inspect(address),
    delete: (address) => secrets.delete(address),
    set: async (address, key) => {
      if (address.slot === slot) await meanwhile();
      await secrets.set(address, key);
    },
  };
}

it("lets one of two rotations through that start at once", async () => {
  const results = await Promise.all([
    start({ withKey: true }, { key: newKey }),
    start({ withKey: true }, { key: otherKey }),
  ]);
  expect(results.filter((result) => result === 9)).toHaveLength(1);
  expect(results.filter((result) => result instanceof MistralKeyError)).toMatchObject([
    { kind: "unfinished" },
  ]);
  const slots = await slotsOf(machine);
  expect(slots.previous).toBe("old");
  expect(slots.next).toBe("nothing");
  const inUse = await machine.secrets.get({ profile: defaultProfile, slot: "current" });
  expect(machine.profiles.read(defaultProfile)?.key).toBe(inUse?.mask);
});

it("does not say that both keys are kept when only the record of the rotation could not be removed", async () => {
  const journal = new JournalFolder(machine.home);
  journal.end = () => {
    throw new MistralKeyError("store-denied", "The disk is read-only.");
  };
  const store = interrupted("current", async () => mistral.revoke(oldKey));
  expect(await start({ withKey: true }, { store, journal })).toMatchObject({
    kind: "unfinished",
    message: "The disk is read-only. Only this record of the rotation is left.",
    hint: "Then remove it: mistral-key rotate --finish",
  });
  expect(await slotsOf(machine)).toEqual({ current: "new", next: "nothing", previous: "nothing" });
  expect(await start({ finish: true })).toBe(0);
});

it("leaves nothing of a new key that the store kept but reported as failed", async () => {
  const doubtful: SecretStore = {
    ...interrupted("next", async () => {}),
    set: async (address, key) => {
      await machine.secrets.set(address, key);
      throw new MistralKeyError("store-unresponsive", "It is not known whether it was stored.");
    },
  };
  expect(await start({ withKey: true }, { store: doubtful })).toMatchObject({ kind: "store-unresponsive" });
  expect(await slotsOf(machine)).toEqual({ current: "old", next: "nothing", previous: "nothing" });
  expect(await start({ withKey: true }, { key: otherKey })).toBe(9);
});

it("erases no key that another run has put in its place while the store was waited for", async () => {
  const locked = new MistralKeyError("store-locked", "The store is locked.");
  const failing = (slot: SecretAddress["slot"]) =>
    interrupted(slot, async () => {
      throw locked;
    });
  const endAndBeginNext = async () => {
    expect(await start({ finish: true })).toBe(9);
    const begun = await start({ withKey: true }, { key: otherKey, store: failing("previous") });
    expect(begun).toMatchObject({ kind: "unfinished" });
    throw locked;
  };
  const late = await start({ withKey: true }, { store: interrupted("next", endAndBeginNext) });
  expect(late).toMatchObject({ kind: "unfinished" });
  expect(await slotsOf(machine)).toEqual({ current: "old", next: "another", previous: "nothing" });
  expect(machine.journal.read(defaultProfile)?.stage).toBe("switching");
});

it("stops a rotation that another run has aborted meanwhile", async () => {
  const aborting = interrupted("previous", () => start({ abort: true, yes: true }));
  expect(await start({ withKey: true }, { store: aborting })).toMatchObject({ kind: "unfinished" });
  expect((await slotsOf(machine)).current).toBe("old");
  expect(machine.journal.read(defaultProfile)).toBeUndefined();
});

it("stops a rotation that another run has finished meanwhile, and loses no key", async () => {
  const finishing = interrupted("previous", () => start({ finish: true }));
  expect(await start({ withKey: true }, { store: finishing })).toMatchObject({ kind: "unfinished" });
  expect(await slotsOf(machine)).toEqual({ current: "new", next: "nothing", previous: "old" });
  expect(machine.profiles.read(defaultProfile)?.key).toBe(newKey.mask);
});

it("erases nothing of the next rotation when it is delayed until that has begun", async () => {
  const locked = interrupted("previous", async () => {
    throw new MistralKeyError("store-locked", "The store is locked.");
  });
  const finishAndBeginNext = async () => {
    mistral.revoke(oldKey);
    expect(await start({ finish: true })).toBe(0);
    const begun = await start({ withKey: true }, { key: otherKey, store: locked });
    expect(begun).toMatchObject({ kind: "unfinished" });
  };
  const late = await start({ withKey: true }, { store: interrupted("current", finishAndBeginNext) });
  expect(late).toMatchObject({ kind: "unfinished" });
  expect(await slotsOf(machine)).toMatchObject({ current: "new", next: "another" });
});

it("removes no record of the next rotation when it is delayed at its own end until that has begun", async () => {
  expect(await start({ withKey: true })).toBe(9);
  mistral.revoke(oldKey);
  const locked = interrupted("previous", async () => {
    throw new MistralKeyError("store-locked", "The store is locked.");
  });
  const delayed: SecretStore = {
    ...interrupted("next", async () => {}),
    delete: async (address) => {
      expect(await start({ finish: true })).toBe(0);
      const begun = await start({ withKey: true }, { key: otherKey, store: locked });
      expect(begun).toMatchObject({ kind: "unfinished" });
      return machine.secrets.delete(address);
    },
  };
  expect(await start({ finish: true }, { store: delayed })).toMatchObject({ kind: "unfinished" });
  expect(machine.journal.read(defaultProfile)?.stage).toBe("switching");
  expect(await slotsOf(machine)).toMatchObject({ current: "new", next: "another" });
});

it("keeps the old key when something refuses every key from the moment that the new one is in use", async () => {
  const refusing = interrupted("current", async () => {
    for (const key of [oldKey, newKey]) mistral.revoke(key);
  });
  expect(await start({ withKey: true }, { store: refusing })).toBe(9);
  expect(await slotsOf(machine)).toEqual({ current: "new", next: "nothing", previous: "old" });
});

it("changes nothing when the key it has read was replaced by another run while it waited for the new one", async () => {
  // A store that caches what it has read, as the keychain does.
  const remembering: SecretStore = {
    ...interrupted("next", async () => {}),
    get: async (address) => (address.slot === "current" ? oldKey : machine.secrets.get(address)),
  };
  const rotateToTheEnd = async () => {
    expect(await start({ withKey: true })).toBe(9);
    mistral.revoke(oldKey);
    expect(await start({ finish: true })).toBe(0);
  };
  const late = await start(
    { withKey: true },
    { key: otherKey, store: remembering, meanwhile: rotateToTheEnd },
  );
  expect(late).toMatchObject({ kind: "usage", message: expect.stringContaining(newKey.mask) });
  expect(await slotsOf(machine)).toEqual({ current: "new", next: "nothing", previous: "nothing" });
  expect(machine.journal.read(defaultProfile)).toBeUndefined();
});

it.each([
  [
    "replaced, by something that notes nothing",
    () => machine.secrets.set({ profile: defaultProfile, slot: "current" }, otherKey),
    otherKey.mask,
  ],
  ["removed", async () => machine.profiles.remove(defaultProfile), "removed or moved"],
  ["erased", () => machine.secrets.delete({ profile: defaultProfile, slot: "current" }), "removed or moved"],
  [
    "moved",
    async () => {
      const known = machine.profiles.read(defaultProfile);
      if (known !== undefined) machine.profiles.write({ ...known, store: "file" });
    },
    "removed or moved",
  ],
])(
  "begins no rotation of a key that was %s while the new one was waited for",
  async (_what, meanwhile, said) => {
    // A store that caches what it has read, as the keychain does.
    const remembering: SecretStore = {
      ...interrupted("next", async () => {}),
      get: async (address) => (address.slot === "current" ? oldKey : machine.secrets.get(address)),
    };
    let before: unknown;
    const change = async () => {
      await meanwhile();
      before = [await slotsOf(machine), machine.profiles.read(defaultProfile)];
    };
    const late = await start({ withKey: true }, { store: remembering, meanwhile: change });
    expect(late).toMatchObject({ kind: "usage", message: expect.stringContaining(said) });
    expect([await slotsOf(machine), machine.profiles.read(defaultProfile)]).toEqual(before);
    expect(machine.journal.read(defaultProfile)).toBeUndefined();
  },
);

it("delivers to a target that another run has noted while the new key was waited for", async () => {
  const target = `dotenv:${join(machine.home, ".env")}`;
  const meanwhile = async () => {
    const known = machine.profiles.read(defaultProfile);
    if (known !== undefined) machine.profiles.write({ ...known, targets: [{ target, since: null }] });
  };
  expect(await start({ withKey: true }, { meanwhile })).toBe(9);
  expect(readFileSync(join(machine.home, ".env"), "utf8")).toBe(`MISTRAL_API_KEY=${newKey.reveal()}\n`);
  expect(machine.profiles.read(defaultProfile)).toMatchObject({ key: newKey.mask, targets: [{ target }] });
});

it("delivers to no target that another run has forgotten while the new key was waited for", async () => {
  const known = machine.profiles.read(defaultProfile);
  if (known === undefined) throw new Error("There is no profile.");
  const target = `dotenv:${join(machine.home, ".env")}`;
  machine.profiles.write({ ...known, targets: [{ target, since: null }] });
  const meanwhile = async () => machine.profiles.write(known);
  expect(await start({ withKey: true }, { meanwhile })).toBe(9);
  expect(existsSync(join(machine.home, ".env"))).toBe(false);
  expect(machine.profiles.read(defaultProfile)).toMatchObject({ key: newKey.mask, targets: [] });
  expect(await start({ abort: true, yes: true })).toBe(0);
  expect(machine.profiles.read(defaultProfile)).toMatchObject({ key: oldKey.mask, targets: [] });
});

it.each(["current", "next", "previous"] as const)(
  "leaves alone a rotation that begins while another run looks for a lost one, before it reads %s",
  async (slot) => {
    let began: Promise<unknown> | undefined;
    const looking: SecretStore = {
      ...interrupted("next", async () => {}),
      get: async (address) => {
        if (address.slot === slot) began ??= start({ withKey: true });
        await began;
        return machine.secrets.get(address);
      },
    };
    expect(await start({ finish: true }, { store: looking })).toBeInstanceOf(MistralKeyError);
    expect(await began).toBe(9);
    expect(await slotsOf(machine)).toEqual({ current: "new", next: "nothing", previous: "old" });
    expect(machine.journal.read(defaultProfile)?.stage).toBe("retiring");
  },
);
