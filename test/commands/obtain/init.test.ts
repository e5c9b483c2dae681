import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MistralKeyError } from "../../../src/errors.ts";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { defaultProfile, parseProfileName } from "../../../src/keys/profile-name.ts";
import { initialize } from "../../../src/onboarding/initialize.ts";
import { profileOf } from "../../../src/profiles/known-key.ts";
import type { Profile } from "../../../src/profiles/profile.ts";
import type { ProfileRegistry } from "../../../src/profiles/profile-folder.ts";
import { ProfileFolder } from "../../../src/profiles/profile-folder.ts";
import { planOf } from "../../../src/rotation/journal.ts";
import { MemoryStore } from "../../../src/stores/memory.ts";
import type { StoreKind } from "../../../src/stores/secret-store.ts";
import { StandInStore } from "../../onboarding/stand-in-store.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../../support/deps.ts";
import { type LoopbackMistralApi, startMistralApi } from "../../support/mistral-api.ts";
import { runLine } from "../../support/run-line.ts";
import { answer } from "../../support/scripted-prompts.ts";
import { unwritable } from "../../support/unwritable-profiles.ts";

const text = "testKey0".repeat(4);
const otherText = "otherKy1".repeat(4);
const now = new Date("2026-11-23T12:00:00Z");
const current = { profile: defaultProfile, slot: "current" } as const;

let api: LoopbackMistralApi;
let opened: TestDeps[] = [];
beforeEach(async () => {
  api = await startMistralApi({ keys: [text, otherText] });
});
afterEach(async () => {
  const deps = opened;
  opened = [];
  await api.stop();
  for (const each of deps) each.close();
});

function open(options: TestDepsOptions = {}): TestDeps {
  const deps = openTestDeps({ serverUrl: api.url, now, store: new StandInStore("keychain"), ...options });
  opened.push(deps);
  return deps;
}

async function storedIn(deps: TestDeps): Promise<string | undefined> {
  return (await deps.secrets.get(current))?.reveal();
}

const newcomer = [
  answer.choose("I am new to Mistral"),
  answer.press("enter", /open the page/),
  answer.press("enter", /done, continue/),
  answer.press("enter", /done, continue/),
  answer.press("enter", /open the page/),
  answer.press("enter", /done, continue/),
  answer.choose("90 days", /did you choose/),
  answer.key(text),
];

