import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Flags } from "../../../src/cli/flags.ts";
import { rotate } from "../../../src/commands/care/rotate.ts";
import { MistralKeyError } from "../../../src/errors.ts";
import { codeOfKind } from "../../../src/exit-codes.ts";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { fingerprintOf } from "../../../src/keys/fingerprint.ts";
import { defaultProfile, parseProfileName } from "../../../src/keys/profile-name.ts";
import { planOf } from "../../../src/rotation/journal.ts";
import type { SecretStore } from "../../../src/stores/secret-store.ts";
import { Fuse, Killed } from "../../rotation/fuse.ts";
import { newKey, oldKey, otherKey, slotsOf, storeKey } from "../../rotation/stored-key.ts";
import { openTestDeps, type TestDeps } from "../../support/deps.ts";
import type { Behaviour, Call } from "../../support/mistral-answers.ts";
import { type LoopbackMistralApi, startMistralApi } from "../../support/mistral-api.ts";
import { answer } from "../../support/scripted-prompts.ts";

const adminKey = ApiKey.of("admin999".repeat(4));
const untouched = { current: "old", next: "nothing", previous: "nothing" };
const done = { current: "new", next: "nothing", previous: "nothing" };
let api: LoopbackMistralApi;
let deps: TestDeps;

beforeEach(async () => {
  api = await startMistralApi({ keys: [oldKey.reveal()] });
  api.admin.key = adminKey.reveal();
  api.admin.add(oldKey.reveal());
  api.admin.upcoming.push(newKey.reveal());
  deps = openTestDeps({ serverUrl: api.url });
  await storeKey(deps, { serverUrl: api.url, expiresAt: "2026-09-11", adminKey: adminKey.mask });
  await deps.secrets.set({ profile: defaultProfile, slot: "admin" }, adminKey);
});

afterEach(async () => {
  await api.stop();
  deps.close();
});

/** The exit code, and the message of a failure. */
async function run(flags: Record<string, unknown> = {}, on: Partial<TestDeps> = {}) {
  try {
    return {
      code: await rotate({ args: [], flags: new Flags({ auto: true, ...flags }) }, { ...deps, ...on }),
    };
  } catch (error) {
    if (!(error instanceof MistralKeyError)) throw error;
    return { code: codeOfKind[error.kind], message: error.message, hint: error.hint };
  }
}

