import { lstatSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Flags } from "../../../src/cli/flags.ts";
import { rotate } from "../../../src/commands/care/rotate.ts";
import { verify } from "../../../src/commands/care/verify.ts";
import { push } from "../../../src/commands/use/push.ts";
import { Cancelled, MistralKeyError } from "../../../src/errors.ts";
import { codeOfKind } from "../../../src/exit-codes.ts";
import type { ApiKey } from "../../../src/keys/api-key.ts";
import { defaultProfile, type ProfileName } from "../../../src/keys/profile-name.ts";
import { profileOf } from "../../../src/profiles/known-key.ts";
import { MemoryStore } from "../../../src/stores/memory.ts";
import { Fuse, Killed } from "../../rotation/fuse.ts";
import { newKey, oldKey, otherKey, slotsOf, storeKey } from "../../rotation/stored-key.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../../support/deps.ts";
import { type LoopbackMistralApi, startMistralApi } from "../../support/mistral-api.ts";
import { answer } from "../../support/scripted-prompts.ts";
import { usualIdentity } from "../../support/usual-answers.ts";

let api: LoopbackMistralApi;
let deps: TestDeps;

beforeEach(async () => {
  api = await startMistralApi({ keys: [oldKey.reveal(), newKey.reveal()] });
  deps = openTestDeps({ serverUrl: api.url });
  await storeKey(deps, { serverUrl: api.url });
});

afterEach(async () => {
  expect(deps.script.aloud).toEqual([]);
  await api.stop();
  deps.close();
});

const run = (flags: Record<string, unknown>) => rotate({ args: [], flags: new Flags(flags) }, deps);

async function failure(promise: Promise<unknown>): Promise<MistralKeyError & { code: number }> {
  const error = await promise.then(
    () => {
      throw new Error("It did not fail.");
    },
    (cause: MistralKeyError) => cause,
  );
  return Object.assign(error, { code: codeOfKind[error.kind] });
}

const untouched = { current: "old", next: "nothing", previous: "nothing" };
const switched = { current: "new", next: "nothing", previous: "old" };
const done = { current: "new", next: "nothing", previous: "nothing" };

it.each([
  ["no-input", "A rotation asks for the new key, but --no-input was given."],
  ["ci", "A rotation asks for the new key, but CI is set, so nobody is asked."],
] as const)("rotate says why nobody is asked, and what to do: %s", async (absence, message) => {
  deps = deps.next({ absence });
  await expect(run({ profile: "work" })).rejects.toMatchObject({
    kind: "needs-terminal",
    message,
    hint: expect.stringContaining("mistral-key rotate --with-key -p work < FILE"),
  });
});