describe("init, in a terminal", () => {
  it("walks a newcomer through five steps and ends with the closing card", async () => {
    const deps = open({ answers: newcomer });
    expect(await runLine(deps, "init")).toBe(0);
    expect(deps.opened).toEqual(["https://console.mistral.ai", "https://console.mistral.ai/api-keys"]);
    const said = deps.stderr();
    for (const step of ["1 of 5", "2 of 5", "3 of 5", "4 of 5", "5 of 5"]) expect(said).toContain(step);
    expect(said).toContain("https://console.mistral.ai/api-keys");
    expect(said).toContain("laptop-nov-2026");
    expect(said).toContain("21 Feb 2027 (as you entered it), 90 days");
    expect(said).toContain("8 models, 60 requests a minute");
    expect(said).not.toContain(text);
    expect(deps.stdout()).toBe("");
    expect(await storedIn(deps)).toBe(text);
    expect(deps.profiles.read(defaultProfile)).toMatchObject({
      key: "test...Key0",
      store: "keychain",
      expiresAt: "2027-02-21",
      lastDiagnosis: "valid",
      identity: { workspace: "Research", keyName: "laptop" },
    });
  });

  it("says that apps started here use another key, when a variable has one", async () => {
    const answers = [answer.pasteKey(text), answer.choose("I do not know")];
    const env = { MISTRAL_KEY_SERVER_URL: api.url, MISTRAL_API_KEY: otherText };
    const deps = open({ answers, env });
    expect(await runLine(deps, "init")).toBe(0);
    expect(deps.stderr()).toMatch(
      /MISTRAL_API_KEY is set here to another key, othe...rKy1: apps started\s+here/,
    );
    const same = deps.next({ answers, env: { ...env, MISTRAL_API_KEY: text } });
    opened.push(same);
    expect(await runLine(same, "init", "--yes")).toBe(0);
    expect(same.stderr()).not.toContain("is set here");
  });

  it("goes back a step and skips to the paste", async () => {
    const deps = open({
      answers: [
        answer.choose("I have an account"),
        answer.press("b"),
        answer.press("s", /paste now/),
        answer.key(text),
        answer.choose("I do not know", /When does it expire/),
      ],
    });
    expect(await runLine(deps, "init", "--no-browser")).toBe(0);
    const shown = [...deps.stderr().matchAll(/(\d) of 5/g)].map((match) => match[1]);
    expect(shown).toEqual(["3", "4", "2", "5"]);
    expect(deps.opened).toEqual([]);
    expect(deps.profiles.read(defaultProfile)?.expiresAt).toBeUndefined();
  });

  it("goes back from the paste and asks for the expiration again", async () => {
    const deps = open({
      answers: [
        answer.choose("I have a key"),
        answer.key("b"),
        answer.press("n", /next/),
        answer.choose("365 days"),
        answer.key(text),
      ],
    });
    expect(await runLine(deps, "init")).toBe(0);
    expect([...deps.stderr().matchAll(/(\d) of 5/g)].map((match) => match[1])).toEqual(["5", "3", "4", "5"]);
    expect(deps.profiles.read(defaultProfile)?.expiresAt).toBe("2027-11-23");
  });

  it.each([
    ["the first one", [answer.pasteKey(text, /Where are you now/)]],
    ["a step", [answer.choose("I am new"), answer.press("n"), answer.pasteKey(text)]],
  ])("takes a key that is pasted at any question: %s", async (_name, answers) => {
    const deps = open({ answers: [...answers, answer.choose("I do not know", /When does it expire/)] });
    expect(await runLine(deps, "init")).toBe(0);
    expect(await storedIn(deps)).toBe(text);
    expect(deps.stdout() + deps.stderr()).not.toContain(text);
  });

  it("asks which expiration was chosen for a key that is pasted where keys are made", async () => {
    const deps = open({
      answers: [
        answer.choose("I have an account"),
        answer.pasteKey(text),
        answer.choose("90 days", /did you choose/),
      ],
    });
    expect(await runLine(deps, "init")).toBe(0);
    expect(deps.profiles.read(defaultProfile)?.expiresAt).toBe("2027-02-21");
  });

  it("takes a key that is pasted at the first question, of another kind, as the one that the user has", async () => {
    const deps = open({
      answers: [
        answer.pasteKey(text, /What do you want to do/),
        answer.choose("another name"),
        answer.text("work", /name for the new key/),
        answer.choose("Never", /When does it expire/),
      ],
    });
    await deps.secrets.set(current, ApiKey.of(otherText));
    expect(await runLine(deps, "init")).toBe(0);
    expect(await storedIn(deps)).toBe(otherText);
    expect((await deps.secrets.get({ ...current, profile: parseProfileName("work") }))?.reveal()).toBe(text);
    expect(deps.stderr()).not.toContain(text);
  });

  it("does not offer a name that is taken", async () => {
    const deps = open({ stdin: text });
    expect(await runLine(deps, "init", "--with-key", "-p", "work")).toBe(0);
    await deps.secrets.set(current, ApiKey.of(otherText));
    for (const name of ["work", "WORK", "two words"]) {
      const asked = deps.next({ answers: [answer.choose("another name"), answer.text(name)] });
      opened.push(asked);
      await expect(runLine(asked, "init")).rejects.toThrow(/is refused/);
    }
  });

  it("says that the same key is stored under another name", async () => {
    const deps = open({ stdin: text });
    expect(await runLine(deps, "init", "--with-key", "-p", "work")).toBe(0);
    const again = deps.next({ stdin: text });
    opened.push(again);
    expect(await runLine(again, "init", "--with-key")).toBe(0);
    expect(again.stderr()).toContain('also the key of profile "work"');
  });

  it("does not leave the stored key, pasted once more, looking like a new one that replaced it", async () => {
    const answers = [answer.choose("Replace it"), answer.pasteKey(text), answer.choose("I do not know")];
    const deps = open({ answers });
    await deps.secrets.set(current, ApiKey.of(text));
    expect(await runLine(deps, "init")).toBe(0);
    expect(deps.stderr()).toContain("This is the key that was stored already, so none was replaced.");
  });

  it("stores a key that the person already has before asking when it expires", async () => {
    const deps = open({
      answers: [answer.choose("I have a key"), answer.key(text), answer.stop(/When does it expire/)],
    });
    await expect(runLine(deps, "init")).rejects.toMatchObject({
      kind: "cancelled",
      message: expect.stringMatching(/key is stored/),
    });
    expect(await storedIn(deps)).toBe(text);
  });

  it("says at the start that the key is to be kept in an encrypted file", async () => {
    const deps = open({ store: new StandInStore("file"), answers: [answer.stop()] });
    await expect(runLine(deps, "init", "--store", "file")).rejects.toMatchObject({ kind: "cancelled" });
    expect(deps.stderr()).toContain("safely in an encrypted file");
  });

  it("says that nothing was stored when it is stopped on the way", async () => {
    const deps = open({ answers: [answer.choose("I am new"), answer.press("n"), answer.stop()] });
    await expect(runLine(deps, "init", "-p", "work")).rejects.toMatchObject({
      kind: "cancelled",
      message: "Stopped; nothing was stored.",
      hint: "To continue at step 2 later: mistral-key init -p work",
    });
    expect(await storedIn(deps)).toBeUndefined();
  });

  it("continues where it was stopped, and forgets that once a key is captured", async () => {
    const first = open({
      answers: [
        answer.choose("I am new"),
        answer.press("n"),
        answer.press("n"),
        answer.press("n"),
        answer.choose("180 days"),
        answer.stop(/key/),
      ],
    });
    await expect(runLine(first, "init")).rejects.toMatchObject({
      hint: "To continue at step 5 later: mistral-key init",
    });
    const drafts = join(first.home, "drafts", "default.json");
    expect(JSON.parse(readFileSync(drafts, "utf8"))).toEqual({
      start: "new",
      screen: "copy",
      expiresAt: "2027-05-22",
    });
    const second = first.next({ answers: [answer.choose("At step 5 of 5"), answer.key(text)] });
    opened.push(second);
    expect(await runLine(second, "init")).toBe(0);
    expect(second.profiles.read(defaultProfile)?.expiresAt).toBe("2027-05-22");
    expect(existsSync(drafts)).toBe(false);
  });

  it("continues at the step that it went back to", async () => {
    const back = [answer.choose("I am new"), answer.press("s"), answer.key("b"), answer.press("h")];
    const deps = open({ answers: [...back, answer.stop()] });
    await expect(runLine(deps, "init")).rejects.toMatchObject({
      hint: "To continue at step 3 later: mistral-key init",
    });
  });

  it("takes --expires never as the answer, even where it stopped with another one", async () => {
    const stopped = open({
      answers: [
        answer.choose("I have an account"),
        answer.press("n"),
        answer.choose("180 days"),
        answer.stop(/key/),
      ],
    });
    await expect(runLine(stopped, "init")).rejects.toMatchObject({ kind: "cancelled" });
    const resumed = stopped.next({ answers: [answer.choose("At step 5 of 5"), answer.key(text)] });
    expect(await runLine(resumed, "init", "--expires", "never")).toBe(0);
    expect(resumed.profiles.read(defaultProfile)?.expiresAt).toBeNull();
    const another = resumed.next({ answers: [answer.choose("I have a key"), answer.key(otherText)] });
    opened.push(another);
    expect(await runLine(another, "init", "--expires", "never", "-p", "work")).toBe(0);
    expect(another.profiles.read(parseProfileName("work"))?.expiresAt).toBeNull();
  });

  it("asks for the date again when the one it was stopped with is past", async () => {
    const stopped = open({
      answers: [
        answer.choose("I have an account"),
        answer.press("n"),
        answer.choose("90 days"),
        answer.stop(/key/),
      ],
    });
    await expect(runLine(stopped, "init")).rejects.toMatchObject({ kind: "cancelled" });
    const resumed = stopped.next({
      now: new Date("2027-06-01T10:00:00Z"),
      answers: [answer.choose("At step 5 of 5"), answer.key(text), answer.choose("Never")],
    });
    opened.push(resumed);
    expect(await runLine(resumed, "init")).toBe(0);
    expect(resumed.profiles.read(defaultProfile)?.expiresAt).toBeNull();
  });

  it("can be started over, and no draft is offered to another profile or read when it is damaged", async () => {
    const stopped = open({ answers: [answer.choose("I am new"), answer.press("n"), answer.stop()] });
    await expect(runLine(stopped, "init")).rejects.toMatchObject({ kind: "cancelled" });
    const over = stopped.next({ answers: [answer.choose("I am new"), answer.stop()] });
    await expect(runLine(over, "init")).rejects.toMatchObject({
      hint: "To continue later: mistral-key init",
    });
    const other = over.next({ answers: [answer.stop()] });
    await expect(runLine(other, "init", "-p", "work")).rejects.toMatchObject({
      hint: "To continue later: mistral-key init -p work",
    });
    // Without it, the key of the next run would go to another address.
    const elsewhere = other.next({ answers: [answer.stop()] });
    await expect(runLine(elsewhere, "init", "--region", "eu")).rejects.toMatchObject({
      hint: "To continue later: mistral-key init --region eu",
    });
    // What was asked for wins over what is set or noted, so it has to be asked for again.
    const env = { MISTRAL_KEY_STORE: "file", MISTRAL_KEY_SERVER_URL: "https://other.example.org" };
    const set = elsewhere.next({ env, answers: [answer.stop()] });
    const flags = ["--store", "keychain", "--server-url", api.url];
    await expect(runLine(set, "init", ...flags)).rejects.toMatchObject({
      hint: `To continue later: mistral-key init ${flags.join(" ")}`,
    });
    const unset = { MISTRAL_KEY_SERVER_URL: "" };
    const global = elsewhere.next({ env: unset, answers: [answer.stop()] });
    await expect(runLine(global, "init", "--region", "global")).rejects.toMatchObject({
      hint: "To continue later: mistral-key init --region global",
    });
    const unchecked = elsewhere.next({ answers: [answer.stop()] });
    await expect(runLine(unchecked, "init", "--no-verify")).rejects.toMatchObject({
      hint: "To continue later: mistral-key init --no-verify",
    });
    const page = elsewhere.next({ answers: [answer.stop()] });
    const asked = { profile: defaultProfile, from: "prompt", verify: true, web: true } as const;
    await expect(initialize(page, { ...asked, expiresAt: undefined, replace: false })).rejects.toMatchObject({
      hint: "To continue later: mistral-key init --web",
    });
    writeFileSync(join(other.home, "drafts", "default.json"), '{"start":"new","screen":"moon"}');
    const damaged = other.next({
      answers: [answer.choose("I have a key"), answer.key(text), answer.choose("Never")],
    });
    opened.push(damaged);
    expect(await runLine(damaged, "init")).toBe(0);
  });

  it("lets a rejected key be pasted again and never stores it", async () => {
    const deps = open({
      answers: [
        answer.choose("I have a key"),
        answer.key("wrongKey".repeat(4)),
        answer.choose("Paste another key"),
        answer.key(text),
        answer.choose("I do not know"),
      ],
    });
    expect(await runLine(deps, "init")).toBe(0);
    expect(await storedIn(deps)).toBe(text);
  });

  it("stores a key unverified when Mistral cannot be reached and the person wants it", async () => {
    api.behave("html");
    const deps = open({
      answers: [
        answer.choose("I have a key"),
        answer.key(text),
        answer.choose("Store it unverified"),
        answer.choose("Never"),
      ],
    });
    expect(await runLine(deps, "init")).toBe(5);
    expect(await storedIn(deps)).toBe(text);
    expect(deps.stderr()).toContain("not yet: ");
    expect(deps.profiles.read(defaultProfile)).toMatchObject({ expiresAt: null, lastAcceptedAt: null });
  });

  it("asks before it replaces a key that another run has stored while this one waited for the paste", async () => {
    const deps = open({
      answers: [
        answer.choose("I have a key"),
        { ...answer.key(text), meanwhile: () => void deps.secrets.set(current, ApiKey.of(otherText)) },
        answer.choose("Keep it"),
      ],
    });
    expect(await runLine(deps, "init", "--json", "--expires", "2027-02-21")).toBe(0);
    expect(await storedIn(deps)).toBe(otherText);
    expect(deps.document()).toMatchObject({
      ok: true,
      key: "othe...rKy1",
      expiresAt: "2027-02-21",
      kept: true,
    });
    expect(deps.profiles.read(defaultProfile)).toMatchObject({
      key: ApiKey.of(otherText).mask,
      expiresAt: "2027-02-21",
    });
  });

  it("puts no key in place of a first one that another run has stored just before", async () => {
    const deps = open({ stdin: otherText });
    const { profiles } = deps;
    const claim = profiles.claim.bind(profiles);
    profiles.claim = (name) => {
      // Killed before it could write the profile.
      void deps.secrets.set(current, ApiKey.of(text));
      return claim(name);
    };
    await expect(runLine(deps, "init", "--with-key")).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringMatching(/^The key test...Key0 has been stored .* in the meantime/),
    });
    expect(await storedIn(deps)).toBe(text);
    expect(claim(defaultProfile)).toBe(true);
  });

  it("stores no first key while another run does, and waits for that for a while", async () => {
    const deps = open({ stdin: otherText });
    deps.profiles.claim(defaultProfile);
    await expect(runLine(deps, "init", "--with-key")).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringContaining("is storing a key"),
    });
    expect(await storedIn(deps)).toBeUndefined();
    const later = deps.next({ stdin: otherText });
    opened.push(later);
    let waits = 0;
    const sleep = async () => {
      waits += 1;
      if (waits === 3) deps.profiles.release(defaultProfile);
    };
    expect(await runLine({ ...later, sleep }, "init", "--with-key")).toBe(0);
    expect(waits).toBe(3);
    expect(await storedIn(later)).toBe(otherText);
  });

  it.each(["pasted again", "tried again"])(
    "puts no key in place of one that another run has stored meanwhile: %s",
    async (how) => {
      const store = new StandInStore("keychain");
      const endpoint = { region: "global" } as const;
      const known = (key: ApiKey) =>
        profileOf({ name: defaultProfile, key, store: "keychain", endpoint }, new Date());
      const meanwhile = () => {
        void store.set(current, ApiKey.of(otherText));
        deps.profiles.write(known(ApiKey.of(otherText)));
      };
      const again = how === "pasted again";
      const deps = open({
        store,
        answers: [
          ...(again ? [answer.choose("Replace it")] : []),
          answer.choose("I have a key"),
          { ...answer.key(text), ...(again && { meanwhile }) },
          ...(again ? [] : [{ ...answer.choose("Try again"), meanwhile }]),
        ],
      });
      if (again) {
        await store.set(current, ApiKey.of(text));
        deps.profiles.write(known(ApiKey.of(text)));
      } else store.failure = new MistralKeyError("store-locked", "The keychain is locked.");
      await expect(runLine(deps, "init", "--no-verify")).rejects.toMatchObject({
        kind: "usage",
        message: expect.stringContaining(ApiKey.of(otherText).mask),
      });
      expect((await store.get(current))?.reveal()).toBe(otherText);
    },
  );

  it("keeps what another run notes while it asks for the last day, and notes none for another key", async () => {
    const target = { target: "vibe", since: null };
    const another = profileOf(
      { name: defaultProfile, key: ApiKey.of(otherText), store: "keychain", endpoint: { region: "global" } },
      new Date("2026-11-01"),
    );
    for (const replaced of [false, true]) {
      const deps = open({ answers: [answer.choose("I have a key"), answer.key(text)] });
      const meanwhile = () => {
        const known = deps.profiles.read(defaultProfile);
        if (known !== undefined) deps.profiles.write(replaced ? another : { ...known, targets: [target] });
      };
      deps.script.expect({ ...answer.choose("Never"), meanwhile });
      expect(await runLine(deps, "init")).toBe(0);
      const wanted = replaced ? another : { key: ApiKey.of(text).mask, expiresAt: null, targets: [target] };
      expect(deps.profiles.read(defaultProfile)).toMatchObject(wanted);
      expect(deps.stderr().includes("its last day was not noted")).toBe(replaced);
    }
  });

  it("says that the key is stored when only its last day could not be noted", async () => {
    const deps = open({ answers: [answer.choose("I have a key"), answer.key(text), answer.choose("Never")] });
    let writes = 0;
    const profiles: ProfileRegistry = {
      ...unwritable(deps.profiles),
      write: (profile) => {
        writes += 1;
        (writes === 1 ? deps.profiles : unwritable(deps.profiles)).write(profile);
      },
    };
    await expect(runLine({ ...deps, profiles }, "init")).rejects.toMatchObject({
      kind: "unfinished",
      message: "The disk is full. Your key is stored; its last day was not noted.",
      hint: "To note it: mistral-key expires DATE",
    });
    expect(await storedIn(deps)).toBe(text);
  });

  it("keeps what another run notes while it asks what to do with a stored key", async () => {
    const known = profileOf(
      { name: defaultProfile, key: ApiKey.of(otherText), store: "keychain", endpoint: { region: "global" } },
      new Date("2026-11-01"),
    );
    const target = { target: "vibe", since: null };
    const meanwhile = () => deps.profiles.write({ ...known, targets: [target] });
    const deps = open({ answers: [{ ...answer.choose("Keep it"), meanwhile }] });
    await deps.secrets.set(current, ApiKey.of(otherText));
    deps.profiles.write(known);
    expect(await runLine(deps, "init", "--expires", "2027-02-21")).toBe(0);
    expect(deps.profiles.read(defaultProfile)).toMatchObject({ expiresAt: "2027-02-21", targets: [target] });
  });

  it("tries again when the keychain refuses a key that has been checked", async () => {
    const store = new StandInStore("keychain");
    store.failure = new MistralKeyError("store-locked", "The keychain is locked.", { hint: "Unlock it." });
    const deps = open({
      store,
      answers: [
        answer.choose("I have a key"),
        answer.key(text),
        answer.choose("Try again", /Storing the key failed/),
        answer.choose("Never"),
      ],
    });
    expect(await runLine(deps, "init")).toBe(0);
    expect(deps.stderr()).toContain("The keychain is locked.");
    expect(await storedIn(deps)).toBe(text);
  });

  it("asks nobody when the keychain refuses a key that was piped in", async () => {
    const store = new StandInStore("keychain");
    store.failure = new MistralKeyError("store-locked", "The keychain is locked.", { hint: "Unlock it." });
    const deps = open({ store, stdin: text });
    await expect(runLine(deps, "init", "--with-key")).rejects.toMatchObject({ kind: "store-locked" });
    expect(deps.profiles.list()).toEqual([]);
  });

  it("keeps the stored key when the person just presses Enter", async () => {
    const deps = open({ answers: [answer.enter(/What do you want to do/)] });
    await deps.secrets.set(current, ApiKey.of(otherText));
    expect(await runLine(deps, "init")).toBe(0);
    expect(await storedIn(deps)).toBe(otherText);
    expect(api.requests).toEqual([]);
  });

  it("lists a key that is kept and whose profile was missing", async () => {
    const deps = open({ answers: [answer.choose("Keep it")] });
    await deps.secrets.set(current, ApiKey.of(otherText));
    expect(await runLine(deps, "init")).toBe(0);
    expect(deps.profiles.read(defaultProfile)).toMatchObject({ key: ApiKey.of(otherText).mask });
    expect(deps.stderr()).toContain("listed as profile");
  });

  it("notes the last day of the key that is kept, also where the profile describes another", async () => {
    const deps = open({ answers: [answer.choose("Keep it")] });
    const endpoint = { region: "eu" } as const;
    const known = { name: defaultProfile, key: ApiKey.of(text), store: "keychain", endpoint } as const;
    const targets = [{ target: "llm", since: null }];
    deps.profiles.write(profileOf({ ...known, targets }, now));
    await deps.secrets.set(current, ApiKey.of(otherText));
    expect(await runLine(deps, "init", "--expires", "2027-02-21")).toBe(0);
    expect(deps.stderr()).toContain("Its last day is noted: 21 Feb 2027.");
    expect(deps.profiles.read(defaultProfile)).toMatchObject({
      key: ApiKey.of(otherText).mask,
      expiresAt: "2027-02-21",
      endpoint,
      targets,
    });
  });

  it("says what is lost with a profile that it has to write again", async () => {
    const deps = open({ stdin: text });
    deps.profiles.prepare();
    writeFileSync(join(deps.home, "profiles", "default.json"), "{", { mode: 0o600 });
    expect(await runLine(deps, "init", "--with-key")).toBe(0);
    expect(deps.stderr().replace(/\s+/g, " ")).toContain("It will be written again, without its targets.");
    expect(deps.profiles.read(defaultProfile)?.key).toBe(ApiKey.of(text).mask);
  });

  it("lists the key of a lost profile from the keychain, not the stale copy of a move in the file", async () => {
    const answers = [answer.choose("Keep it")];
    const keychain = new StandInStore("keychain");
    const file = new StandInStore("file");
    const deps = open({ answers, store: keychain });
    await keychain.set(current, ApiKey.of(text));
    await file.set(current, ApiKey.of(otherText));
    const both = { ...deps, store: async (kind: StoreKind) => (kind === "file" ? file : keychain) };
    expect(await runLine(both, "init")).toBe(0);
    expect(deps.profiles.read(defaultProfile)).toMatchObject({ key: "test...Key0", store: "keychain" });
  });

  it("writes nothing over a profile of a newer version, also with --yes", async () => {
    const deps = open({ stdin: text });
    const known = { name: defaultProfile, key: ApiKey.of(otherText), store: "keychain" as const };
    deps.profiles.write(profileOf({ ...known, endpoint: { region: "global" } }, new Date("2026-11-01")));
    await deps.secrets.set(current, ApiKey.of(otherText));
    const file = join(deps.home, "profiles", "default.json");
    const newer = readFileSync(file, "utf8").replace('"version": 2', '"version": 3');
    writeFileSync(file, newer);
    await expect(runLine(deps, "init", "--with-key", "--yes")).rejects.toMatchObject({
      kind: "store-damaged",
      hint: expect.stringContaining("Update mistral-key"),
    });
    expect(readFileSync(file, "utf8")).toBe(newer);
    expect(await storedIn(deps)).toBe(otherText);
  });

  it("replaces an entry that the keychain does not hand out", async () => {
    const store = new StandInStore("keychain");
    await store.set(current, ApiKey.of(otherText));
    const get = store.get.bind(store);
    store.get = async () => {
      throw new MistralKeyError("store-damaged", "GNOME Keyring holds an entry and does not give it out.");
    };
    const deps = open({ store, stdin: text });
    expect(await runLine(deps, "init", "--with-key")).toBe(0);
    expect(deps.stderr().match(/A new key\s+takes\s+its\s+place/g)).toHaveLength(1);
    expect((await get(current))?.reveal()).toBe(text);
  });

  it("leaves a damaged encrypted file as it is", async () => {
    const store = new StandInStore("file");
    store.get = async () => {
      throw new MistralKeyError("store-damaged", "default.age cannot be used.");
    };
    const deps = open({ store, stdin: text });
    await expect(runLine(deps, "init", "--with-key", "--store", "file")).rejects.toMatchObject({
      kind: "store-damaged",
    });
  });

  it("notes the last day of a key that is kept, when it is given", async () => {
    const deps = open({ answers: [answer.choose("Keep it")] });
    await deps.secrets.set(current, ApiKey.of(otherText));
    expect(await runLine(deps, "init", "--expires", "2027-02-21")).toBe(0);
    expect(deps.profiles.read(defaultProfile)).toMatchObject({
      key: ApiKey.of(otherText).mask,
      expiresAt: "2027-02-21",
    });
    expect(deps.stderr()).toContain("21 Feb 2027");
  });

  it("says what is left to do when a replacement is stopped at the question for the last day", async () => {
    const deps = open({
      answers: [
        answer.choose("Replace it"),
        answer.choose("I have a key"),
        answer.key(text),
        answer.press("l", /later/),
        answer.stop(/When does it expire/),
      ],
    });
    await deps.secrets.set(current, ApiKey.of(otherText));
    await expect(runLine(deps, "init")).rejects.toMatchObject({
      kind: "cancelled",
      message: expect.stringContaining("the old key"),
      hint: expect.stringContaining("mistral-key rotate --finish"),
    });
  });

  it("replaces a stored key through a rotation, so that the old one is not lost", async () => {
    const deps = open({
      answers: [
        answer.choose("Replace it"),
        answer.choose("I have a key"),
        answer.key(text),
        answer.press("l", /later/),
        answer.choose("I do not know"),
      ],
    });
    await deps.secrets.set(current, ApiKey.of(otherText));
    expect(await runLine(deps, "init")).toBe(9);
    expect(await storedIn(deps)).toBe(text);
    expect((await deps.secrets.get({ ...current, slot: "previous" }))?.reveal()).toBe(otherText);
    expect(deps.stderr()).toContain("mistral-key rotate --finish");
  });

  it("asks for another key when Mistral rejects the one that was pasted at the first question", async () => {
    const answers = [
      answer.pasteKey("wrongKey".repeat(4), /What do you want to do/),
      answer.choose("Replace it"),
      answer.choose("Paste another key"),
      answer.key(text),
      answer.press("l", /later/),
      answer.choose("I do not know"),
    ];
    const deps = open({ answers });
    await deps.secrets.set(current, ApiKey.of(otherText));
    expect(await runLine(deps, "init")).toBe(9);
    expect(await storedIn(deps)).toBe(text);
  });
});