describe("rotate --auto", () => {
  it("makes a key like the old one, uses it, deletes the old one and proves that", async () => {
    expect(await run({ json: true })).toEqual({ code: 0 });
    expect(await slotsOf(deps)).toEqual(done);
    expect(api.admin.wishes).toEqual([
      { name: "laptop", expiration: "2026-11-30", workspace_uuid: "w1", user_id: "u1" },
    ]);
    expect(api.admin.has(oldKey.reveal())).toBe(false);
    expect(deps.journal.list()).toEqual([]);
    expect(deps.document()).toMatchObject({
      key: newKey.mask,
      expiresAt: "2026-11-30",
      previous: { key: oldKey.mask, state: "dead" },
    });
    expect(deps.profiles.read(defaultProfile)).toMatchObject({
      expiresAt: "2026-11-30",
      lastDiagnosis: "valid",
      adminKey: adminKey.mask,
      listed: { expiresAt: "2026-11-30", lastUsedAt: null, workspace: "Research" },
    });
    for (const key of [newKey, adminKey]) expect(deps.stderr() + deps.stdout()).not.toContain(key.reveal());
  });

  it("delivers to a target that another run has noted while the Admin API was asked", async () => {
    const text = `dotenv:${join(deps.home, ".env")}`;
    const target = { target: text, since: null };
    let asked = 0;
    api.onRequest(({ path }) => {
      const known = deps.profiles.read(defaultProfile);
      if (!path.startsWith("/v1/admin/api-keys") || known === undefined || asked++ > 0) return;
      deps.profiles.write({ ...known, targets: [target] });
    });
    expect(await run({ json: true })).toEqual({ code: 0 });
    expect(deps.document()).toMatchObject({ targets: [{ target: text, ok: true }] });
  });

  it("replaces a key that something else has stored by its own row, and notes nothing of that for another", async () => {
    await deps.secrets.set({ profile: defaultProfile, slot: "current" }, otherKey);
    api.keys.accept(otherKey.reveal());
    api.admin.add(otherKey.reveal(), { name: "ci", expiration_date: null });
    const known = deps.profiles.read(defaultProfile);
    const during: unknown[] = [];
    api.onRequest(({ path }) => {
      if (path.startsWith("/v1/admin/users")) during.push(deps.profiles.read(defaultProfile));
    });
    expect(await run()).toEqual({ code: 0 });
    expect(await slotsOf(deps)).toEqual(done);
    expect(during).toEqual([known]);
    expect(api.admin.wishes).toMatchObject([{ name: "ci" }]);
    expect([oldKey, otherKey].map((key) => api.admin.has(key.reveal()))).toEqual([true, false]);
  });

  it("takes the day that Mistral has set, and asks for the one that was given", async () => {
    await run({ expires: "30d" });
    expect(api.admin.wishes).toMatchObject([{ expiration: "2026-10-01" }]);
  });

  it("claims no last day that Mistral did not say", async () => {
    api.keys.accept(newKey.reveal());
    api.admin.returns = { key: newKey.reveal(), key_id: "made-1" };
    expect(await run()).toEqual({ code: 0 });
    expect(deps.profiles.read(defaultProfile)?.expiresAt).toBeUndefined();
    expect(deps.stderr()).toContain("is not noted");
  });

  it.each(["x-api-key", "authorization"] as const)("sends the Admin API key as %s", async (header) => {
    api.admin.header = header;
    expect(await run()).toEqual({ code: 0 });
    expect(await slotsOf(deps)).toEqual(done);
  });

  it("makes the key for the user whose key it is, or else for who has made it", async () => {
    api.admin.users.set("grace@example.com", "u2");
    renameRow({ created_by: "grace@example.com" });
    expect(await run()).toEqual({ code: 0 });
    expect(api.admin.wishes).toMatchObject([{ user_id: "u1" }]);
    await deps.secrets.set({ profile: defaultProfile, slot: "current" }, oldKey);
    await storeKey(deps, { serverUrl: api.url, identity: null });
    api.keys.accept(oldKey.reveal());
    api.admin.add(oldKey.reveal(), { created_by: "grace@example.com" });
    deps = deps.next();
    expect(await run()).toEqual({ code: 0 });
    expect(api.admin.wishes[1]).toMatchObject({ user_id: "u2" });
  });

  it("waits until Mistral accepts the new key", async () => {
    api.keys.accept(newKey.reveal(), { afterRefusals: 2 });
    api.admin.accepts = false;
    expect(await run()).toEqual({ code: 0 });
    expect(await slotsOf(deps)).toEqual(done);
  });

  it("keeps a new key that Mistral does not accept until it is deleted there", async () => {
    api.admin.accepts = false;
    api.behave("server-error", { on: ["admin-delete"] });
    expect(await run()).toMatchObject({ code: 9 });
    expect(await slotsOf(deps)).toEqual({ ...untouched, next: "new" });
    expect(deps.journal.list()).toHaveLength(1);

    api.behave("normal");
    api.admin.accepts = true;
    api.admin.upcoming.push(otherKey.reveal());
    deps = deps.next();
    expect(await run()).toEqual({ code: 0 });
    expect(deps.stderr()).toContain(`Forgotten here, which deletes nothing at Mistral: ${newKey.mask}`);
    expect(deps.stderr()).not.toContain("Both keys are kept");
  });

  it("deletes a new key again that Mistral does not accept", async () => {
    api.admin.accepts = false;
    expect(await run({ json: true })).toEqual({ code: 4 });
    expect(await slotsOf(deps)).toEqual(untouched);
    expect(deps.journal.list()).toEqual([]);
    expect(api.admin.has(newKey.reveal())).toBe(false);
    expect(deps.document()).toMatchObject({ ok: false, stored: false });
  });

  it("says that a key may have been made when the answer with it is lost", async () => {
    api.admin.losesAnswer = true;
    const { code, message, hint } = { message: "", hint: "", ...(await run()) };
    expect(code).toBe(5);
    expect(message).toContain('A key called "laptop" may have been made anyway');
    expect(hint).toContain("https://admin.mistral.ai/plateforme/api-keys");
    expect(await slotsOf(deps)).toEqual(untouched);
    expect(deps.journal.list()).toEqual([]);
  });

  describe("when the store does not take the new key", () => {
    const refusing = (): Partial<TestDeps> => {
      const { secrets } = deps;
      const store: SecretStore = {
        kind: secrets.kind,
        describe: () => secrets.describe(),
        findFailure: () => secrets.findFailure(),
        inspect: (address) => secrets.inspect(address),
        get: (address) => secrets.get(address),
        delete: (address) => secrets.delete(address),
        set: async () => {
          throw new MistralKeyError("store-locked", "The store was locked meanwhile.");
        },
      };
      return { store: async () => store };
    };

    it("deletes it again at Mistral", async () => {
      const { code, message } = { message: "", ...(await run({}, refusing())) };
      expect(code).toBe(7);
      expect(message).toContain("was deleted again");
      expect(api.admin.has(newKey.reveal())).toBe(false);
      expect(api.admin.has(oldKey.reveal())).toBe(true);
      expect(await slotsOf(deps)).toEqual(untouched);
      expect(deps.journal.list()).toEqual([]);
    });

    it("does not say that the old key stays in use when another run has removed it meanwhile", async () => {
      api.onRequest(({ method }) => {
        if (method === "POST") deps.profiles.remove(defaultProfile);
      });
      const { code, message } = { message: "", ...(await run()) };
      expect(code).toBe(2);
      expect(message).toMatch(/removed or moved in the meantime.* The new key .* was deleted again\.$/);
      expect(message).not.toContain("stays in use");
      expect(api.admin.has(newKey.reveal())).toBe(false);
    });

    it("says which one is left when that fails, too", async () => {
      api.behave("server-error", { on: ["admin-delete"] });
      const { code, message } = { message: "", ...(await run({}, refusing())) };
      expect(code).toBe(9);
      expect(message).toContain(
        `The new key ${newKey.mask} (laptop) could not be stored here, and still exists at Mistral.`,
      );
    });
  });

  it("keeps the old key until every target has the new one", async () => {
    const profile = await storeKey(deps, {
      serverUrl: api.url,
      targets: [{ target: "dotenv:/no/such/folder/.env", since: null }],
    });
    expect(profile.targets).toHaveLength(1);
    expect(await run()).toEqual({ code: 9 });
    expect(api.admin.has(oldKey.reveal())).toBe(true);
    expect(await slotsOf(deps)).toEqual({ current: "new", next: "nothing", previous: "old" });
  });

  it.each([
    ["no row", () => api.admin.rows.clear(), 2, "does not list"],
    [
      "a row of that name and another key",
      () => renameRow({ hidden_key: "xxxx...xxxx" }),
      2,
      "does not list",
    ],
    ["a row with another name", () => renameRow({ name: "server" }), 2, "does not list"],
    ["two rows", () => api.admin.add(oldKey.reveal()), 2, "lists 2 keys"],
    ["a row without a workspace", () => renameRow({ workspace_id: null }), 6, "does not say which workspace"],
    ["no member whose key it is", () => api.admin.users.clear(), 6, "does not say which user"],
    ["a key of Vibe", () => renameRow({ product: "Vibe" }), 2, "no way to ask for"],
    [
      "not an Admin API key",
      () => deps.secrets.delete({ profile: defaultProfile, slot: "admin" }),
      3,
      "No Admin",
    ],
    ["another Admin API key", () => (api.admin.key = "x".repeat(32)), 4, "does not accept"],
  ] as const)("makes nothing where there is %s", async (_, arrange, code, message) => {
    await arrange();
    expect(await run()).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(api.admin.wishes).toEqual([]);
    expect(await slotsOf(deps)).toEqual(untouched);
    expect(deps.journal.list()).toEqual([]);
  });

  it("says that a regional endpoint has no Admin API", async () => {
    await storeKey(deps, { endpoint: { region: "eu" } });
    deps = deps.next({ env: {}, serverUrl: "" });
    expect(await run()).toMatchObject({ code: 2, message: expect.stringContaining("regional") });
  });

  it("continues by hand when a person is there, and says why", async () => {
    api.behave("forbidden", { on: ["admin-create"] });
    api.keys.accept(newKey.reveal());
    const answers = [answer.press("enter"), answer.key(newKey.reveal(), /The new key/)];
    deps = deps.next({ answers, opensPages: false });
    await run({ expires: "90d" });
    expect(deps.stderr()).toContain("is not allowed to do this: Forbidden");
    expect((await slotsOf(deps)).current).toBe("new");
  });

  it("does not take the refusal of a firewall for Mistral's", async () => {
    api.behave("html-forbidden", { on: ["admin-list"] });
    expect(await run()).toMatchObject({ code: 5, message: expect.stringContaining("not Mistral's") });
  });

  it("leaves the old key to the person when it may not delete it", async () => {
    api.behave("forbidden", { on: ["admin-delete"] });
    deps = deps.next({ answers: [answer.press("l", /I am deleting it/)], opensPages: false });
    expect(await run()).toEqual({ code: 9 });
    expect(deps.stderr()).toContain("The old key could not be deleted for you.");
    expect(await slotsOf(deps)).toEqual({ current: "new", next: "nothing", previous: "old" });
  });

  it("deletes no key at Mistral that another run has put in use while this one waited for it to be accepted", async () => {
    api.admin.accepts = false;
    let finished = false;
    api.onRequest(({ path, key }) => {
      const record = deps.journal.read(defaultProfile);
      if (path !== "/v1/models" || key !== newKey.mask || finished || record === undefined) return;
      finished = true;
      deps.next().journal.update(record, { stage: "retiring" });
    });
    const { code } = await run();
    expect(finished).toBe(true);
    expect(code).toBe(9);
    expect(api.admin.has(newKey.reveal())).toBe(true);
    expect(deps.journal.read(defaultProfile)?.stage).toBe("retiring");
  });

  it("erases nothing of another run that has begun while the new key, which is refused, was deleted", async () => {
    let begun = false;
    api.admin.accepts = false;
    const { journal } = deps.next();
    api.onRequest(({ method }) => {
      const profile = deps.profiles.read(defaultProfile);
      if (method !== "DELETE" || begun || profile === undefined) return;
      begun = true;
      journal.end(defaultProfile);
      journal.begin(planOf(oldKey, profile, profile, { holds: "old", now: deps.now() }));
    });
    const { code } = await run();
    expect(begun).toBe(true);
    expect(code).toBe(9);
    expect(deps.journal.read(defaultProfile)).toBeDefined();
    expect((await slotsOf(deps)).next).toBe("new");
  });

  it("asks nobody to delete a key that is deleted, though the answer to that was lost", async () => {
    api.behave("server-error", { on: ["admin-delete"] });
    api.onRequest(({ path }) => {
      if (path.endsWith("/id-1")) api.keys.revoke(oldKey.reveal());
    });
    deps = deps.next({ answers: [] });
    expect(await run()).toEqual({ code: 0 });
    expect(await slotsOf(deps)).toEqual(done);
  });

  it("continues without a question a rotation that was cut off", async () => {
    api.behave("server-error", { on: ["admin-delete"] });
    expect(await run()).toEqual({ code: 9 });
    api.behave("normal");
    deps = deps.next();
    expect(await run()).toEqual({ code: 0 });
    expect(await slotsOf(deps)).toEqual(done);
    expect(api.admin.wishes).toHaveLength(1);
  });

  it("names the new key of a rotation that was cut off before that was stored", async () => {
    const before = await storeKey(deps, { serverUrl: api.url, adminKey: adminKey.mask });
    const after = { ...before, key: otherKey.mask, fingerprint: fingerprintOf(otherKey) };
    deps.journal.begin(planOf(oldKey, before, after, { holds: "old", now: deps.now() }));
    expect(await run()).toEqual({ code: 0 });
    expect(deps.stderr()).toContain(`The new key ${otherKey.mask} is not stored here`);
    expect(await slotsOf(deps)).toEqual(done);
  });

  it.each([
    ["the old key", oldKey, "made-1"],
    ["the row of the old key", newKey, "id-1"],
    ["the row of another key of that name", newKey, "id-2"],
  ])("does not take %s for a new key, and deletes nothing", async (_what, given, id) => {
    api.admin.add(otherKey.reveal());
    api.admin.returns = { key: given.reveal(), key_id: id };
    expect(await run()).toMatchObject({ code: 6, message: expect.stringContaining(given.mask) });
    expect([...api.admin.rows.keys()]).toEqual(["id-1", "id-2"]);
    expect(await slotsOf(deps)).toEqual(untouched);
    expect(deps.journal.list()).toEqual([]);
  });

  it("names keys of the same name that nobody has used", async () => {
    api.admin.add(otherKey.reveal(), { last_used: null });
    await run();
    expect(deps.stderr()).toContain(otherKey.mask);
  });
});