describe("rotate --with-key", () => {
  const withKey = (key = newKey) => {
    deps = deps.next({ stdin: `${key.reveal()}\n` });
  };

  it("puts the new key in use, keeps the old one, and says what is left", async () => {
    withKey();
    expect(await run({ withKey: true, expires: "90d" })).toBe(9);
    expect(await slotsOf(deps)).toEqual(switched);
    expect(deps.profiles.read(defaultProfile)).toMatchObject({
      key: newKey.mask,
      expiresAt: "2026-11-30",
      lastDiagnosis: "valid",
    });
    expect(deps.journal.read(defaultProfile)?.stage).toBe("retiring");
    expect(deps.stderr()).toContain("mistral-key rotate --finish");
    expect(deps.stderr()).toContain(oldKey.mask);
    expect(deps.stdout()).toBe("");
  });

  it("names the processes that still run with the old key, without control characters", async () => {
    const processes = [
      { id: 41, name: "node\x1b[2J", value: oldKey.reveal() },
      { id: 42, name: "python3", value: otherKey.reveal() },
      { id: 43, name: "like-it", value: `${oldKey.reveal().slice(0, 20)}${oldKey.reveal()}` },
    ];
    deps = deps.next({ stdin: `${newKey.reveal()}\n`, processes });
    await run({ withKey: true });
    const said = deps.stderr().replace(/\s+/g, " ");
    expect(said).toContain(
      `Started with the old key ${oldKey.mask}, and still running: node\\x1b[2J (process 41).`,
    );
  });

  it("asks a person for the new key alone, and then to delete the old one", async () => {
    deps = deps.next({ answers: [answer.key(newKey.reveal(), /The new key/), answer.press("l", /later/)] });
    expect(await run({ withKey: true })).toBe(9);
    expect(await slotsOf(deps)).toEqual(switched);
  });

  describe("of a key that something else has stored", () => {
    beforeEach(async () => {
      api.keys.accept(otherKey.reveal());
      await deps.secrets.set({ profile: defaultProfile, slot: "current" }, otherKey);
    });

    it("gives it neither the name nor the workspace of the noted one", async () => {
      api.keys.accept(newKey.reveal(), { identity: { workspace: "Elsewhere" } });
      const processes = [{ id: 41, name: "node", value: otherKey.reveal() }];
      deps = deps.next({ stdin: `${newKey.reveal()}\n`, processes });
      expect(await run({ withKey: true })).toBe(9);
      const said = deps.stderr().replace(/\s+/g, " ");
      expect(said).toContain(`The old key ${otherKey.mask} still worked when it was last tried.`);
      expect(said).toContain(
        `Started with the old key ${otherKey.mask}, and still running: node (process 41).`,
      );
      expect(said).not.toContain("21 Feb 2027");
    });

    it("notes what is in use when that goes back", async () => {
      withKey();
      expect(await run({ withKey: true })).toBe(9);
      deps = deps.next();
      expect(await run({ abort: true, yes: true })).toBe(0);
      expect(await slotsOf(deps)).toEqual({ ...untouched, current: "another" });
      const profile = deps.profiles.read(defaultProfile);
      expect(profile).toMatchObject({ key: otherKey.mask, identity: null, endpoint: { serverUrl: api.url } });
      expect(profile?.expiresAt).toBeUndefined();
    });
  });

  it("asks about each key at its own server", async () => {
    const other = await startMistralApi({ keys: [newKey.reveal()] });
    try {
      withKey();
      expect(await run({ withKey: true, serverUrl: other.url })).toBe(9);
      expect(await slotsOf(deps)).toEqual(switched);
      api.keys.revoke(oldKey.reveal());
      deps = deps.next();
      expect(await run({ finish: true })).toBe(0);
    } finally {
      await other.stop();
    }
  });

  it("answers with the verdict, the old key's state and the targets", async () => {
    withKey();
    expect(await run({ withKey: true, json: true })).toBe(9);
    expect(deps.document()).toMatchObject({
      profile: "default",
      ok: true,
      diagnosis: "valid",
      key: newKey.mask,
      stored: true,
      previous: { key: oldKey.mask, state: "alive" },
      targets: [],
      hint: "To finish: mistral-key rotate --finish",
    });
  });

  it("ends at once when the old key is dead already", async () => {
    api.keys.revoke(oldKey.reveal());
    withKey();
    expect(await run({ withKey: true, json: true })).toBe(0);
    expect(await slotsOf(deps)).toEqual(done);
    expect(deps.journal.read(defaultProfile)).toBeUndefined();
    expect(deps.document()).toMatchObject({ previous: { key: oldKey.mask, state: "dead" } });
  });

  it("changes nothing for a key that Mistral refuses", async () => {
    withKey(otherKey);
    expect(await run({ withKey: true, json: true })).toBe(4);
    expect(await slotsOf(deps)).toEqual(untouched);
    expect(deps.journal.read(defaultProfile)).toBeUndefined();
    expect(deps.document()).toMatchObject({
      ok: false,
      diagnosis: "invalid-key",
      store: null,
      stored: false,
    });
  });

  it.each([
    ["server-error", 5],
    ["rate-limited", 6],
  ] as const)("changes nothing when the new key cannot be checked: %s", async (behaviour, code) => {
    api.behave(behaviour);
    withKey();
    expect(await run({ withKey: true })).toBe(code);
    expect(await slotsOf(deps)).toEqual(untouched);
    expect(deps.journal.read(defaultProfile)).toBeUndefined();
  });

  it("refuses a store other than the one that has the key", async () => {
    expect(await failure(run({ withKey: true, store: "file" }))).toMatchObject({ code: 3 });
    expect(await slotsOf(deps)).toEqual(untouched);
  });

  it("refuses the stored key as the new one", async () => {
    withKey(oldKey);
    expect(await failure(run({ withKey: true }))).toMatchObject({ code: 2 });
    expect(api.requests).toEqual([]);
    expect(await slotsOf(deps)).toEqual(untouched);
  });

  it("refuses a key of another workspace when nobody is there to ask", async () => {
    api.keys.accept(newKey.reveal(), { identity: { workspace: "Elsewhere" } });
    withKey();
    const error = await failure(run({ withKey: true }));
    expect(error.code).toBe(2);
    expect(error.message).toContain("Elsewhere");
    expect(await slotsOf(deps)).toEqual(untouched);
  });

  it("says how to go on in a workspace that was renamed since the last check", async () => {
    const renamed = { identity: { workspace: "Renamed" } };
    api.keys.accept(oldKey.reveal(), renamed);
    api.keys.accept(newKey.reveal(), renamed);
    withKey();
    const error = await failure(run({ withKey: true }));
    expect(error.message).toContain("when it was last checked; that may have been renamed since.");
    expect(error.hint).toContain(
      "If it was only renamed, note its new name and try again: mistral-key verify\n",
    );
    deps = deps.next();
    expect(await verify({ args: [], flags: new Flags({}) }, deps)).toBe(0);
    withKey();
    expect(await run({ withKey: true })).toBe(9);
    expect(await slotsOf(deps)).toEqual(switched);
  });

  it("says that there is no key to rotate", async () => {
    deps = deps.next({ stdin: newKey.reveal() });
    expect(await failure(run({ withKey: true, profile: "empty" }))).toMatchObject({ code: 3 });
  });

  it("says that standard input was empty", async () => {
    deps = deps.next({ stdin: "\n" });
    expect(await failure(run({ withKey: true }))).toMatchObject({ code: 2 });
  });

  it("refuses a second rotation before the first is finished", async () => {
    withKey();
    await run({ withKey: true });
    withKey(otherKey);
    const error = await failure(run({ withKey: true }));
    expect(error.code).toBe(9);
    expect(error.hint).toContain("rotate --finish");
    expect(error.hint).toContain("rotate --abort");
    expect(await slotsOf(deps)).toEqual(switched);
  });

  it("refuses a day in the past, and changes nothing", async () => {
    withKey();
    expect(await failure(run({ withKey: true, expires: "2020-01-01" }))).toMatchObject({ code: 2 });
    expect(await slotsOf(deps)).toEqual(untouched);
  });

  it("rotates a key that only the store has", async () => {
    deps.profiles.remove(defaultProfile);
    withKey();
    expect(await run({ withKey: true })).toBe(9);
    expect(await slotsOf(deps)).toEqual(switched);
    deps = deps.next();
    expect(await run({ abort: true, yes: true })).toBe(0);
    expect(await slotsOf(deps)).toEqual(untouched);
    expect(deps.profiles.read(defaultProfile)).toBeUndefined();
  });

  it("asks for no key while one of an earlier rotation is left that would be overwritten", async () => {
    await deps.secrets.set({ profile: defaultProfile, slot: "previous" }, otherKey);
    const error = await failure(run({ withKey: true }));
    expect(error).toMatchObject({ code: 9, message: expect.stringContaining(otherKey.mask) });
    expect(await slotsOf(deps)).toEqual({ ...untouched, previous: "another" });
    // The advice ends it, since that key is dead.
    deps = deps.next();
    expect(await run({ finish: true, json: true })).toBe(0);
    expect(deps.document()).toMatchObject({ key: oldKey.mask, previous: { key: otherKey.mask } });
  });

  it("says that the old key's date is not carried over when no date is given", async () => {
    api.keys.revoke(oldKey.reveal());
    withKey();
    await run({ withKey: true });
    expect(deps.profiles.read(defaultProfile)?.expiresAt).toBeUndefined();
    const said = deps.stderr().replace(/\s+/g, " ");
    expect(said).toContain("21 Feb 2027 was the old key's, and is not carried over");
    expect(said).toContain("mistral-key expires DATE");
  });

  it("says nothing about dates when one is given", async () => {
    withKey();
    await run({ withKey: true, expires: "never" });
    expect(deps.stderr()).not.toContain("carried over");
  });

  it("asks about the old key until the time is up, then too", async () => {
    withKey();
    const { sleep } = deps;
    Object.assign(deps, {
      sleep: async (ms: number) => {
        await sleep(ms);
        if (deps.now().getTime() >= Date.parse("2026-09-01T10:00:21Z")) api.keys.revoke(oldKey.reveal());
      },
    });
    expect(await run({ withKey: true, wait: "21s" })).toBe(0);
    expect(await slotsOf(deps)).toEqual(done);
  });

  it.each(["90", "soon", "-5s", "1h"])("refuses --wait %s", async (wait) => {
    withKey();
    expect(await failure(run({ withKey: true, wait }))).toMatchObject({ code: 2 });
    expect(await slotsOf(deps)).toEqual(untouched);
  });
});

