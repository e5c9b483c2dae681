import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { KeyChecks } from "../../src/rotation/ask-mistral.ts";
import type { RotationStage } from "../../src/rotation/stages.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../support/deps.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { runLine } from "../support/run-line.ts";
import { newKey, oldKey, otherKey, slotsOf, storeKey } from "./stored-key.ts";
import { makeIdle, makeRecord } from "./world.ts";

let api: LoopbackMistralApi;
let deps: TestDeps;

beforeEach(async () => {
  api = await startMistralApi({ keys: [oldKey.reveal(), newKey.reveal()] });
  deps = openTestDeps({ serverUrl: api.url });
});

afterEach(async () => {
  await api.stop();
  deps.close();
});

async function run(line: string, options: TestDepsOptions = {}) {
  deps = deps.next(options);
  const code = await runLine(deps, ...line.split(" "));
  const said = `${deps.stdout()} ${deps.stderr()}`.replace(/\s+/g, " ");
  return { code, said };
}

const noted = () => deps.profiles.read(defaultProfile);

/** A rotation whose new key is in use; a target that cannot take it holds it up before the old key's turn. */
async function leaveUnfinished(stage: "delivering" | "retiring"): Promise<void> {
  const blocked = join(deps.home, "blocked.env");
  if (stage === "delivering") mkdirSync(blocked);
  const targets = stage === "delivering" ? [{ target: `dotenv:${blocked}`, since: null }] : [];
  await storeKey(deps, { serverUrl: api.url, targets });
  expect((await run("rotate --with-key --expires never", { stdin: newKey.reveal() })).code).toBe(9);
  expect(deps.journal.read(defaultProfile)?.stage).toBe(stage);
}

/** A rotation that was cut off elsewhere. */
function cutOffAt(stage: RotationStage): void {
  const record = deps.journal.read(defaultProfile);
  if (record === undefined) throw new Error("There is no rotation.");
  deps.journal.update(record, { stage });
}

describe.each(["delivering", "retiring"] as const)(
  "a new key that is refused while a rotation is at %s",
  (stage) => {
    beforeEach(async () => {
      await leaveUnfinished(stage);
      api.keys.revoke(newKey.reveal());
    });

    it.each(["verify", "verify --all"])(
      "is noted by %s, and nobody is told to delete the old key",
      async (line) => {
        expect((await run(line)).code).toBe(4);
        expect(noted()).toMatchObject({ key: newKey.mask, lastDiagnosis: "invalid-key" });
        const { said } = await run("status");
        expect(said).toContain(
          `the new key ${newKey.mask} was refused at the last check, and the old key ${oldKey.mask} is still kept.`,
        );
        expect(said).toContain("To go back to the old key: mistral-key rotate --abort");
        expect(said).not.toMatch(/has to be deleted|rotate --finish/);
      },
    );

    it("is said by doctor without the advice to go on", async () => {
      await run("verify");
      await run("doctor --offline --json");
      const { checks } = deps.document() as { checks: { id: string; message: string; hint: string }[] };
      const found = checks.find(({ id }) => id === "rotations");
      expect(found?.message).toContain(`the new key ${newKey.mask} was refused at the last check`);
      expect(found?.hint).toBe("To go back to the old key: mistral-key rotate --abort");
    });

    it("is noted by rotate --finish, too", async () => {
      expect((await run("rotate --finish")).code).toBe(9);
      expect(noted()).toMatchObject({ key: newKey.mask, lastDiagnosis: "invalid-key" });
    });

    it("is noted by rotate --abort when Mistral refuses the old key, too", async () => {
      api.keys.revoke(oldKey.reveal());
      await expect(run("rotate --abort --yes")).rejects.toMatchObject({ kind: "rejected" });
      expect(noted()).toMatchObject({ key: newKey.mask, lastDiagnosis: "invalid-key" });
    });

    it("leads back to the old key by what verify, try and doctor advise", async () => {
      for (const line of ["verify", "try Hello", "doctor"]) {
        const { said } = await run(line);
        expect(said, line).toContain("A rotation of this profile is not finished. End that first.");
        expect(said, line).toContain("mistral-key rotate --abort");
        expect(said, line).not.toMatch(/mistral-key rotate (?!--)|a new key/);
      }
      await run("verify --json");
      expect(deps.document()).toMatchObject({
        hint: expect.stringMatching(/Try: mistral-key rotate --abort$/),
      });
    });
  },
);

describe("verify and a rotation", () => {
  it("leave the profile to the old key that is put back during the test calls", async () => {
    await leaveUnfinished("retiring");
    const going = deps.next();
    const earlier = api.requests.length;
    api.delay(200);
    const checking = runLine(going, "verify");
    await expect.poll(() => api.requests.length).toBeGreaterThan(earlier);
    api.delay(0);
    expect((await run("rotate --abort --yes")).code).toBe(0);
    expect(await checking).toBe(0);
    expect(noted()).toMatchObject({ key: oldKey.mask });
  });

  it.each(["switching", "reverting"] as const)("note nothing of the key in use at %s", async (stage) => {
    await leaveUnfinished("retiring");
    cutOffAt(stage);
    const before = noted();
    api.keys.revoke(newKey.reveal());
    expect((await run("verify")).code).toBe(4);
    expect(noted()).toEqual(before);
  });

  it("note nothing of a key that something else has stored", async () => {
    await leaveUnfinished("retiring");
    const before = noted();
    await deps.secrets.set({ profile: defaultProfile, slot: "current" }, otherKey);
    expect((await run("verify")).code).toBe(4);
    expect(noted()).toEqual(before);
  });
});