function renameRow(changes: Parameters<typeof api.admin.add>[1]): void {
  api.admin.rows.clear();
  api.admin.add(oldKey.reveal(), changes);
}

const calls = [
  "admin-list",
  "admin-users",
  "admin-create",
  "admin-delete",
  "models",
] as const satisfies readonly Call[];
const failures = [
  "server-error",
  "hang",
  "cut",
  "cut-halfway",
  "garbage",
  "other-json",
  "nested",
  "html",
  "unauthorized",
  "forbidden",
  "not-found",
  "unprocessable-in-detail",
  "rate-limited",
  "redirect",
] as const satisfies readonly Behaviour[];

/** The promises of a rotation, wherever it was cut off. */
async function expectNothingLost(said: string): Promise<void> {
  const { current, next, previous } = await slotsOf(deps);
  expect(["old", "new"]).toContain(current);
  expect(api.admin.has((current === "old" ? oldKey : newKey).reveal())).toBe(true);
  const kept = [current, next, previous].includes("new");
  if (!api.admin.has(newKey.reveal()) || kept) return;
  expect(said.includes(newKey.mask) || said.includes("may have been made anyway")).toBe(true);
  expect(said).not.toContain("deleted again");
}

describe.each(calls)("when the call %s fails", (call) => {
  it.each(failures.filter((one) => call !== "models" || !["hang", "nested"].includes(one)))(
    "by %s, a working key is in use and none is lost; the next run finishes it",
    async (behaviour) => {
      api.behave(behaviour, { on: [call] });
      if (behaviour === "hang") deps = deps.next({ adminLimitMs: 1500 });
      const result = await run();
      await expectNothingLost(deps.stderr() + result.message);
      // Both mean "it is gone already", and the proof says whether that is so.
      const harmless = call === "admin-delete" && ["other-json", "garbage", "nested"].includes(behaviour);
      if (!harmless) expect(result.code).toBeGreaterThan(1);
      api.behave("normal");
      api.admin.upcoming.push(
        ...(api.admin.wishes.length > 0 && api.admin.has(newKey.reveal()) ? [] : [newKey.reveal()]),
      );
      deps = deps.next();
      if (deps.journal.list().length === 0 && (await slotsOf(deps)).current === "new") return;
      expect(await run()).toEqual({ code: 0 });
      expect(deps.journal.list()).toEqual([]);
      expect(api.admin.has(oldKey.reveal())).toBe(false);
    },
  );
});