describe("rotate --finish", () => {
  beforeEach(async () => {
    deps = deps.next({ stdin: newKey.reveal() });
    await run({ withKey: true });
    deps = deps.next();
  });

  it("forgets the old key as soon as Mistral refuses it", async () => {
    api.keys.revoke(oldKey.reveal());
    expect(await run({ finish: true, json: true })).toBe(0);
    expect(await slotsOf(deps)).toEqual(done);
    expect(deps.journal.list()).toEqual([]);
    expect(deps.document()).toMatchObject({
      ok: true,
      key: newKey.mask,
      previous: { key: oldKey.mask, state: "dead" },
    });
  });

  it("does not restore a profile that is removed while it waits", async () => {
    const { sleep } = deps;
    Object.assign(deps, {
      sleep: async (ms: number) => {
        await sleep(ms);
        deps.journal.end(defaultProfile);
        deps.profiles.remove(defaultProfile);
      },
    });
    expect(await failure(run({ finish: true, wait: "1s" }))).toMatchObject({ code: 9 });
    expect(deps.profiles.list()).toEqual([]);
  });

  it("keeps the old key as long as Mistral accepts it", async () => {
    expect(await run({ finish: true, json: true })).toBe(9);
    expect(await slotsOf(deps)).toEqual(switched);
    expect(deps.document()).toMatchObject({ ok: true, previous: { state: "alive" } });
  });

  it.each(["server-error", "cut", "html"] as const)(
    "never takes an outage for the old key's deletion: %s",
    async (behaviour) => {
      api.keys.revoke(oldKey.reveal());
      api.behave(behaviour);
      expect(await run({ finish: true, json: true })).toBe(9);
      expect(await slotsOf(deps)).toEqual(switched);
      expect(deps.document()).toMatchObject({ previous: { state: "unknown" } });
    },
  );

  it("says why it could not ask Mistral, and what to do about that first", async () => {
    api.behave("cut");
    expect(await run({ finish: true, json: true })).toBe(9);
    const why =
      /says of both keys. Mistral could not be reached, so nothing is known about the key: .*Check the network connection.*rotate --finish/;
    expect(deps.stderr().replace(/\s+/g, " ")).toMatch(why);
    expect(deps.document()).toMatchObject({
      hint: expect.stringMatching(/^Check the network.*\nTo finish/),
    });
  });

  it("does not believe a gateway that refuses everybody", async () => {
    api.behave("unauthorized");
    expect(await run({ finish: true })).toBe(9);
    expect(await slotsOf(deps)).toEqual(switched);
    expect(deps.stderr().replace(/\s+/g, " ")).toContain("Mistral accepts neither it nor the new one");
  });

  it("names the key and its row when it still works after the wait", async () => {
    expect(await run({ finish: true, wait: "30s" })).toBe(9);
    expect(deps.now()).toEqual(new Date("2026-09-01T10:00:30Z"));
    const said = deps.stderr().replace(/\s+/g, " ");
    expect(said).toContain(`The old key ${oldKey.mask} (${usualIdentity.keyName}) still worked`);
  });

  it("waits no longer because the clock is set back", async () => {
    const { now, sleep } = deps;
    let slept = 0;
    Object.assign(deps, {
      sleep: (ms: number) => {
        slept += ms;
        return sleep(ms);
      },
      now: () => new Date(now().getTime() - (slept > 0 ? 120_000 : 0)),
    });
    expect(await run({ finish: true, wait: "30s" })).toBe(9);
    expect(slept).toBe(30_000);
  });

  describe("with an old key that Mistral allows no calls", () => {
    beforeEach(() => {
      api.keys.forbid(oldKey.reveal());
    });

    it("says that it is still there, and keeps it", async () => {
      expect(await run({ finish: true, json: true })).toBe(9);
      expect(deps.document()).toMatchObject({ previous: { state: "alive" } });
      expect(deps.stderr().replace(/\s+/g, " ")).toContain(
        "was still known to Mistral when it was last tried",
      );
      expect(await slotsOf(deps)).toEqual(switched);
    });

    it("forgets it when the person says so", async () => {
      expect(await run({ finish: true, yes: true, json: true })).toBe(0);
      expect(await slotsOf(deps)).toEqual(done);
      expect(deps.document()).toMatchObject({ previous: { state: "alive" } });
      expect(deps.stderr().replace(/\s+/g, " ")).toContain("it still exists at");
    });

    it("offers to forget it in a terminal", async () => {
      deps = deps.next({ answers: [answer.press("f", /forget it here/)] });
      expect(await run({ finish: true })).toBe(0);
      expect(await slotsOf(deps)).toEqual(done);
    });

    it("does not go back to it", async () => {
      const error = await failure(run({ abort: true, yes: true }));
      expect(error).toMatchObject({ code: 4, message: expect.stringContaining("no calls any more") });
      expect(await slotsOf(deps)).toEqual(switched);
    });
  });

  it("says that no rotation is under way", async () => {
    api.keys.revoke(oldKey.reveal());
    await run({ finish: true });
    deps = deps.next();
    expect(await failure(run({ finish: true }))).toMatchObject({ code: 2 });
  });

  it("keeps what was noted of the new key since it is in use", async () => {
    const profile = deps.profiles.read(defaultProfile);
    if (profile !== undefined) deps.profiles.write({ ...profile, expiresAt: "2026-12-24" });
    api.keys.revoke(oldKey.reveal());
    expect(await run({ finish: true, json: true })).toBe(0);
    expect(deps.profiles.read(defaultProfile)?.expiresAt).toBe("2026-12-24");
    expect(deps.document()).toMatchObject({ expiresAt: "2026-12-24" });
  });

  it.each([["default.json"], ["default.json", "../rotations/default.json"]])(
    "works with what is damaged: %j",
    async (...files) => {
      for (const file of files) writeFileSync(join(deps.home, "profiles", file), "{");
      api.keys.revoke(oldKey.reveal());
      expect(await run({ finish: true })).toBe(0);
      expect(await slotsOf(deps)).toEqual(done);
      expect(deps.profiles.read(defaultProfile)?.key).toBe(newKey.mask);
    },
  );

  it.each(["lost", "damaged"])(
    "advises in no way that erases the only key that is left, its record %s",
    async (how) => {
      if (how === "lost") deps.journal.end(defaultProfile);
      else writeFileSync(join(deps.home, "rotations", "default.json"), "{");
      await deps.secrets.delete({ profile: defaultProfile, slot: "current" });
      expect(await failure(run({ finish: true }))).toMatchObject({
        kind: "no-key",
        // No sentence begins with "an encrypted file".
        message: expect.stringMatching(/^Profile "default" has no key in use in .*oldK\.\.\./),
        hint: "To put a key in use, and keep that one there: mistral-key init",
      });
      // So that init is not refused.
      expect(deps.journal.list()).toEqual([]);
      expect(await slotsOf(deps)).toEqual({ ...switched, current: "nothing" });
    },
  );

  it("advises to put a key in the store that has the leftover, where no profile tells it", async () => {
    deps.journal.end(defaultProfile);
    deps.profiles.remove(defaultProfile);
    const file = new MemoryStore("file");
    await file.set({ profile: defaultProfile, slot: "previous" }, oldKey);
    Object.assign(deps, { store: async () => file });
    expect(await failure(run({ finish: true, store: "file" }))).toMatchObject({
      kind: "no-key",
      hint: "To put a key in use, and keep that one there: mistral-key init --store file",
    });
  });

  it("takes the keys from the store that the rotation has them in, whatever --store says", async () => {
    api.keys.revoke(oldKey.reveal());
    const { secrets } = deps;
    Object.assign(deps, {
      store: async (kind: string) => (kind === secrets.kind ? secrets : new MemoryStore("file")),
    });
    expect(await run({ finish: true, store: "file" })).toBe(0);
    expect(await slotsOf(deps)).toEqual(done);
  });

  it("works for anybody after the first run of the program is gone", async () => {
    api.keys.revoke(oldKey.reveal());
    deps = deps.next();
    expect(await run({ finish: true })).toBe(0);
  });
});

