import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { fingerprintOf } from "../../../src/keys/fingerprint.ts";
import { defaultProfile, type ProfileName, parseProfileName } from "../../../src/keys/profile-name.ts";
import { profileOf } from "../../../src/profiles/known-key.ts";
import type { Profile } from "../../../src/profiles/profile.ts";
import { planOf } from "../../../src/rotation/journal.ts";
import { MemoryStore } from "../../../src/stores/memory.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../../support/deps.ts";
import { type LoopbackMistralApi, startMistralApi } from "../../support/mistral-api.ts";
import { runLine } from "../../support/run-line.ts";
import { answer } from "../../support/scripted-prompts.ts";
import { unwritable } from "../../support/unwritable-profiles.ts";

const text = "testKey0".repeat(4);
const otherText = "otherKy1".repeat(4);
const work = parseProfileName("work");
const today = new Date("2026-11-23T12:00:00Z");

let api: LoopbackMistralApi;
const opened: TestDeps[] = [];
beforeEach(async () => {
  api = await startMistralApi({ keys: [text, otherText] });
});
afterEach(async () => {
  for (const deps of opened.splice(0)) deps.close();
  await api.stop();
});

function open(options: TestDepsOptions = {}): TestDeps {
  const deps = openTestDeps({ serverUrl: api.url, now: today, ...options });
  opened.push(deps);
  return deps;
}

async function store(
  deps: TestDeps,
  {
    name = defaultProfile,
    key = text,
    ...known
  }: { name?: ProfileName; key?: string } & Partial<Profile> = {},
): Promise<Profile> {
  await deps.secrets.set({ profile: name, slot: "current" }, ApiKey.of(key));
  const made = profileOf(
    { name, key: ApiKey.of(key), store: "memory", endpoint: { region: "global", serverUrl: api.url } },
    new Date("2026-11-01T08:00:00Z"),
  );
  const profile = { ...made, ...known };
  deps.profiles.write(profile);
  return profile;
}