describe("rotate --auto, killed", () => {
  /** A run that the fuse may end, as another process. */
  async function attempt(fuse: Fuse) {
    deps = deps.next();
    const { profiles, journal, secrets } = deps;
    const store = fuse.wrap(secrets);
    return await run(
      {},
      {
        profiles: fuse.wrap(profiles),
        journal: fuse.wrap(journal),
        store: async () => store,
        issuer: async (endpoint, key) => fuse.wrap(await deps.issuer(endpoint, key)),
      },
    ).catch((error: unknown) => {
      if (error instanceof Killed) return "killed";
      throw error;
    });
  }

  // What is killed after an effect is killed before the next one.
  it.each(["killed-before", "refused"] as const)("%s at each effect", async (blow) => {
    for (let at = 1; ; at += 1) {
      const fuse = new Fuse(at, blow);
      const result = await attempt(fuse);
      if (!fuse.blown) break;
      const said = deps.stderr() + JSON.stringify(result);
      // A killed process can print nothing; the next one reports what it left at Mistral.
      await expectNothingLost(result === "killed" ? newKey.mask : said);
      const lost = result === "killed" && api.admin.has(newKey.reveal()) && !(await isKept());
      api.admin.upcoming.unshift(...((await isKept()) ? [] : [lost ? otherKey.reveal() : newKey.reveal()]));
      let again = await attempt(new Fuse(Number.POSITIVE_INFINITY, "refused"));
      if (typeof again === "object" && again.code === 9)
        again = await attempt(new Fuse(Number.POSITIVE_INFINITY, "refused"));
      expect([at, again]).toEqual([at, { code: 0 }]);
      if (lost) expect(deps.stderr()).toContain(newKey.mask);
      expect(deps.journal.list()).toEqual([]);
      await startAnew();
    }
  });

  async function isKept(): Promise<boolean> {
    return Object.values(await slotsOf(deps)).includes("new");
  }

  async function startAnew(): Promise<void> {
    api.admin.rows.clear();
    api.admin.upcoming.splice(0);
    api.admin.upcoming.push(newKey.reveal());
    api.admin.add(oldKey.reveal());
    api.keys.accept(oldKey.reveal());
    for (const key of [newKey, otherKey]) api.keys.revoke(key.reveal());
    for (const slot of ["next", "previous"] as const)
      await deps.secrets.delete({ profile: defaultProfile, slot });
    await storeKey(deps, { serverUrl: api.url, adminKey: adminKey.mask });
  }
});