describe("rotate --abort", () => {
  const abort = { abort: true, yes: true };

  beforeEach(async () => {
    deps = deps.next({ stdin: newKey.reveal() });
    await run({ withKey: true });
    deps = deps.next();
  });

  it("goes back to the old key and says that the new one is still alive", async () => {
    expect(await run({ ...abort, json: true })).toBe(0);
    expect(await slotsOf(deps)).toEqual(untouched);
    expect(deps.profiles.read(defaultProfile)?.key).toBe(oldKey.mask);
    expect(deps.journal.list()).toEqual([]);
    expect(deps.document()).toEqual({
      profile: "default",
      aborted: true,
      key: oldKey.mask,
      discarded: { key: newKey.mask },
    });
    expect(deps.stderr()).toContain(newKey.mask);
  });

  it("does not advise to delete a key that another profile has, too", async () => {
    const other = { name: "other" as ProfileName, key: newKey, store: "keychain" } as const;
    deps.profiles.write(profileOf({ ...other, endpoint: { region: "global" } }, deps.now()));
    expect(await run(abort)).toBe(0);
    expect(deps.stderr()).toContain('Do not delete it there: profile "other" has it, too.');
    expect(deps.stderr()).not.toContain("open keys");
  });

  it("says which profile may have that key, too, since it cannot be read", async () => {
    writeFileSync(join(deps.home, "profiles", "work.json"), "{");
    expect(await run(abort)).toBe(0);
    expect(deps.stderr().replace(/\s+/g, " ")).toContain(
      `Profile "work" cannot be read, and may have ${newKey.mask}, too. › What to do about it: mistral-key verify -p work`,
    );
  });

  it("still knows an Admin API key that was stored during the rotation", async () => {
    const known = deps.profiles.read(defaultProfile);
    if (known !== undefined) deps.profiles.write({ ...known, adminKey: "admi...n999" });
    expect(await run(abort)).toBe(0);
    expect(deps.profiles.read(defaultProfile)).toMatchObject({ key: oldKey.mask, adminKey: "admi...n999" });
  });

  it("says in which workspace the new key still is", async () => {
    expect(await run(abort)).toBe(0);
    expect(deps.stderr().replace(/\s+/g, " ")).toContain(
      `Forgotten here, which deletes nothing at Mistral: ${newKey.mask} in workspace Research of Analytical Engines`,
    );
  });

  it("asks before the new key is given up", async () => {
    deps = deps.next({ answers: [answer.confirm(true, new RegExp(`forget ${newKey.mask} here`))] });
    expect(await run({ abort: true })).toBe(0);
    expect(await slotsOf(deps)).toEqual(untouched);
  });

  it("changes nothing when the person just presses Enter", async () => {
    deps = deps.next({ answers: [answer.enter(/forget/)] });
    expect(await failure(run({ abort: true }))).toMatchObject({ code: 130 });
    expect(await slotsOf(deps)).toEqual(switched);
    expect(deps.journal.read(defaultProfile)?.stage).toBe("retiring");
  });

  it("changes nothing when nobody is there to answer", async () => {
    const error = await failure(run({ abort: true }));
    expect(error).toMatchObject({ code: 2, hint: expect.stringContaining("rotate --abort --yes") });
    expect(await slotsOf(deps)).toEqual(switched);
  });

  it.each([
    ["abort", 0],
    ["finish", 9],
  ])("asks nobody, nor Mistral, when no new key can be given up, with --%s", async (flag, code) => {
    await run(abort);
    await deps.secrets.set({ profile: defaultProfile, slot: "current" }, oldKey);
    deps = deps.next({ stdin: newKey.reveal() });
    const fuse = new Fuse(2, "killed-after");
    const journal = fuse.wrap(deps.journal);
    const killed = rotate({ args: [], flags: new Flags({ withKey: true }) }, { ...deps, journal });
    await expect(killed).rejects.toBeInstanceOf(Killed);
    api.behave("cut");
    deps = deps.next();
    expect(await run({ [flag]: true })).toBe(code);
    expect(await slotsOf(deps)).toEqual(untouched);
    expect(deps.stderr().includes(`${newKey.mask} is not stored here`)).toBe(flag === "finish");
  });

  it("does not go back to a key that is dead", async () => {
    api.keys.revoke(oldKey.reveal());
    expect(await failure(run(abort))).toMatchObject({
      code: 4,
      hint: expect.stringContaining("rotate --finish"),
    });
    expect(await slotsOf(deps)).toEqual(switched);
  });

  it.each([
    ["cut", 5],
    ["rate-limited", 6],
  ] as const)("gives up nothing while Mistral cannot say: %s", async (behaviour, code) => {
    api.behave(behaviour, { on: ["models"] });
    expect(await failure(run(abort))).toMatchObject({ code });
    expect(await slotsOf(deps)).toEqual(switched);
  });

  it.each(["abort", "finish"])(
    "keeps the new key when the old one dies on the way back, with --%s",
    async (flag) => {
      const record = deps.journal.read(defaultProfile);
      if (record !== undefined) deps.journal.update(record, { stage: "reverting" });
      api.keys.revoke(oldKey.reveal());
      deps = deps.next();
      expect(await run({ [flag]: true, yes: true, json: true })).toBe(flag === "abort" ? 4 : 0);
      expect(await slotsOf(deps)).toEqual(done);
      expect(deps.document()).toMatchObject({ ok: true, key: newKey.mask, previous: { state: "dead" } });
      expect(deps.stderr()).toContain(`There is no way back to ${oldKey.mask}`);
      expect(deps.journal.list()).toEqual([]);
    },
  );

  it("leaves alone a key that something else has stored meanwhile", async () => {
    await deps.secrets.set({ profile: defaultProfile, slot: "current" }, otherKey);
    api.keys.accept(otherKey.reveal());
    expect(await run({ ...abort, json: true })).toBe(0);
    expect(await slotsOf(deps)).toEqual({ current: "another", next: "nothing", previous: "nothing" });
    expect(deps.document()).toMatchObject({ aborted: true, key: null });
    expect(deps.stderr()).toContain(oldKey.mask);
    // Its own profile still names one of the two keys, but has neither any more.
    expect(deps.stderr()).not.toContain("Do not delete it there");
  });

  it("asks before both keys are given up for one that something else has stored", async () => {
    await deps.secrets.set({ profile: defaultProfile, slot: "current" }, otherKey);
    api.keys.accept(otherKey.reveal());
    const both = new RegExp(`Use ${otherKey.mask} and forget ${oldKey.mask} and ${newKey.mask} here`);
    deps = deps.next({ answers: [answer.enter(both)] });
    expect(await failure(run({ abort: true }))).toMatchObject({ code: 130 });
    expect(await slotsOf(deps)).toEqual({ current: "another", next: "nothing", previous: "old" });
  });

  it("gives up neither key for one that Mistral does not accept", async () => {
    await deps.secrets.set({ profile: defaultProfile, slot: "current" }, otherKey);
    expect(await failure(run(abort))).toMatchObject({ code: 9 });
    expect(await slotsOf(deps)).toEqual({ current: "another", next: "nothing", previous: "old" });
  });

  it("says that no rotation is under way", async () => {
    await run(abort);
    deps = deps.next();
    expect(await failure(run(abort))).toMatchObject({ code: 2 });
  });
});