describe("verify", () => {
  it.each([text, otherText])("keeps what another run notes while Mistral is asked: %#", async (about) => {
    const deps = open();
    const before = { ...(await store(deps)), fingerprint: fingerprintOf(ApiKey.of(about)) };
    deps.profiles.write(before);
    const target = { target: "vibe", since: null };
    api.onRequest(() => deps.profiles.write({ ...before, targets: [target] }));
    expect(await runLine(deps, "verify")).toBe(0);
    expect(deps.profiles.read(defaultProfile)).toMatchObject({ lastDiagnosis: "valid", targets: [target] });
  });

  it.each(["verify", "verify --all", "limits", "models", "try Hello"])(
    "and every other command that only calls Mistral leaves the keyboard to the shell: %j",
    async (line) => {
      const deps = open();
      await store(deps);
      // Taking it from the background would stop the process.
      const prompts = () => Promise.reject(new Error("The keyboard was taken."));
      expect(await runLine({ ...deps, prompts, interactive: true }, ...line.split(" "))).toBe(0);
    },
  );

  it("says that the stored key is good, whose it is and when it expires", async () => {
    const deps = open();
    await store(deps, { expiresAt: "2027-02-21" });
    expect(await runLine(deps, "verify")).toBe(0);
    expect(deps.stderr()).toMatch(/accepted by Mistral .*\n.* a model answered .* mistral-small-latest\n\n$/);
    const said = deps.stdout();
    expect(said).toMatch(/^✓ Mistral accepts this key, and a model answered\.\n\n {2}╭ test\.\.\.Key0 /);
    expect(said).toContain("laptop, in workspace Research");
    expect(said).toContain("21 Feb 2027 (as you entered it), 90 days");
  });

  it("answers with one document of the promised shape", async () => {
    const deps = open();
    await store(deps, { expiresAt: "2027-02-21" });
    expect(await runLine(deps, "verify", "--json")).toBe(0);
    expect(deps.document()).toEqual({
      profile: "default",
      ok: true,
      diagnosis: "valid",
      key: "test...Key0",
      store: "memory",
      checks: {
        authentication: { ok: true, models: 8, latencyMs: expect.any(Number) },
        completion: { ok: true, model: "mistral-small-latest", latencyMs: expect.any(Number) },
      },
      identity: {
        email: "ada@example.com",
        workspace: "Research",
        organization: "Analytical Engines",
        keyName: "laptop",
      },
      rateLimits: {
        requestsPerMinute: { limit: 60, remaining: 59 },
        tokensPerMinute: { limit: 500_000, remaining: 499_988 },
        tokensPerMonth: { limit: 1_000_000_000, remaining: 998_765_432 },
        tokensOfCall: 12,
      },
      expiresAt: "2027-02-21",
      daysLeft: 90,
      verifiedAt: "2026-11-23T12:00:00.000Z",
      hint: null,
    });
    expect(deps.stderr()).toBe("");
  });

  it("makes no completion with --quick", async () => {
    const deps = open();
    await store(deps);
    expect(await runLine(deps, "verify", "--quick", "--json")).toBe(0);
    expect(deps.document()).toMatchObject({ checks: { completion: null } });
    expect(api.requests.map(({ path }) => path)).not.toContain("/v1/chat/completions");
  });

  it("calls the model it is told to, and says when there is none of that name", async () => {
    const deps = open();
    await store(deps);
    expect(await runLine(deps, "verify", "--model", "ministral-3b-latest", "--json")).toBe(0);
    expect(deps.document()).toMatchObject({ checks: { completion: { model: "ministral-3b-latest" } } });
    const next = deps.next();
    expect(await runLine(next, "verify", "--model", "mistral-giant")).toBe(2);
    expect(next.stdout()).toContain("no chat model called mistral-giant");
  });

  it.each([
    ["forbidden", 4],
    ["no-plan", 6],
  ] as const)("does not hold a model that the plan lacks against the key: %s", async (said, code) => {
    const deps = open();
    await store(deps);
    api.behave(said, { on: ["completion"] });
    expect(await runLine(deps, "verify", "--model", "mistral-large-latest")).toBe(code);
    expect(deps.profiles.read(defaultProfile)).toMatchObject({ lastDiagnosis: "valid" });
    expect(await runLine(deps.next(), "verify")).toBe(code);
    expect(deps.profiles.read(defaultProfile)).toMatchObject({ lastDiagnosis: said });
  });

  it.each([
    ["mistral-large-latest", 4],
    ["mistral-giant", 2],
  ])("goes on holding against the key what was said of it without %s", async (model, code) => {
    const deps = open();
    await store(deps);
    api.behave("forbidden", { on: ["completion"] });
    expect(await runLine(deps, "verify")).toBe(4);
    const said = deps.profiles.read(defaultProfile);
    expect(said).toMatchObject({ lastDiagnosis: "forbidden" });
    if (code === 2) api.behave("normal");
    const later = deps.next({ now: new Date("2026-11-24T12:00:00.000Z") });
    expect(await runLine(later, "verify", "--model", model)).toBe(code);
    const { lastDiagnosis, lastVerifiedAt } = said ?? {};
    const lastAcceptedAt = "2026-11-24T12:00:00.000Z";
    expect(deps.profiles.read(defaultProfile)).toMatchObject({
      lastDiagnosis,
      lastVerifiedAt,
      lastAcceptedAt,
    });
    api.behave("normal");
    expect(await runLine(later.next(), "verify")).toBe(0);
    expect(deps.profiles.read(defaultProfile)).toMatchObject({ lastDiagnosis: "valid" });
  });

  it("does not hold a model that the plan lacks against a key that is listed only now", async () => {
    const deps = open();
    await deps.secrets.set({ profile: defaultProfile, slot: "current" }, ApiKey.of(text));
    api.behave("forbidden", { on: ["completion"] });
    expect(await runLine(deps, "verify", "--model", "mistral-large-latest")).toBe(4);
    expect(deps.profiles.read(defaultProfile)).toMatchObject({ lastDiagnosis: "valid" });
  });

  it("does not hold a mistyped model or address against the key", async () => {
    const deps = open();
    await store(deps, { lastDiagnosis: "unreachable", lastVerifiedAt: "2026-11-20T12:00:00.000Z" });
    expect(await runLine(deps, "verify", "--model", "mistral-giant", "--json")).toBe(2);
    expect(deps.document()).toMatchObject({ ok: false, diagnosis: "model-not-found" });
    const accepted = {
      lastDiagnosis: "valid",
      lastVerifiedAt: "2026-11-23T12:00:00.000Z",
      lastAcceptedAt: "2026-11-23T12:00:00.000Z",
    };
    expect(deps.profiles.read(defaultProfile)).toMatchObject(accepted);
    const strict = await startMistralApi({ keys: [otherText] });
    const later = { now: new Date("2026-11-24T12:00:00Z") };
    for (const [url, code] of [
      [`${api.url}/v2`, 2],
      [strict.url, 4],
    ] as const) {
      expect(await runLine(deps.next(later), "verify", "--server-url", url)).toBe(code);
      expect(deps.profiles.read(defaultProfile)).toMatchObject(accepted);
    }
    await strict.stop();
  });

  it("notes nothing that a server other than the key's own says of it, and shows it", async () => {
    const deps = open();
    await store(deps, { lastDiagnosis: "invalid-key", lastVerifiedAt: "2026-11-20T12:00:00.000Z" });
    const before = deps.profiles.read(defaultProfile);
    const simulated = await startMistralApi();
    simulated.keys.accept(text, { identity: { workspace: "Somebody's" } });
    expect(await runLine(deps, "verify", "--server-url", simulated.url)).toBe(0);
    await simulated.stop();
    expect(deps.stdout()).toContain("in workspace Somebody's");
    expect(deps.stderr().replace(/\s+/g, " ")).toContain(
      `The key of profile "default" belongs to another server than ${simulated.url}, so nothing was noted.`,
    );
    expect(deps.profiles.read(defaultProfile)).toEqual(before);
  });

  it("saves what it found", async () => {
    const deps = open();
    await store(deps);
    await runLine(deps, "verify");
    expect(deps.profiles.read(defaultProfile)).toMatchObject({
      lastVerifiedAt: "2026-11-23T12:00:00.000Z",
      lastDiagnosis: "valid",
      lastAcceptedAt: "2026-11-23T12:00:00.000Z",
      identity: { workspace: "Research" },
    });
    api.keys.revoke(text);
    expect(await runLine(deps.next({ now: new Date("2026-11-24T12:00:00Z") }), "verify")).toBe(4);
    expect(deps.profiles.read(defaultProfile)).toMatchObject({
      lastVerifiedAt: "2026-11-24T12:00:00.000Z",
      lastDiagnosis: "invalid-key",
      lastAcceptedAt: "2026-11-23T12:00:00.000Z",
      identity: { workspace: "Research" },
    });
  });

  it("gives the verdict even when it cannot be saved", async () => {
    const deps = open();
    await store(deps);
    const full = deps.next({ profiles: unwritable(deps.profiles) });
    expect(await runLine(full, "verify", "--json")).toBe(0);
    expect(full.document()).toMatchObject({ diagnosis: "valid" });
    expect(full.stderr()).toContain("could not be written down. The disk is full.");
  });

  it("neither shows nor saves a key that a server puts into a name", async () => {
    const deps = open();
    await store(deps);
    const escaped = `\\u0074${text.slice(1)}`;
    api.keys.accept(text, { identity: { workspace: escaped, organization: `%74${text.slice(1)}` } });
    expect(await runLine(deps, "verify", "--json")).toBe(0);
    expect(deps.document()).toMatchObject({
      identity: { workspace: "test...Key0", organization: "test...Key0" },
    });
    const file = readFileSync(join(deps.home, "profiles", "default.json"), "utf8");
    for (const said of [deps.stdout(), deps.stderr(), file]) expect(said).not.toContain(text.slice(1));
  });

  it("says why a key that worked may be refused, and where to look before it is replaced", async () => {
    const deps = open();
    await store(deps, { name: work, expiresAt: "2027-11-20", lastAcceptedAt: "2026-11-03T10:00:00Z" });
    api.keys.revoke(text);
    expect(await runLine(deps, "verify", "-p", "work")).toBe(4);
    const said = deps.stdout().replace(/\s+/g, " ");
    expect(said).toContain(
      "✗ Mistral does not accept this key, test...Key0. It worked on 3 Nov 2026. 20 Nov 2027 is noted as its last day. One of these may be why:",
    );
    expect(said).toMatch(/mistral-key open keys .* mistral-key rotate -p work /);
  });

  it("names possible causes for a key that never worked, as guesses", async () => {
    const deps = open({ stdin: "wrongKey".repeat(4) });
    expect(await runLine(deps, "verify", "--stdin")).toBe(4);
    expect(deps.stdout()).toMatch(
      /^✗ Mistral does not accept this key, wron\.\.\.gKey\.\n\n {2}One of these may be why:\n {2}• /,
    );
    expect(deps.stdout()).toMatch(/\n {4}mistral-key open keys {2}see .*\n$/);
  });

  it("calls a refused key expired when its last day is past", async () => {
    const deps = open();
    await store(deps, { expiresAt: "2026-11-20" });
    api.keys.revoke(text);
    expect(await runLine(deps, "verify", "--json")).toBe(4);
    expect(deps.document()).toMatchObject({ ok: false, diagnosis: "expired", daysLeft: -3 });
  });

  it("does not say of a refused key that it expires soon", async () => {
    const deps = open();
    await store(deps, { expiresAt: "2026-12-05" });
    api.keys.revoke(text);
    expect(await runLine(deps, "verify")).toBe(4);
    expect(deps.stdout()).toContain("Mistral does not accept this key");
    expect(deps.stderr()).not.toContain("expires in");
  });

  it.each([
    ["you entered", undefined],
    ["Mistral lists", { expiresAt: "2026-12-05", lastUsedAt: null, workspace: null, seenAt: "2026-11-01" }],
  ] as const)("warns before the last day as %s it, naming the profile", async (source, listed) => {
    const deps = open();
    await store(deps, { name: work, expiresAt: "2026-12-05", ...(listed && { listed }) });
    expect(await runLine(deps, "verify", "-p", "work")).toBe(0);
    const said = deps.stderr().replace(/\s+/g, " ");
    expect(said).toContain(`The key of profile "work" expires in 12 days, on 5 Dec 2026, as ${source} it.`);
    expect(said).toContain("mistral-key rotate -p work");
  });

  it("warns when the environment has another key, which apps would use", async () => {
    const deps = open({ env: { MISTRAL_API_KEY: otherText } });
    await store(deps);
    expect(await runLine(deps, "verify")).toBe(0);
    expect(deps.stderr()).toContain("MISTRAL_API_KEY is set here to another key, othe...rKy1");
    const same = deps.next({ env: { MISTRAL_API_KEY: text } });
    await runLine(same, "verify");
    expect(same.stderr()).not.toContain("MISTRAL_API_KEY");
  });
});