describe("rotate --auto, stopped by Ctrl-C", () => {
  it.each([
    ["GET /v1/admin/api-keys", untouched],
    ["POST /v1/admin/api-keys", { current: "old", next: "new", previous: "nothing" }],
    ["DELETE /v1/admin/api-keys/id-1", { current: "new", next: "nothing", previous: "old" }],
  ] as const)("during %s, loses nothing", async (request, slots) => {
    api.delay(50);
    const stopped = deps;
    api.onRequest(({ method, path }) => {
      if (`${method} ${path}` === request) stopped.interrupt();
    });
    expect([9, 130]).toContain((await run()).code);
    expect(await slotsOf(deps)).toEqual(slots);
    await expectNothingLost(deps.stderr());
    api.delay(0);
    deps = deps.next();
    expect(await run()).toEqual({ code: 0 });
    expect(await slotsOf(deps)).toEqual(done);
  });
});

it("rotate --auto says at once what may be there when it is stopped while a key is made", async () => {
  const stopped = deps;
  let said = "";
  api.onRequest(({ method }) => {
    if (method !== "POST") return;
    stopped.interrupt();
    said ||= stopped.stderr();
  });
  await run();
  expect(said.replace(/\s+/g, " ")).toContain('A key called "laptop" may have been made anyway.');
});