describe("rotate with a record that cannot be read", () => {
  beforeEach(async () => {
    deps = deps.next({ stdin: newKey.reveal() });
    await run({ withKey: true });
    deps = deps.next();
    writeFileSync(join(deps.home, "rotations", "default.json"), "{");
  });

  it("starts no other one, and names both ways", async () => {
    deps = deps.next({ stdin: otherKey.reveal() });
    const error = await failure(run({ withKey: true }));
    expect(error).toMatchObject({ code: 7, hint: expect.stringContaining("rotate --finish") });
    expect(error.hint).toContain("rotate --abort");
    expect(await slotsOf(deps)).toEqual(switched);
  });

  it("is finished from what the slots hold", async () => {
    api.keys.revoke(oldKey.reveal());
    expect(await run({ finish: true })).toBe(0);
    expect(await slotsOf(deps)).toEqual(done);
    expect(deps.journal.list()).toEqual([]);
  });

  const keep = async (slots: Readonly<Partial<Record<"current" | "next" | "previous", ApiKey>>>) => {
    for (const slot of ["current", "next", "previous"] as const) {
      const key = slots[slot];
      await deps.secrets.delete({ profile: defaultProfile, slot });
      if (key !== undefined) await deps.secrets.set({ profile: defaultProfile, slot }, key);
    }
  };

  it.each([
    ["the new key is beside the one in use", { current: newKey, next: newKey, previous: oldKey }],
    ["no key is in use", { next: newKey, previous: oldKey }],
  ])("tells the old key from the new one where %s", async (_where, slots) => {
    await keep(slots);
    api.keys.revoke(oldKey.reveal());
    expect(await run({ finish: true, json: true })).toBe(0);
    expect(await slotsOf(deps)).toEqual(done);
    expect(deps.document()).toMatchObject({
      key: newKey.mask,
      previous: { key: oldKey.mask, state: "dead" },
    });
  });

  it("takes no key for the old one that is the one in use", async () => {
    await keep({ current: oldKey, previous: oldKey });
    expect(await failure(run({ finish: true }))).toMatchObject({
      code: 9,
      message: expect.stringContaining("No second key was stored"),
    });
    expect((await slotsOf(deps)).current).toBe("old");
  });

  it("names the only key that is left, and removes nothing", async () => {
    await keep({ previous: oldKey });
    const error = await failure(run({ finish: true }));
    expect(error).toMatchObject({ code: 3, message: expect.stringContaining(oldKey.mask) });
    expect(await slotsOf(deps)).toEqual({ current: "nothing", next: "nothing", previous: "old" });
  });

  it("goes back from what the slots hold", async () => {
    expect(await run({ abort: true, yes: true })).toBe(0);
    expect(await slotsOf(deps)).toEqual(untouched);
    expect(deps.profiles.read(defaultProfile)?.key).toBe(oldKey.mask);
  });

  it.each([
    ["finish", 9, newKey, "2026-12-24"],
    ["abort", 0, oldKey, undefined],
  ] as const)(
    "keeps what the profile says, and delivers to every target again: --%s",
    async (flag, code, key, expiresAt) => {
      const file = join(deps.home, ".env");
      const target = `dotenv:${file}`;
      const profile = deps.profiles.read(defaultProfile);
      if (profile === undefined) throw new Error("There is no profile.");
      const noted = { expiresAt: "2026-12-24", adminKey: "admi...n999" } as const;
      deps.profiles.write({ ...profile, ...noted, targets: [{ target, since: null }] });
      expect(await run({ [flag]: true, yes: flag === "abort" })).toBe(code);
      expect(readFileSync(file, "utf8")).toContain(key.reveal());
      expect(deps.profiles.read(defaultProfile)).toMatchObject({
        key: key.mask,
        expiresAt,
        adminKey: noted.adminKey,
        targets: [{ target }],
      });
    },
  );

  it("is removed when there is no second key", async () => {
    await deps.secrets.delete({ profile: defaultProfile, slot: "previous" });
    expect(await failure(run({ finish: true }))).toMatchObject({ code: 9 });
    expect(deps.journal.list()).toEqual([]);
    deps = deps.next({ stdin: oldKey.reveal() });
    expect(await run({ withKey: true })).toBe(9);
  });

  it.skipIf(process.platform === "win32")("leaves alone one that it may not read", async () => {
    const path = join(deps.home, "rotations", "default.json");
    renameSync(path, join(deps.home, "elsewhere.json"));
    symlinkSync(join(deps.home, "elsewhere.json"), path);
    expect(await failure(run({ finish: true }))).toMatchObject({ code: 7 });
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(await slotsOf(deps)).toEqual(switched);
  });

  it("leaves alone one that a newer version wrote", async () => {
    writeFileSync(join(deps.home, "rotations", "default.json"), `{"version": 99}`);
    const error = await failure(run({ finish: true }));
    expect(error).toMatchObject({ code: 7, hint: expect.stringContaining("Update") });
    expect(await slotsOf(deps)).toEqual(switched);
  });
});