describe("the advice for a refused key of an unfinished rotation", () => {
  it("is to finish it where the old key is still in use", async () => {
    await leaveUnfinished("retiring");
    cutOffAt("switching");
    await deps.secrets.set({ profile: defaultProfile, slot: "next" }, newKey);
    await storeKey(deps, { serverUrl: api.url });
    api.keys.revoke(oldKey.reveal());
    const { code, said } = await run("verify");
    expect(code).toBe(4);
    expect(said).toContain("mistral-key rotate --finish finish the rotation");
    expect(said).not.toMatch(/--abort|mistral-key rotate (?!--)/);
    expect((await run("rotate --finish")).code).toBe(0);
    expect(await slotsOf(deps)).toEqual({ current: "new", next: "nothing", previous: "nothing" });
  });

  it("leads out where something else has stored another key, which is refused", async () => {
    await leaveUnfinished("retiring");
    const current = { profile: defaultProfile, slot: "current" } as const;
    await deps.secrets.set(current, otherKey);
    const { code, said } = await run("verify");
    expect(code).toBe(4);
    expect(said).toContain("mistral-key rotate --abort go back to the old key");
    expect(said).not.toContain("--finish");
    await expect(run("rotate --abort --yes")).rejects.toMatchObject({
      kind: "unfinished",
      hint: "To go back to the old key, remove only default (the others hold the keys of the rotation), then: mistral-key rotate --abort",
    });
    await deps.secrets.delete(current);
    expect((await run("rotate --abort --yes")).code).toBe(0);
    expect((await slotsOf(deps)).current).toBe("old");
  });

  it("is not to end it for what another server says, or of a copy in another store", async () => {
    await leaveUnfinished("retiring");
    const other = await startMistralApi({ keys: [] });
    const { code, said } = await run(`verify --server-url ${other.url}`);
    await other.stop();
    expect(code).toBe(4);
    expect(said).not.toMatch(/--abort|--finish/);
    const file = new MemoryStore("file", "an encrypted file");
    await file.set({ profile: defaultProfile, slot: "current" }, otherKey);
    deps = deps.next();
    const store = async (kind: string) => (kind === "file" ? file : deps.secrets);
    expect(await runLine({ ...deps, store }, "verify", "--store", "file")).toBe(4);
    expect(deps.stderr()).not.toMatch(/--abort|--finish/);
  });

  it("is not to replace a key that has expired", async () => {
    await leaveUnfinished("retiring");
    const profile = noted();
    if (profile === undefined) throw new Error("There is no profile.");
    deps.profiles.write({ ...profile, expiresAt: "2026-08-01" });
    api.keys.revoke(newKey.reveal());
    for (const line of ["verify", "status"]) {
      const { said } = await run(line);
      expect(said, line).toContain("mistral-key rotate --abort");
      expect(said, line).not.toMatch(/mistral-key rotate (?!--)|a new key/);
    }
    expect((await run("doctor --offline")).said).not.toMatch(/mistral-key rotate (?!--)/);
  });

  it("is to start over once rotate --finish has seen both refused", async () => {
    await leaveUnfinished("retiring");
    api.keys.revoke(newKey.reveal());
    api.keys.revoke(oldKey.reveal());
    const { code, said } = await run("rotate --finish");
    expect(code).toBe(9);
    expect(said).toContain("is kept, but Mistral accepts neither it nor the new one.");
    expect(said).toContain(
      "If both have been deleted there or have expired: mistral-key remove, then mistral-key init",
    );
    expect(said).not.toContain("--abort");
    await run("rotate --finish --json");
    expect(deps.document()).toMatchObject({ hint: expect.stringMatching(/mistral-key remove, then/) });
  });
});

it("a quick look at the new key does not undo that a model was refused for want of a plan", async () => {
  api.behave("no-plan", { on: ["completion"] });
  const mistral = await deps.mistral({ region: "global", serverUrl: api.url });
  const { signal } = deps;
  const check = await mistral.checkKey(newKey, { history: { lastAcceptedAt: null }, signal });
  expect(check.diagnosis).toBe("no-plan");
  const { endpoint } = await storeKey(deps, { serverUrl: api.url });
  const record = makeRecord(makeIdle([]), "retiring");
  const checks = new KeyChecks(deps, { ...record, after: { ...record.after, endpoint } }, { check });
  expect((await checks.ask("new", newKey)).diagnosis).toBe("valid");
  expect(checks.ofNewKey).toBe(check);
});

it.each(["rotate", "init", "init --store file", "init --web"])(
  "an unfinished rotation is said at once, without a terminal too: %s",
  async (line) => {
    await leaveUnfinished("retiring");
    await expect(run(line)).rejects.toMatchObject({
      kind: "unfinished",
      hint: expect.stringMatching(/rotate --finish\n.*rotate --abort/),
    });
    expect(deps.opened).toEqual([]);
  },
);