it("deletes no key at Mistral that a profile which cannot be read may have, too", async () => {
  const file = join(deps.home, "profiles", "work.json");
  writeFileSync(file, "{", { mode: 0o600 });
  expect(await run()).toEqual({ code: 9 });
  expect(api.admin.has(oldKey.reveal())).toBe(true);
  expect(deps.stderr().replace(/\s+/g, " ")).toContain(
    'Profile "work" cannot be read, and may have the old key, too. › What to do about it: mistral-key verify -p work',
  );
  rmSync(file);
  deps = deps.next();
  expect(await run({ finish: true })).toEqual({ code: 0 });
  expect(api.admin.has(oldKey.reveal())).toBe(false);
});

describe("rotate --all --expiring", () => {
  const work = parseProfileName("work");

  it("deletes a key that two profiles have when both have a new one", async () => {
    await storeKey(deps, { name: work, serverUrl: api.url, expiresAt: "2026-09-11" });
    await deps.secrets.set({ profile: work, slot: "admin" }, adminKey);
    api.admin.upcoming.push(otherKey.reveal());
    expect(await run({ all: true, expiring: "14d" })).toEqual({ code: 9 });
    const said = deps.stderr().replace(/\s+/g, " ");
    expect(said).toContain('Profile "work" has the old key, too');
    // The first one's new key is not what an interrupted rotation has left behind.
    expect(said).not.toContain("without a last use");
    expect(await slotsOf(deps, work)).toMatchObject({ current: "another", previous: "nothing" });
    expect(api.admin.has(oldKey.reveal())).toBe(false);
    deps = deps.next();
    expect(await run({ all: true, expiring: "14d" })).toEqual({ code: 0 });
    expect(await slotsOf(deps)).toEqual(done);
  });

  it("names an unused key of the same name, which it may have left behind, as one to look at", async () => {
    api.admin.add("leftOver".repeat(4), { last_used: null });
    expect(await run()).toEqual({ code: 0 });
    expect(deps.stderr().replace(/\s+/g, " ")).toContain(
      "Mistral lists left...Over with the same name and without a last use. Delete only what",
    );
  });

  it("rotates what is due, one after the other, and sums up", async () => {
    await storeKey(deps, { name: work, key: otherKey, serverUrl: api.url, expiresAt: "2027-02-21" });
    const home = await storeKey(deps, { name: parseProfileName("home"), key: otherKey });
    const { expiresAt: _, ...unknown } = home;
    deps.profiles.write(unknown);
    expect(await run({ all: true, expiring: "14d", json: true })).toEqual({ code: 0 });
    expect(await slotsOf(deps)).toEqual(done);
    expect(deps.document()).toMatchObject({
      profiles: [{ profile: "default", key: newKey.mask, previous: { state: "dead" } }],
      notDue: ["work"],
      unknown: ["home"],
    });
    expect(deps.stderr()).toContain('not known here when the key of profile "home" expires');
  });

  it("continues after a failure, and exits with the worst code", async () => {
    await storeKey(deps, { name: parseProfileName("a"), key: otherKey, expiresAt: "2026-09-02" });
    expect(await run({ all: true, expiring: "14d", json: true })).toEqual({ code: 3 });
    expect(deps.document()).toMatchObject({
      profiles: [
        { profile: "a", ok: false, error: { kind: "no-key" } },
        { profile: "default", ok: true },
      ],
    });
  });

  it("does nothing when nothing is due", async () => {
    await storeKey(deps, { serverUrl: api.url, expiresAt: "2027-02-21" });
    expect(await run({ all: true, expiring: "14d" })).toEqual({ code: 0 });
    expect(api.requests).toEqual([]);
  });

  it("needs a person or --auto, and says so", async () => {
    expect(await run({ all: true, expiring: "14d", auto: false })).toMatchObject({
      code: 2,
      hint: expect.stringContaining("rotate --all --expiring 14d --auto"),
    });
  });

  it.each([{ all: true }, { all: true, expiring: "soon" }])("refuses %j", async (flags) => {
    expect(await run(flags)).toMatchObject({ code: 2, hint: expect.stringContaining("--expiring 14d") });
  });
});
