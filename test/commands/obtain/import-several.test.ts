import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Flags } from "../../../src/cli/flags.ts";
import { importKey } from "../../../src/commands/obtain/import.ts";
import { parseProfileName } from "../../../src/keys/profile-name.ts";
import { StandInStore } from "../../onboarding/stand-in-store.ts";
import { type PlantedHome, plantHome } from "../../plaintext/planted-home.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../../support/deps.ts";
import { type LoopbackMistralApi, startMistralApi } from "../../support/mistral-api.ts";
import { answer } from "../../support/scripted-prompts.ts";

const living = "liveKey1".repeat(4);
const second = "liveKey2".repeat(4);
const dead = "deadKey1".repeat(4);
const ofVibe = "vibeKey1".repeat(4);
const masks = { living: "live...Key1", second: "live...Key2", dead: "dead...Key1", ofVibe: "vibe...Key1" };

let planted: PlantedHome;
let api: LoopbackMistralApi;
let deps: TestDeps;

beforeEach(async () => {
  planted = plant({ ".env": dead, ".env.local": living });
  api = await startMistralApi({ keys: [living, second, ofVibe] });
  api.keys.forbid(ofVibe, "vibe-key");
});

afterEach(async () => {
  deps.close();
  planted.remove();
  await api.stop();
});

/** A project with these keys in its dotenv files, and one of Vibe's in Vibe's own. */
function plant(keys: Readonly<Record<string, string>>, vibe?: string): PlantedHome {
  const files = Object.entries(keys).map(([name, key]) => [`project/${name}`, key]);
  if (vibe !== undefined) files.push([".vibe/.env", vibe]);
  return plantHome(
    files.map(([path = "", key]) => ({ path, before: `MISTRAL_API_KEY=${key}\n`, after: "" })),
  );
}

function replant(...args: Parameters<typeof plant>): void {
  planted.remove();
  planted = plant(...args);
}

function open(options: TestDepsOptions = {}): TestDeps {
  const env = { PATH: process.env.PATH ?? "" };
  const processContext = { home: planted.home, cwd: planted.project, env };
  return openTestDeps({
    serverUrl: api.url,
    store: new StandInStore("keychain"),
    processContext,
    ...options,
  });
}

function run(flags: Record<string, unknown> = {}): Promise<number> {
  return importKey({ args: [], flags: new Flags({ ...flags, serverUrl: api.url }) }, deps);
}

async function stored(profile = "default"): Promise<string | undefined> {
  return (await deps.secrets.get({ profile: parseProfileName(profile), slot: "current" }))?.reveal();
}

const check = answer.confirm(true, /Check these \d keys with Mistral/);
const unknownEnd = answer.choose("do not know", /When does it expire/);
const nowhereElse = answer.choose("No", /Deliver it/);
const keepCopies = answer.confirm(false, /Remove the key/);