describe("rotate with targets", () => {
  const target = "dotenv:/app/.env";
  let taken: string[];
  let works: boolean;

  beforeEach(async () => {
    await storeKey(deps, { serverUrl: api.url, targets: [{ target, since: null }] });
    taken = [];
    works = true;
  });

  const runWith = (flags: Record<string, unknown>, options: TestDepsOptions = {}) => {
    deps = deps.next(options);
    Object.assign(deps, {
      openTarget: async () => ({
        words: "the file",
        deliver: async (key: ApiKey) => {
          if (!works) throw new MistralKeyError("store-denied", "The folder is gone.", { hint: "Make it." });
          taken.push(key.mask);
        },
        read: async () => undefined,
        remove: async () => {
          throw new MistralKeyError("store-denied", "The folder is gone.");
        },
      }),
    });
    return run(flags);
  };

  it("delivers the new key before it retires the old one", async () => {
    expect(await runWith({ withKey: true, json: true }, { stdin: newKey.reveal() })).toBe(9);
    expect(taken).toEqual([newKey.mask]);
    expect(deps.document()).toMatchObject({
      targets: [{ target: "dotenv:/app/.env", ok: true }],
    });
    expect(deps.journal.read(defaultProfile)?.stage).toBe("retiring");
  });

  it("keeps the old key, and says nothing of deleting it, while a target lacks the new one", async () => {
    works = false;
    expect(await runWith({ withKey: true, json: true }, { stdin: newKey.reveal() })).toBe(9);
    expect(deps.document()).toMatchObject({
      targets: [{ target: "dotenv:/app/.env", ok: false, message: "The folder is gone. Make it." }],
    });
    expect(deps.stderr()).not.toContain("Delete it");
    expect(deps.journal.read(defaultProfile)?.stage).toBe("delivering");
    works = true;
    api.keys.revoke(oldKey.reveal());
    expect(await runWith({ finish: true })).toBe(0);
    expect(taken).toEqual([newKey.mask]);
    expect(await slotsOf(deps)).toEqual(done);
  });

  it.skipIf(process.platform === "win32")(
    "limits the time of a target that hangs, and keeps both keys",
    async () => {
      const hanging = "command:sleep 60";
      await storeKey(deps, { serverUrl: api.url, targets: [{ target: hanging, since: null }] });
      const env = { PATH: process.env.PATH ?? "", MISTRAL_KEY_SERVER_URL: api.url };
      deps = deps.next({ stdin: newKey.reveal(), env, programLimitMs: 200 });
      expect(await run({ withKey: true })).toBe(9);
      const said = deps.stderr().replace(/\s+/g, " ");
      expect(said).toContain("command:sleep 60: sleep did not finish within 0.2 seconds, and was stopped.");
      expect(said).toContain("is kept until every target has the new one.");
      expect(await slotsOf(deps)).toEqual({ current: "new", next: "nothing", previous: "old" });
    },
  );

  it("continues without a target when the person says so, and is not finished", async () => {
    works = false;
    api.keys.revoke(oldKey.reveal());
    const answers = [answer.key(newKey.reveal()), answer.confirm(true, /One target does not have/)];
    expect(await runWith({ withKey: true, expires: "90d" }, { answers })).toBe(9);
    expect(await slotsOf(deps)).toEqual(done);
    expect(deps.journal.list()).toEqual([]);
    expect(deps.stderr()).toMatch(/Without the new key: dotenv:\/app\/\.env\n.*push dotenv:\/app\/\.env\n/);
  });

  it("says in its document how a target that lacks the new key gets it", async () => {
    works = false;
    await runWith({ withKey: true, json: true }, { stdin: newKey.reveal() });
    expect(deps.document()).toMatchObject({ hint: expect.stringContaining("rotate --finish") });
    api.keys.revoke(oldKey.reveal());
    expect(await runWith({ finish: true, yes: true, json: true })).toBe(9);
    expect(deps.document()).toMatchObject({ hint: expect.stringContaining("push dotenv:/app/.env") });
  });

  it("keeps the old key for a target that lacks the new one when the person just presses Enter", async () => {
    works = false;
    api.keys.revoke(oldKey.reveal());
    const answers = [answer.key(newKey.reveal()), answer.enter(/One target does not have/)];
    expect(await runWith({ withKey: true, expires: "90d" }, { answers })).toBe(9);
    expect(await slotsOf(deps)).toEqual(switched);
  });

  it("delivers the old key to the targets again on the way back", async () => {
    await runWith({ withKey: true }, { stdin: newKey.reveal() });
    works = false;
    expect(await runWith({ abort: true, yes: true, json: true })).toBe(9);
    expect(deps.document()).toMatchObject({ aborted: false, key: oldKey.mask });
    expect(await slotsOf(deps)).toEqual({ current: "old", next: "new", previous: "old" });
    works = true;
    expect(await runWith({ abort: true, yes: true })).toBe(0);
    expect(taken).toEqual([newKey.mask, oldKey.mask]);
    expect(await slotsOf(deps)).toEqual(untouched);
  });

  it.each(["finish", "abort"] as const)(
    "ends by --%s once a target that is gone is forgotten",
    async (way) => {
      works = false;
      await runWith({ withKey: true }, { stdin: newKey.reveal() });
      const stopping = /gone for good, first: mistral-key push --forget TARGET/;
      expect(deps.stderr().replace(/\s+/g, " ")).toMatch(stopping);
      if (way === "abort") {
        expect(await runWith({ abort: true, yes: true })).toBe(9);
        expect(deps.stderr().replace(/\s+/g, " ")).toMatch(stopping);
      }
      expect(await push({ args: [], flags: new Flags({ forget: target }) }, deps)).toBe(9);
      if (way === "finish") api.keys.revoke(oldKey.reveal());
      expect(await runWith(way === "finish" ? { finish: true } : { abort: true, yes: true })).toBe(0);
      expect(await slotsOf(deps)).toEqual(way === "finish" ? done : untouched);
      expect(deps.journal.list()).toEqual([]);
      expect(deps.profiles.read(defaultProfile)?.targets).toEqual([]);
    },
  );

  it("asks before it gives up a new key that is no longer in use, but still kept", async () => {
    await runWith({ withKey: true }, { stdin: newKey.reveal() });
    works = false;
    await runWith({ abort: true, yes: true });
    works = true;
    const answers = [answer.enter(new RegExp(`forget ${newKey.mask} here`))];
    expect(await failure(runWith({ abort: true }, { answers }))).toMatchObject({ code: 130 });
    expect(await slotsOf(deps)).toEqual({ current: "old", next: "new", previous: "old" });
  });

  it("advises no further way back once there is none, though a target lacks the old key", async () => {
    await runWith({ withKey: true }, { stdin: newKey.reveal() });
    works = false;
    await runWith({ abort: true, yes: true });
    await deps.secrets.delete({ profile: defaultProfile, slot: "next" });
    api.keys.revoke(oldKey.reveal());
    expect(await runWith({ abort: true, yes: true, json: true })).toBe(0);
    expect(deps.document()).toMatchObject({ aborted: true, discarded: { key: newKey.mask } });
    expect(deps.journal.list()).toEqual([]);
    expect(deps.stderr()).not.toContain("rotate --abort");
  });
});