describe("verify, when what is known and what is stored differ", () => {
  it("says that no key is stored, and how to get one", async () => {
    const deps = open();
    await expect(runLine(deps, "verify")).rejects.toMatchObject({ kind: "no-key" });
    expect(api.requests).toEqual([]);
  });

  it("says that the key of a profile is gone", async () => {
    const deps = open();
    await store(deps);
    await deps.secrets.delete({ profile: defaultProfile, slot: "current" });
    await expect(runLine(deps, "verify")).rejects.toMatchObject({
      kind: "no-key",
      hint: expect.stringContaining("mistral-key init"),
    });
  });

  it.each(["verify", "rename default work", "rotate --finish"])(
    "does not say that another keychain lost the key that it never had: %s",
    async (line) => {
      const deps = open({ store: new MemoryStore("keychain", "KDE Wallet") });
      const known = await store(deps, { store: "keychain", storeName: "GNOME Keyring" });
      await deps.secrets.delete({ profile: defaultProfile, slot: "current" });
      const { key } = known;
      if (line.startsWith("rotate"))
        deps.journal.begin(planOf(ApiKey.of(text), known, known, { holds: "new", now: today }));
      await expect(runLine(deps, ...line.split(" "))).rejects.toMatchObject({
        kind: "no-key",
        message: expect.stringContaining("is not in KDE Wallet: it was kept in GNOME Keyring"),
      });
      expect(deps.profiles.read(defaultProfile)?.key).toBe(key);
    },
  );

  it("lists a key that only the store had", async () => {
    const deps = open();
    await deps.secrets.set({ profile: defaultProfile, slot: "current" }, ApiKey.of(text));
    expect(await runLine(deps, "verify")).toBe(0);
    expect(deps.profiles.read(defaultProfile)).toMatchObject({
      key: "test...Key0",
      lastDiagnosis: "valid",
      endpoint: { serverUrl: api.url },
    });
    expect(deps.stderr()).toContain("Nothing was known about this key.");
  });

  it("notices that the key was replaced from outside, and discards what it knew about the old one", async () => {
    const deps = open();
    const target = { target: "dotenv:/srv/app/.env", since: null } as const;
    await store(deps, { expiresAt: "2026-12-01", targets: [target] });
    await deps.secrets.set({ profile: defaultProfile, slot: "current" }, ApiKey.of(otherText));
    expect(await runLine(deps, "verify", "--json")).toBe(0);
    expect(deps.document()).toMatchObject({ key: "othe...rKy1", expiresAt: null, daysLeft: null });
    expect(deps.stderr().replace(/\s+/g, " ")).toContain("replaced outside mistral-key: it was test...Key0.");
    const profile = deps.profiles.read(defaultProfile);
    expect(profile).toMatchObject({ key: "othe...rKy1", targets: [target] });
    expect(profile?.expiresAt).toBeUndefined();
  });

  it("knows the new key of a rotation that is under way, and leaves the profile to that", async () => {
    const deps = open();
    const before = await store(deps, { expiresAt: "2026-12-01" });
    const next = ApiKey.of(otherText);
    const after: Profile = {
      ...before,
      key: next.mask,
      fingerprint: fingerprintOf(next),
      expiresAt: "2027-06-01",
    };
    deps.journal.begin({
      version: 1,
      profile: defaultProfile,
      startedAt: today.toISOString(),
      oldKey: { mask: before.key, name: null, fingerprint: before.fingerprint },
      newKey: { mask: next.mask, fingerprint: after.fingerprint },
      before,
      after,
      targets: [],
    });
    await deps.secrets.set({ profile: defaultProfile, slot: "current" }, next);
    expect(await runLine(deps, "verify", "--json")).toBe(0);
    expect(deps.document()).toMatchObject({ key: "othe...rKy1", expiresAt: "2027-06-01" });
    expect(deps.profiles.read(defaultProfile)).toEqual(before);
  });
});