describe("several keys", () => {
  test("are sent to Mistral only when the person says so, and those that work come first", async () => {
    deps = open({ answers: [answer.confirm(false, /Check these 2 keys/), answer.stop(/Which key/)] });
    await expect(run()).rejects.toMatchObject({ kind: "cancelled" });
    expect(api.requests).toEqual([]);
    expect(deps.stderr()).not.toContain("\n\n\n");

    deps = deps.next({ answers: [check, answer.stop(/Which key/)] });
    await expect(run()).rejects.toMatchObject({ kind: "cancelled" });
    expect(deps.stderr()).toMatch(/✓ live\.\.\.Key1 .*accepts.*\n.*✗ dead\.\.\.Key1 .*not accept/);
    expect(await stored()).toBeUndefined();
  });

  test("with --check and nobody there, the only one that works is taken", async () => {
    deps = open();
    expect(await run({ check: true })).toBe(0);
    expect(await stored()).toBe(living);

    api.keys.accept(dead);
    deps = deps.next();
    await expect(run({ check: true })).rejects.toMatchObject({
      kind: "usage",
      hint: expect.stringContaining("--key"),
    });
  });

  test("that work are stored together, each under a name of its own", async () => {
    replant({ ".env": living, ".env.local": second, ".env.old": dead });
    deps = open({
      answers: [
        check,
        answer.choose("Both that Mistral accepts", /Which key/),
        unknownEnd,
        answer.confirm(true, /~.project.\.env\?/),
        answer.text("work", /A name for live\.\.\.Key2, in ~.project.\.env\.local:1/),
        unknownEnd,
        answer.confirm(true, /\.env\.local\?/),
      ],
    });

    expect(await run()).toBe(0);

    expect(await stored()).toBe(living);
    expect(await stored("work")).toBe(second);
    expect(planted.read("project/.env.local")).toBe(
      "# MISTRAL_API_KEY: moved to the keychain; use: mistral-key run -p work -- CMD\n",
    );
    expect(planted.read("project/.env.old")).toContain(dead);
    const said = deps.stderr().replace(/\s+/g, " ");
    expect(said).toContain(`${masks.dead} is still in ~/project/.env.old, where programs may read it.`);
    expect(said).not.toContain(`${masks.second} is still`);
  });

  test("that share a file are both removed from it", async () => {
    planted.remove();
    const before = `MISTRAL_API_KEY=${living}\nWORK_MISTRAL_API_KEY=${second}\n`;
    planted = plantHome([{ path: "project/.env", before, after: "" }]);
    deps = open({
      answers: [
        check,
        answer.choose("Both that Mistral accepts", /Which key/),
        unknownEnd,
        answer.confirm(true, /Remove the key/),
        answer.text("work", /A name for live\.\.\.Key2/),
        unknownEnd,
        answer.confirm(true, /Remove the key/),
      ],
    });

    expect(await run()).toBe(0);

    expect(planted.read("project/.env")).toBe(
      "# MISTRAL_API_KEY: moved to the keychain; use: mistral-key run -- CMD\n" +
        "# WORK_MISTRAL_API_KEY: moved to the keychain; use: mistral-key run -p work --as WORK_MISTRAL_API_KEY -- CMD\n",
    );
  });
});

describe("a key that Mistral refuses", () => {
  test("offers another one, and is neither pasted again nor waited for", async () => {
    deps = open({
      answers: [
        check,
        answer.choose(masks.dead, /Which key/),
        answer.choose("Another one", /What now/),
        answer.choose(masks.living, /Which key/),
        unknownEnd,
        keepCopies,
        nowhereElse,
      ],
    });

    expect(await run()).toBe(0);

    expect(await stored()).toBe(living);
    expect(deps.stderr()).not.toMatch(/paste|wait|few minutes|moment ago/i);
    expect(deps.stderr()).toMatch(/may have expired|has expired/);
    // It is not checked for a second time.
    const completions = api.requests.filter(({ path }) => path.endsWith("/completions"));
    expect(completions).toHaveLength(1);
  });

  test("can just be removed where it was found, and is stored nowhere", async () => {
    replant({ ".env": dead });
    deps = open({
      answers: [answer.choose("Just remove this copy", /What now/), answer.confirm(true, /Remove the key/)],
    });

    expect(await run()).toBe(0);

    expect(planted.read("project/.env")).toBe("# MISTRAL_API_KEY: removed, since Mistral refused the key\n");
    expect(await stored()).toBeUndefined();
    expect(deps.profiles.list()).toEqual([]);
  });

  test("is reported with nobody there, and its copies stay", async () => {
    replant({ ".env": dead });
    deps = open();
    expect(await run({ clean: "all", json: true })).toBe(4);
    expect(deps.document()).toMatchObject({ ok: false, diagnosis: "invalid-key", stored: false, places: [] });
    expect(deps.stderr()).not.toMatch(/few minutes/);
    expect(planted.read("project/.env")).toContain(dead);
  });
});