describe("init --with-key", () => {
  it("takes a wrapped key from standard input, asks nothing and answers with a document", async () => {
    const deps = open({ stdin: `export MISTRAL_API_KEY='${text}'\r\n` });
    expect(await runLine(deps, "init", "--with-key", "--expires", "30d", "--json")).toBe(0);
    expect(deps.document()).toMatchObject({
      profile: "default",
      ok: true,
      diagnosis: "valid",
      key: "test...Key0",
      store: "keychain",
      expiresAt: "2026-12-23",
      daysLeft: 30,
      stored: true,
    });
    expect(deps.stdout()).not.toContain(text);
    expect(deps.stderr()).not.toContain("Kept in");
    expect(await storedIn(deps)).toBe(text);
  });

  it("does not store a key that Mistral rejects", async () => {
    const deps = open({ stdin: "wrongKey".repeat(4) });
    expect(await runLine(deps, "init", "--with-key", "--json")).toBe(4);
    expect(deps.document()).toMatchObject({
      ok: false,
      diagnosis: "invalid-key",
      stored: false,
      store: null,
    });
    expect(await storedIn(deps)).toBeUndefined();
    expect(deps.profiles.list()).toEqual([]);
  });

  it("still knows when a key expires that is stored again", async () => {
    const deps = open({ stdin: text });
    expect(await runLine(deps, "init", "--with-key", "--expires", "2027-02-21")).toBe(0);
    const again = deps.next({ stdin: text });
    opened.push(again);
    expect(await runLine(again, "init", "--with-key", "--yes")).toBe(0);
    expect(again.profiles.read(defaultProfile)?.expiresAt).toBe("2027-02-21");
  });

  it("stores without a test call when told to", async () => {
    const deps = open({ stdin: text });
    expect(await runLine(deps, "init", "--with-key", "--no-verify", "--json")).toBe(0);
    expect(api.requests).toEqual([]);
    expect(deps.document()).toMatchObject({ ok: true, diagnosis: null, verifiedAt: null, stored: true });
  });

  it.each([
    ["nothing", ""],
    ["only spaces", " \n\n"],
    ["two lines", `${text}\n${otherText}`],
    ["words", "not a key at all"],
    ["a NUL byte", `${text}\0x`],
  ])("refuses %s on standard input and changes nothing", async (_name, stdin) => {
    const deps = open({ stdin });
    await expect(runLine(deps, "init", "--with-key")).rejects.toMatchObject({ kind: "usage" });
    expect(await storedIn(deps)).toBeUndefined();
    expect(api.requests).toEqual([]);
  });

  it("says what it expects when standard input is a terminal and nobody may be asked", async () => {
    await expect(runLine(open(), "init", "--with-key")).rejects.toMatchObject({ kind: "usage" });
  });

  it("asks a person for the key and for nothing else", async () => {
    const deps = open({ answers: [answer.key(text, /Your key/)] });
    expect(await runLine(deps, "init", "--with-key", "--json")).toBe(0);
    expect(deps.document()).toMatchObject({ ok: true, stored: true, expiresAt: null });
    expect(await storedIn(deps)).toBe(text);
    expect(deps.stdout() + deps.stderr()).not.toContain(text);
  });

  it("does not replace a stored key without --yes, and reads nothing then", async () => {
    const deps = open({ stdin: text });
    await deps.secrets.set(current, ApiKey.of(otherText));
    await expect(runLine(deps, "init", "--with-key")).rejects.toMatchObject({
      kind: "usage",
      hint: expect.stringMatching(/--yes/),
    });
    expect(await storedIn(deps)).toBe(otherText);
  });

  it("keeps the old key beside the new one with --yes, and says what is left to do", async () => {
    const deps = open({ stdin: text });
    await deps.secrets.set(current, ApiKey.of(otherText));
    expect(await runLine(deps, "init", "--with-key", "--yes", "--json")).toBe(9);
    expect(await storedIn(deps)).toBe(text);
    expect(deps.document()).toMatchObject({
      stored: true,
      previous: { key: "othe...rKy1", state: "alive" },
      hint: expect.stringContaining("mistral-key rotate --finish"),
    });
  });

  it("does not say that an old key waits to be deleted when it is a target that waits", async () => {
    const deps = open({ stdin: text });
    await deps.secrets.set(current, ApiKey.of(otherText));
    const endpoint = { region: "global" } as const;
    const targets = [{ target: "command:./not-here", since: null }];
    deps.profiles.write({
      ...profileOf({ name: defaultProfile, key: ApiKey.of(otherText), store: "keychain", endpoint }, now),
      expiresAt: "2026-12-24",
      targets,
    });
    expect(await runLine(deps, "init", "--with-key", "--yes")).toBe(9);
    expect(deps.stderr()).toContain("Without the new key: command:./not-here");
    expect(deps.stderr()).toContain("The last day of the new key is not noted");
    expect(deps.stderr()).not.toMatch(/deleted? /i);
  });

  it("checks and refreshes the same key with --yes", async () => {
    const deps = open({ stdin: text });
    await deps.secrets.set(current, ApiKey.of(text));
    expect(await runLine(deps, "init", "--with-key", "--yes", "--expires", "never")).toBe(0);
    expect(deps.profiles.read(defaultProfile)?.expiresAt).toBeNull();
    expect(deps.journal.read(defaultProfile)).toBeUndefined();
    expect(deps.stderr()).toContain("This is the key that was stored already, so none was replaced.");
  });

  it("forgets nothing that is known of a key that is stored again unchecked, except for another server", async () => {
    const deps = open({ stdin: text });
    await deps.secrets.set(current, ApiKey.of(text));
    const endpoint = { region: "global", serverUrl: api.url } as const;
    const moment = "2026-11-01T00:00:00.000Z";
    const known: Profile = {
      ...profileOf({ name: defaultProfile, key: ApiKey.of(text), store: "keychain", endpoint }, now),
      identity: { email: "ada@example.com", workspace: "Research", organization: null, keyName: "laptop" },
      lastVerifiedAt: moment,
      lastDiagnosis: "valid",
      lastAcceptedAt: moment,
      expiresAt: "2027-02-21",
      listed: { expiresAt: "2027-02-21", lastUsedAt: null, workspace: "Research", seenAt: moment },
    };
    deps.profiles.write(known);
    expect(await runLine(deps, "init", "--with-key", "--yes", "--no-verify")).toBe(0);
    expect(deps.profiles.read(defaultProfile)).toEqual({ ...known, storeName: "keychain" });
    expect(deps.stderr()).toContain("21 Feb 2027 (as Mistral lists it)");
    const again = ["--with-key", "--yes", "--no-verify", "--server-url", "https://gateway.example"];
    expect(await runLine(deps.next({ stdin: text }), "init", ...again)).toBe(0);
    expect(deps.profiles.read(defaultProfile)).toMatchObject({
      identity: null,
      lastVerifiedAt: null,
      lastDiagnosis: null,
      lastAcceptedAt: null,
      expiresAt: known.expiresAt,
      listed: known.listed,
    });
  });

  it("refuses a past or impossible expiry before anything else", async () => {
    for (const expires of ["2020-01-01", "2027-02-31", "soon"]) {
      const deps = open({ stdin: text });
      await expect(runLine(deps, "init", "--with-key", "--expires", expires)).rejects.toMatchObject({
        kind: "usage",
      });
      expect(api.requests).toEqual([]);
    }
  });
});