describe("verify --min-days", () => {
  it.each([
    [12, 8],
    [11, 0],
  ])("with %i, for a key that expires in 12 days, exits %i", async (days, code) => {
    const deps = open();
    await store(deps, { expiresAt: "2026-12-05" });
    expect(await runLine(deps, "verify", "--json", "--min-days", String(days))).toBe(code);
    expect(deps.document()).toMatchObject({ ok: code === 0, diagnosis: "valid", daysLeft: 12 });
  });

  it("exits with the verdict when the key is refused as well", async () => {
    const deps = open();
    await store(deps, { expiresAt: "2026-12-05" });
    api.keys.revoke(text);
    expect(await runLine(deps, "verify", "--min-days", "30")).toBe(4);
  });

  it("accepts a key that never expires, and says so when the date is not known", async () => {
    const deps = open();
    await store(deps, { expiresAt: null });
    expect(await runLine(deps, "verify", "--min-days", "30")).toBe(0);
    expect(deps.stderr()).not.toContain("does not know");
    const unknown = deps.next();
    await store(unknown);
    expect(await runLine(unknown, "verify", "--min-days", "30")).toBe(0);
    expect(unknown.stderr().replace(/\s+/g, " ")).toContain("does not know when the key of profile");
  });

  it.each(["-1", "soon", "1.5"])("refuses %j before anything is done", async (value) => {
    const deps = open();
    await store(deps);
    await expect(runLine(deps, "verify", `--min-days=${value}`, "-p", "work")).rejects.toMatchObject({
      kind: "usage",
      hint: "For example: mistral-key verify --min-days 14 -p work",
    });
    expect(api.requests).toEqual([]);
  });
});