describe("rotate in a terminal", () => {
  const steps = [
    answer.press("enter", /open the page/),
    answer.press("enter", /continue/),
    answer.choose("90 days"),
  ];

  it("walks to the paste, and watches the old key until it is deleted", async () => {
    deps = deps.next({
      answers: [
        ...steps,
        answer.key(newKey.reveal(), /new key/),
        answer.press("enter", /open in the browser/),
      ],
    });
    const { sleep } = deps;
    let pauses = 0;
    Object.assign(deps, {
      sleep: async (ms: number) => {
        pauses += 1;
        if (pauses === 3) api.keys.revoke(oldKey.reveal());
        await sleep(ms);
      },
    });
    expect(await run({})).toBe(0);
    expect(pauses).toBeLessThan(10);
    expect(deps.opened).toEqual([
      "https://console.mistral.ai/api-keys",
      "https://console.mistral.ai/api-keys",
    ]);
    expect(await slotsOf(deps)).toEqual(done);
    expect(deps.profiles.read(defaultProfile)?.expiresAt).toBe("2026-11-30");
    deps.script.finish();
  });

  it.each([
    ["deleted instead", "revoke", "Mistral does not accept the new one"],
    ["not answered for at the end", "outage", "still worked when it was last tried."],
  ])("says after the wait what is known of both keys, with the new one %s", async (_, event, said) => {
    const answers = [...steps, answer.key(newKey.reveal()), answer.press("d")];
    deps = deps.next({ answers });
    const { sleep } = deps;
    let pauses = 0;
    api.onRequest(({ key }) => {
      if (event === "outage") api.behave(key === newKey.mask && pauses > 0 ? "server-error" : "normal");
    });
    Object.assign(deps, {
      sleep: async (ms: number) => {
        pauses += 1;
        if (event === "revoke") api.keys.revoke(newKey.reveal());
        await sleep(ms);
      },
    });
    expect(await run({})).toBe(9);
    expect(pauses).toBe(120);
    const told = deps.stderr().replace(/\s+/g, " ");
    expect(told).toContain(said);
    expect(told.includes("rotate --abort")).toBe(event === "revoke");
    expect((await slotsOf(deps)).previous).toBe("old");
  });

  it("leaves the old key for later, and offers to forget none that still works", async () => {
    const later = answer.press("l", /^(?!.*forget).*later/s);
    deps = deps.next({ answers: [...steps, answer.key(newKey.reveal()), later] });
    expect(await run({})).toBe(9);
    expect(await slotsOf(deps)).toEqual(switched);
  });

  it("treats Ctrl-C at the last step as 'later'", async () => {
    deps = deps.next({ answers: [...steps, answer.key(newKey.reveal()), answer.stop(/later/)] });
    expect(await run({})).toBe(9);
    expect(await slotsOf(deps)).toEqual(switched);
    expect(deps.stderr()).toContain("still worked when");
  });

  it.each([
    ["server-error", /is kept, because it could not be found out what Mistral says/],
    ["normal", /still worked when it was last tried\. If you have not deleted it yet, delete it/],
  ] as const)("says after Ctrl-C in the wait what the last answer was: %s", async (answers, said) => {
    deps = deps.next({ answers: [...steps, answer.key(newKey.reveal()), answer.press("d")] });
    const { sleep } = deps;
    let pauses = 0;
    Object.assign(deps, {
      sleep: async (ms: number) => {
        api.behave(answers);
        pauses += 1;
        if (pauses === 10) throw new Cancelled();
        await sleep(ms);
      },
    });
    expect(await run({})).toBe(9);
    expect(await slotsOf(deps)).toEqual(switched);
    expect(deps.stderr().replace(/\s+/g, " ")).toMatch(said);
  });

  it.each([
    ["two minutes", undefined, "2026-09-01T10:02:00Z"],
    ["the time of --wait", "30s", "2026-09-01T10:00:30Z"],
  ])("gives up watching after %s", async (_time, wait, end) => {
    deps = deps.next({ answers: [...steps, answer.key(newKey.reveal()), answer.press("d")] });
    expect(await run({ wait })).toBe(9);
    expect(deps.now()).toEqual(new Date(end));
    expect(await slotsOf(deps)).toEqual(switched);
  });

  it("changes nothing when it is stopped before the paste", async () => {
    deps = deps.next({ answers: [...steps, answer.stop()] });
    expect(await failure(run({}))).toMatchObject({
      code: 130,
      message: "Stopped. The stored key stays in use.",
      hint: expect.stringMatching(/^To start again: .* rotate$/),
    });
    expect(await slotsOf(deps)).toEqual(untouched);
    expect(deps.journal.read(defaultProfile)).toBeUndefined();
  });

  it("asks for another key when the stored one is pasted", async () => {
    api.keys.revoke(oldKey.reveal());
    deps = deps.next({ answers: [...steps, answer.key(oldKey.reveal()), answer.key(newKey.reveal())] });
    expect(await run({})).toBe(0);
    expect(deps.stderr()).toContain("stored already");
  });

  it("asks before it takes a key of another workspace", async () => {
    api.keys.accept(newKey.reveal(), { identity: { workspace: "Elsewhere" } });
    deps = deps.next({
      answers: [...steps, answer.key(newKey.reveal()), answer.enter(/anyway/)],
    });
    expect(await failure(run({}))).toMatchObject({ code: 130 });
    expect(await slotsOf(deps)).toEqual(untouched);
  });

  it("waits for a new key that Mistral does not know yet", async () => {
    api.keys.revoke(oldKey.reveal());
    api.keys.accept(newKey.reveal(), { afterRefusals: 2 });
    deps = deps.next({ answers: [...steps, answer.key(newKey.reveal()), answer.choose("Wait and try")] });
    expect(await run({})).toBe(0);
    expect(await slotsOf(deps)).toEqual(done);
  });

  it("takes an unverified key when the person wants it, and keeps the old one", async () => {
    api.behave("cut");
    deps = deps.next({
      answers: [...steps, answer.key(newKey.reveal()), answer.choose("unverified")],
    });
    expect(await run({})).toBe(9);
    expect(await slotsOf(deps)).toEqual(switched);
    expect(deps.profiles.read(defaultProfile)).toMatchObject({ key: newKey.mask, lastAcceptedAt: null });
  });

  it("asks for the last day of a key that was made without the steps, once it is in use", async () => {
    const asksForDate = answer.choose("Never", /When does it expire/);
    deps = deps.next({
      answers: [
        answer.press("s"),
        answer.key(newKey.reveal()),
        {
          ...asksForDate,
          meanwhile: () => expect(deps.profiles.read(defaultProfile)?.key).toBe(newKey.mask),
        },
        answer.press("l"),
      ],
    });
    expect(await run({})).toBe(9);
    expect(deps.profiles.read(defaultProfile)?.expiresAt).toBeNull();
  });

  it("has the new key in use when it is stopped at the question for its last day", async () => {
    deps = deps.next({ answers: [answer.press("s"), answer.key(newKey.reveal()), answer.stop()] });
    const error = await failure(run({}));
    expect(error).toMatchObject({ code: 130, hint: expect.stringContaining("rotate --finish") });
    expect(await slotsOf(deps)).toEqual(switched);
  });

  it("notes no last day for a key that another run has put in use while it asked for that", async () => {
    const other = profileOf(
      { name: defaultProfile, key: otherKey, store: "keychain", endpoint: { region: "global" } },
      deps.now(),
    );
    const meanwhile = () => {
      deps.journal.end(defaultProfile);
      deps.profiles.write(other);
    };
    const expiry = { ...answer.choose("Never"), meanwhile };
    deps = deps.next({
      answers: [answer.press("s"), answer.key(newKey.reveal()), expiry],
    });
    await expect(run({})).rejects.toMatchObject({ kind: "unfinished" });
    expect(deps.profiles.read(defaultProfile)).toEqual(other);
  });

  it("offers no browser when there is none", async () => {
    const answers = [
      answer.press("enter", /^enter done, continue/),
      answer.choose("Never"),
      answer.stop(/new key/),
    ];
    deps = deps.next({ answers, opensPages: false });
    expect(await failure(run({}))).toMatchObject({ code: 130 });
    expect(deps.opened).toEqual([]);
  });

  it("opens no browser in a whole rotation when there is none", async () => {
    deps = deps.next({
      opensPages: false,
      answers: [
        answer.press("enter", /continue/),
        answer.choose("Never"),
        answer.key(newKey.reveal()),
        answer.press("l"),
      ],
    });
    expect(await run({})).toBe(9);
    expect(deps.opened).toEqual([]);
  });

  it("says how to end a rotation that is already under way", async () => {
    deps = deps.next({ stdin: newKey.reveal() });
    await run({ withKey: true });
    deps = deps.next({ answers: [] });
    const error = await failure(run({}));
    expect(error.code).toBe(9);
    expect(error.hint).toMatch(/rotate --finish\n.*rotate --abort/);
    expect(await slotsOf(deps)).toEqual(switched);
  });

  it("asks nothing without a terminal", async () => {
    deps = deps.next();
    const error = await failure(run({}));
    expect(error.code).toBe(2);
    expect(error.hint).toContain("--with-key");
  });
});

it("rotate --web says at once, without a page, that a rotation is under way or that none is", async () => {
  for (const direction of ["finish", "abort"])
    await expect(run({ web: true, [direction]: true })).rejects.toMatchObject({ kind: "usage" });
  deps = deps.next({ stdin: newKey.reveal() });
  await run({ withKey: true });
  deps = deps.next();
  await expect(run({ web: true })).rejects.toMatchObject({ kind: "unfinished" });
  expect(deps.opened).toEqual([]);
});

it("never shows a key", async () => {
  deps = deps.next({ stdin: newKey.reveal() });
  await run({ withKey: true, json: true });
  const first = deps.stdout() + deps.stderr();
  deps = deps.next();
  await run({ abort: true, yes: true, json: true });
  const shown = first + deps.stdout() + deps.stderr();
  expect(shown).not.toContain(oldKey.reveal());
  expect(shown).not.toContain(newKey.reveal());
});