describe("init without a terminal", () => {
  it("asks nothing and says how to send the key", async () => {
    await expect(runLine(open(), "init")).rejects.toMatchObject({
      kind: "needs-terminal",
      message: "The wizard asks questions, but standard input or standard error is not a terminal.",
      hint: expect.stringMatching(/--with-key/),
    });
  });

  it("says why nobody is asked, and keeps the profile in its hint", async () => {
    await expect(runLine(open({ absence: "ci" }), "init", "-p", "work")).rejects.toMatchObject({
      kind: "needs-terminal",
      message: expect.stringContaining("CI is set"),
      hint: expect.stringContaining("mistral-key init --with-key --expires 90d -p work < FILE"),
    });
  });

  it("does not suggest --with-key for a demonstration", async () => {
    await expect(runLine(open(), "init", "--demo")).rejects.toMatchObject({
      kind: "needs-terminal",
      hint: "In a terminal: mistral-key init --demo",
    });
  });

  it.runIf(process.platform === "linux")("accepts no key when its profile cannot be written", async () => {
    const profiles = new ProfileFolder("/proc/mistral-key");
    const deps = open({ stdin: text, profiles });
    await expect(runLine(deps, "init", "--with-key")).rejects.toMatchObject({ kind: "store-denied" });
    expect(await storedIn(deps)).toBeUndefined();
    expect(api.requests).toEqual([]);
  });

  it("says how to continue when the key that is to be moved is gone", async () => {
    const first = open({ stdin: text });
    expect(await runLine(first, "init", "--with-key")).toBe(0);
    await first.secrets.delete(current);
    const moving = first.next();
    opened.push(moving);
    const target = new StandInStore("file");
    const both = { ...moving, store: async (kind: string) => (kind === "file" ? target : moving.secrets) };
    await expect(runLine(both, "init", "--store", "file")).rejects.toMatchObject({
      kind: "no-key",
      hint: expect.stringMatching(/^Put it back, or a new one: mistral-key init --store keychain\n/),
    });
    // That works where MISTRAL_KEY_STORE asks for the file, too.
    const put = first.next({
      env: { MISTRAL_KEY_STORE: "file" },
      answers: [answer.choose("I have a key"), answer.key(text), answer.choose("Never")],
    });
    opened.push(put);
    expect(await runLine(put, "init", "--store", "keychain")).toBe(0);
    expect(await storedIn(put)).toBe(text);
  });

  it("leaves a key where it is when the keychain that it is to be moved to cannot be used", async () => {
    const file = new StandInStore("file");
    const first = open({ store: file, stdin: text });
    expect(await runLine(first, "init", "--with-key", "--store", "file")).toBe(0);
    const moving = first.next({ answers: [answer.choose("In an encrypted file", /be kept/)] });
    opened.push(moving);
    const absent = new MistralKeyError("store-absent", "No keychain is running.");
    const stores = { file, keychain: new StandInStore("keychain", [absent]), memory: new MemoryStore() };
    const all = { ...moving, store: async (kind: StoreKind) => stores[kind] };
    await expect(runLine(all, "init", "--store", "keychain")).rejects.toMatchObject({ kind: "cancelled" });
    expect((await file.get(current))?.reveal()).toBe(text);
    expect(moving.profiles.read(defaultProfile)?.store).toBe("file");
  });

  it("takes no key for another store, during a rotation, or beside an encrypted file that has one", async () => {
    const deps = open({ stdin: text });
    expect(await runLine(deps, "init", "--with-key")).toBe(0);
    const requests = api.requests.length;
    const next = () => {
      const later = deps.next({ stdin: otherText });
      opened.push(later);
      return later;
    };
    const elsewhere = runLine(next(), "init", "--with-key", "--yes", "--store", "file");
    await expect(elsewhere).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringMatching(/in another store/),
      hint: expect.stringMatching(/leave out --store, and unset MISTRAL_KEY_STORE\.$/),
    });

    const known = deps.profiles.read(defaultProfile);
    if (known === undefined) throw new Error("There is no profile.");
    deps.journal.begin(planOf(ApiKey.of(text), known, known, { holds: "old", now: deps.now() }));
    const rotating = runLine(next(), "init", "--with-key", "--yes");
    await expect(rotating).rejects.toMatchObject({ kind: "unfinished" });
    deps.journal.end(defaultProfile);

    deps.profiles.remove(defaultProfile);
    await deps.secrets.delete(current);
    const file = new StandInStore("file");
    await file.set(current, ApiKey.of(text));
    const later = next();
    const both = { ...later, store: async (kind: string) => (kind === "file" ? file : later.secrets) };
    await expect(runLine(both, "init", "--with-key")).rejects.toMatchObject({
      message: expect.stringMatching(/already stored/),
    });
    expect(await storedIn(later)).toBeUndefined();
    expect(api.requests).toHaveLength(requests);
  });

  it("keeps the targets and the Admin API key of a key that is stored again", async () => {
    const deps = open({ stdin: text });
    expect(await runLine(deps, "init", "--with-key")).toBe(0);
    const known = deps.profiles.read(defaultProfile);
    if (known === undefined) throw new Error("There is no profile.");
    const kept = { adminKey: "admi...n999", targets: [{ target: "llm", since: null }] } as const;
    deps.profiles.write({ ...known, ...kept });
    const again = deps.next({ stdin: text });
    opened.push(again);
    expect(await runLine(again, "init", "--with-key", "--yes")).toBe(0);
    expect(again.profiles.read(defaultProfile)).toMatchObject(kept);
  });

  it.each([
    { stored: text, says: false },
    { stored: otherText, says: true },
  ])(
    "says after a lost key whether its targets lack the one that is stored: $says",
    async ({ stored, says }) => {
      const deps = open({ stdin: stored });
      const name = parseProfileName("work");
      const known = {
        name,
        key: ApiKey.of(text),
        store: "keychain",
        endpoint: { region: "global" },
      } as const;
      deps.profiles.write(profileOf({ ...known, targets: [{ target: "llm", since: null }] }, now));
      expect(await runLine(deps, "init", "--with-key", "-p", "work", "--no-verify")).toBe(0);
      const said = "Not delivered yet to llm. › To deliver it there: mistral-key push -p work";
      expect(deps.stderr().replace(/\s+/g, " ").includes(said)).toBe(says);
    },
  );

  it("moves a stored key to another store", async () => {
    const deps = open({ stdin: text });
    expect(await runLine(deps, "init", "--with-key")).toBe(0);
    const moving = deps.next();
    opened = [moving];
    // The one store of this test stands for both kinds, so there is nothing to carry.
    const target = new StandInStore("file");
    const both = { ...moving, store: async (kind: string) => (kind === "file" ? target : moving.secrets) };
    expect(await runLine(both, "init", "--store", "file", "--expires", "2027-02-21", "--json")).toBe(0);
    const moved = { ok: true, store: "file", expiresAt: "2027-02-21", stored: true, moved: true };
    expect(moving.document()).toMatchObject(moved);
    expect((await target.get(current))?.reveal()).toBe(text);
    expect(await storedIn(moving)).toBeUndefined();
    expect(moving.profiles.read(defaultProfile)?.store).toBe("file");
  });
});