test("a key that is accepted is not said to wait for a limit when a call failed", async () => {
  replant({ ".env": living });
  api.behave("server-error", { on: ["completion"] });
  deps = open({ answers: [answer.first(/^Store it anyway .*verify/), unknownEnd, keepCopies] });
  expect(await run()).toBe(5);
  expect(await stored()).toBe(living);
});

test("stopped at the question for the last day, it says that the copies are still there", async () => {
  replant({ ".env": living });
  deps = open({ answers: [answer.stop(/When does it expire/)] });
  await expect(run()).rejects.toMatchObject({
    kind: "cancelled",
    message: expect.stringMatching(/Your key is stored;.* copies in plaintext are still there\.$/),
    hint: expect.stringMatching(/expires DATE\nTo remove the copies: mistral-key import$/),
  });
  expect(planted.read("project/.env")).toContain(living);
});

describe("a key of Vibe's", () => {
  test("is recognised before anything is stored, and does not replace a Studio key unasked", async () => {
    replant({ ".env.local": living }, ofVibe);
    deps = open();
    expect(await run({ key: masks.living })).toBe(0);

    deps = deps.next({
      answers: [
        answer.choose("Store it anyway", /What now/),
        answer.choose("under another name", /What do you want to do/),
        answer.text("vibe", /A name/),
        unknownEnd,
        answer.confirm(false, /Mistral Vibe's/),
        nowhereElse,
      ],
    });
    expect(await run({ key: masks.ofVibe })).toBe(4);

    expect(deps.stderr()).toMatch(/This is a Vibe key/);
    expect(deps.stderr().indexOf("This is a Vibe key")).toBeLessThan(
      deps.stderr().indexOf("A key is already stored"),
    );
    expect(await stored()).toBe(living);
    expect(await stored("vibe")).toBe(ofVibe);
  });

  test("is not stored with nobody there", async () => {
    replant({}, ofVibe);
    deps = open();
    expect(await run({ json: true })).toBe(4);
    expect(deps.document()).toMatchObject({ diagnosis: "wrong-product", stored: false });
  });
});

describe("where a key is stored already", () => {
  const withStored = async (profile = "default"): Promise<void> => {
    replant({ ".env": second });
    deps = open();
    expect(await run({ profile })).toBe(0);
    replant({ ".env.local": living });
    const env = { PATH: process.env.PATH ?? "" };
    const processContext = { home: planted.home, cwd: planted.project, env };
    deps = deps.next({ processContext });
  };

  test.each([
    ["is kept", [answer.choose("Keep it")], { default: second }],
    [
      "is replaced",
      [answer.choose("Replace it"), answer.press("l", /later/), unknownEnd, keepCopies],
      { default: living },
    ],
    [
      "stays beside the new one",
      [
        answer.choose("under another name"),
        answer.text("work", /A name/),
        unknownEnd,
        keepCopies,
        nowhereElse,
      ],
      { default: second, work: living },
    ],
  ])("it %s", async (_what, answers, expected: Readonly<Record<string, string>>) => {
    await withStored();
    const env = { PATH: process.env.PATH ?? "" };
    deps = deps.next({
      processContext: { home: planted.home, cwd: planted.project, env },
      answers,
    });
    await run();
    for (const [profile, key] of Object.entries(expected)) expect(await stored(profile)).toBe(key);
  });

  test("the same key under two names is reported", async () => {
    replant({ ".env": living });
    deps = open();
    expect(await run({ profile: "work" })).toBe(0);
    deps = deps.next();
    expect(await run({ profile: "home" })).toBe(0);
    expect(deps.stderr()).toContain('This is also the key of profile "work".');

    deps = deps.next();
    expect(await run({ list: true })).toBe(0);
    expect(deps.stdout()).toContain("stored as profiles home and work");

    deps = deps.next();
    await run();
    // Only the store of this one was read; the other may be kept elsewhere.
    expect(deps.stderr()).toContain("already, as profile home.");
  });
});