describe("verify --stdin", () => {
  it("touches neither the store nor the profiles", async () => {
    const deps = open({ stdin: text });
    expect(await runLine(deps, "verify", "--stdin")).toBe(0);
    expect(deps.profiles.list()).toEqual([]);
    expect(await deps.secrets.get({ profile: defaultProfile, slot: "current" })).toBeUndefined();
  });

  it("extracts the key from a line of a dotenv file", async () => {
    const deps = open({ stdin: `export MISTRAL_API_KEY="${text}"\r\n` });
    expect(await runLine(deps, "verify", "--stdin")).toBe(0);
  });

  it("asks a person for the key, with the hidden prompt", async () => {
    const deps = open({ answers: [answer.key(text, /The key to check/)] });
    expect(await runLine(deps, "verify", "--stdin")).toBe(0);
    expect(deps.profiles.list()).toEqual([]);
    expect(deps.stdout() + deps.stderr()).not.toContain(text);
  });

  it("refuses a terminal when nobody may be asked, and says what it expects", async () => {
    await expect(runLine(open(), "verify", "--stdin")).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringContaining("standard input"),
    });
  });

  it.each(["", "\n", "two words\n", `${text}\n${otherText}\n`])("refuses %j", async (stdin) => {
    const deps = open({ stdin });
    await expect(runLine(deps, "verify", "--stdin")).rejects.toMatchObject({ kind: "usage" });
    expect(api.requests).toEqual([]);
  });

  it("refuses --min-days, since it does not know when the key expires", async () => {
    const deps = open({ stdin: text });
    await expect(runLine(deps, "verify", "--stdin", "--min-days", "3")).rejects.toMatchObject({
      kind: "usage",
    });
  });
});