describe("init --demo", () => {
  it("takes the made-up key with Enter, and leaves nothing behind", async () => {
    const deps = open({
      answers: [answer.choose("I have a key"), answer.key(""), answer.choose("I do not know")],
    });
    expect(await runLine(deps, "init", "--demo")).toBe(0);
    expect(deps.stderr()).toMatch(/Kept in +a simulated keychain/);
    expect(deps.profiles.list()).toEqual([]);
    expect(await storedIn(deps)).toBeUndefined();
    expect(api.requests).toEqual([]);
  });

  it("shows the last day that is chosen, and says of no key that it was replaced", async () => {
    const deps = open({ answers: [answer.choose("I have a key"), answer.key(""), answer.choose("Never")] });
    expect(await runLine(deps, "init", "--demo")).toBe(0);
    expect(deps.stderr()).toMatch(/Expires +never/);
    expect(deps.stderr()).not.toContain("replaced");
    expect(deps.profiles.list()).toEqual([]);
  });

  it("accepts no other key", async () => {
    const deps = open({
      answers: [answer.choose("I have a key"), answer.key("placeholder".repeat(3)), answer.stop()],
    });
    await expect(runLine(deps, "init", "--demo")).rejects.toMatchObject({
      kind: "cancelled",
      message: expect.stringContaining("nothing was kept"),
      hint: "For a real key: mistral-key init",
    });
    expect(deps.stderr()).toMatch(/demo[A-Za-z0-9]{28}/);
    expect(deps.stderr()).toContain("Mistral does not accept this key");
    expect(deps.stderr()).not.toContain("--server-url");
  });
});