describe("verify --all", () => {
  it("gives every profile a line, and the exit code of the worst", async () => {
    const deps = open();
    await store(deps, { expiresAt: "2027-02-21" });
    await store(deps, { name: work, key: otherText });
    api.keys.revoke(otherText);
    expect(await runLine(deps, "verify", "--all")).toBe(4);
    expect(deps.stdout()).toBe(
      "✓ default  test...Key0  valid, expires 21 Feb 2027\n✗ work     othe...rKy1  Mistral does not accept this key.\n› What it means, and what to do: mistral-key verify -p work\n",
    );
    expect(deps.stderr()).toBe("");
  });

  it("tells how each fault is explained", async () => {
    const deps = open();
    const [lost, other] = [parseProfileName("lost"), parseProfileName("other")];
    for (const name of [other, work, defaultProfile]) await store(deps, { name, key: otherText });
    await store(deps, { name: lost });
    await deps.secrets.delete({ profile: lost, slot: "current" });
    api.keys.revoke(otherText);
    expect(await runLine(deps, "verify", "--all")).toBe(4);
    expect(deps.stdout()).toMatch(
      /\n› What it means, and what to do: mistral-key verify\n {2}mistral-key verify -p lost\n$/,
    );
  });

  it("answers with a document for each, also for one whose key is gone", async () => {
    const deps = open();
    await store(deps);
    await store(deps, { name: work });
    await deps.secrets.delete({ profile: work, slot: "current" });
    expect(await runLine(deps, "verify", "--all", "--json")).toBe(3);
    expect(deps.document()).toMatchObject({
      profiles: [
        { profile: "default", ok: true, diagnosis: "valid" },
        { profile: "work", ok: false, error: { code: 3, kind: "no-key" } },
      ],
    });
  });

  it("checks a hundred keys of mixed fate, at most four calls at a time", async () => {
    const deps = open({ stdoutIsTerminal: false });
    const fates = [
      { code: 0, diagnosis: "valid", known: {} },
      { code: 4, diagnosis: "invalid-key", known: {} },
      { code: 4, diagnosis: "expired", known: { expiresAt: "2026-11-01" } },
      { code: 4, diagnosis: "forbidden", known: {} },
    ] as const;
    const wanted = await Promise.all(
      Array.from({ length: 100 }, async (_, at) => {
        const fate = fates[at % fates.length] ?? fates[0];
        const name = parseProfileName(`p${String(at).padStart(3, "0")}`);
        const key = `key${String(at).padStart(3, "0")}xx`.repeat(4);
        if (fate.code === 0) api.keys.accept(key);
        if (fate.diagnosis === "forbidden") api.keys.forbid(key);
        await store(deps, { name, key, ...fate.known });
        return { profile: name, diagnosis: fate.diagnosis };
      }),
    );
    api.delay(2);
    // They reach the rate limit, which resets after a second.
    api.behave("rate-limited-briefly", { times: 4 });
    expect(await runLine(deps, "verify", "--all", "--json", "--model", "mistral-small-latest")).toBe(4);
    const { profiles } = deps.document() as { profiles: readonly { profile: string; diagnosis: string }[] };
    expect(profiles.map(({ profile, diagnosis }) => ({ profile, diagnosis }))).toEqual(wanted);
    expect(api.mostAtOnce()).toBeLessThanOrEqual(4);
    for (const { profile, diagnosis } of wanted) {
      expect(deps.profiles.read(profile)?.lastDiagnosis).toBe(diagnosis);
    }
  });

  it("keeps its results when it is interrupted", async () => {
    const deps = open();
    const names = Array.from({ length: 9 }, (_, at) => parseProfileName(`p${at}`));
    for (const [at, name] of names.entries()) {
      const key = `key${at}xxxx`.repeat(4);
      // The first four are refused at once, and the next two never hear from the model.
      if (at >= 4) api.keys.accept(key);
      await store(deps, { name, key });
    }
    api.behave("hang", { on: ["completion"] });
    const running = runLine(deps, "verify", "--all");
    running.catch(() => {});
    const waiting = () => api.requests.filter(({ path }) => path.endsWith("completions")).length;
    await expect.poll(() => waiting()).toBe(2);
    deps.interrupt();
    await expect(running).rejects.toMatchObject({
      kind: "cancelled",
      message: "Stopped after 4 of 9 keys; the results above have been saved.",
    });
    expect(deps.stdout().match(/✗ p\d/g)).toEqual(["✗ p0", "✗ p1", "✗ p2", "✗ p3"]);
    expect(names.map((name) => deps.profiles.read(name)?.lastDiagnosis)).toEqual([
      ...Array.from({ length: 4 }, () => "invalid-key"),
      ...Array.from({ length: 5 }, () => null),
    ]);
  });

  it("explains a fault of the model that it was told to call with that model", async () => {
    const deps = open();
    await store(deps);
    await store(deps, { name: work, key: otherText });
    expect(await runLine(deps, "verify", "--all", "--model", "mistral giant")).toBe(2);
    expect(deps.stdout()).toMatch(
      /\n› What it means, and what to do: mistral-key verify --model 'mistral giant'\n$/,
    );
  });

  it("makes no completion with --quick, and otherwise calls the model it is told to", async () => {
    const deps = open();
    await store(deps);
    await store(deps, { name: work, key: otherText });
    const completions = () => api.requests.filter(({ path }) => path.endsWith("completions"));
    expect(await runLine(deps, "verify", "--all", "--quick")).toBe(0);
    expect(completions()).toEqual([]);
    expect(await runLine(deps, "verify", "--all", "--model", "ministral-3b-latest")).toBe(0);
    expect(completions().map(({ model }) => model)).toEqual(["ministral-3b-latest", "ministral-3b-latest"]);
  });

  it("does not take a bug for a key that is gone", async () => {
    const deps = open();
    await store(deps);
    const bug = new TypeError("made by a test");
    vi.spyOn(deps.secrets, "get").mockRejectedValue(bug);
    await expect(runLine(deps, "verify", "--all")).rejects.toBe(bug);
  });

  it("says that there is no key at all", async () => {
    await expect(runLine(open(), "verify", "--all")).rejects.toMatchObject({ kind: "no-key" });
  });

  it("finds a key in the store that no profile lists", async () => {
    const deps = open();
    await deps.secrets.set({ profile: defaultProfile, slot: "current" }, ApiKey.of(text));
    expect(await runLine(deps, "verify", "--all")).toBe(0);
  });

  it("notes which key expires soon", async () => {
    const deps = open();
    await store(deps, { name: work, expiresAt: "2026-11-24" });
    expect(await runLine(deps, "verify", "--all", "--min-days", "7")).toBe(8);
    expect(deps.stderr().replace(/\s+/g, " ")).toContain('The key of profile "work" expires tomorrow');
  });

  it.each([["--stdin"], ["-p", "work"]])("cannot be combined with %s", async (...flags) => {
    await expect(runLine(open(), "verify", "--all", ...flags)).rejects.toMatchObject({ kind: "usage" });
  });
});
