import { afterEach, describe, expect, it } from "vitest";
import { MistralKeyError } from "../../src/errors.ts";
import { ApiKey } from "../../src/keys/api-key.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { settleStore } from "../../src/onboarding/settle-store.ts";
import { profileOf } from "../../src/profiles/known-key.ts";
import type { Profile } from "../../src/profiles/profile.ts";
import type { StoreKind } from "../../src/stores/secret-store.ts";
import { openTestDeps, type TestDeps } from "../support/deps.ts";
import { answer, type ScriptedAnswer } from "../support/scripted-prompts.ts";
import { StandInStore } from "./stand-in-store.ts";

const locked = new MistralKeyError("store-locked", "The keychain is locked.", {
  hint: "Unlock it in the password manager.",
});
const absent = new MistralKeyError("store-absent", "There is no keychain.", { hint: "Install one." });
const known = profileOf(
  {
    key: ApiKey.of("testKey0".repeat(4)),
    name: defaultProfile,
    store: "keychain",
    storeName: "GNOME Keyring",
    endpoint: { region: "global" },
    expiresAt: null,
  },
  new Date("2026-09-01T10:00:00Z"),
);

const opened: TestDeps[] = [];
afterEach(() => {
  for (const deps of opened.splice(0)) deps.close();
});

function setUp(
  keychainFailures: readonly (MistralKeyError | undefined)[],
  answers?: readonly ScriptedAnswer[],
  profile?: Profile,
) {
  const deps = openTestDeps(answers === undefined ? {} : { answers });
  opened.push(deps);
  const stores: Record<StoreKind, StandInStore> = {
    keychain: new StandInStore("keychain", keychainFailures),
    file: new StandInStore("file"),
    memory: new StandInStore("memory"),
  };
  const settle = (store?: StoreKind) =>
    settleStore(
      { ...deps, store: async (kind) => stores[kind] },
      { profile: defaultProfile, store },
      profile,
    );
  return { deps, stores, settle };
}

describe("settling where a key will be kept", () => {
  it("uses a usable keychain without a question", async () => {
    const { deps, stores, settle } = setUp([], []);
    expect(await settle()).toBe(stores.keychain);
    expect(stores.keychain.prepared).toEqual(["default"]);
    expect(deps.stderr()).toBe("");
  });

  it("takes the encrypted file when the person chooses it, and asks it for its passphrase now", async () => {
    const { stores, settle } = setUp([locked], [answer.choose("encrypted file")]);
    expect(await settle()).toBe(stores.file);
    expect(stores.file.prepared).toEqual(["default"]);
  });

  it("keeps the key nowhere when the person chooses that", async () => {
    const { stores, settle } = setUp([locked], [answer.choose("Nowhere")]);
    expect(await settle()).toBe(stores.memory);
  });

  it("stops with the advice when the person chooses that", async () => {
    const { settle } = setUp([locked], [answer.choose("Stop here")]);
    await expect(settle()).rejects.toMatchObject({
      kind: "store-locked",
      hint: expect.stringContaining("password manager"),
    });
  });

  it("asks nothing and falls back to no other store without a person", async () => {
    const { settle, stores } = setUp([locked]);
    await expect(settle()).rejects.toMatchObject({
      kind: "store-locked",
      message: "The keychain is locked.",
      hint: expect.stringMatching(/^Unlock it in the password manager\.\n.*--store file/),
    });
    expect(await settle("file")).toBe(stores.file);
  });

  it("never falls back to the keychain from the file that was asked for", async () => {
    const { settle, stores } = setUp([], []);
    const failure = new MistralKeyError("store-locked", "No passphrase.", { hint: "Set one." });
    stores.file.findFailure = async () => failure;
    await expect(settle("file")).rejects.toBe(failure);
  });

  it.each([
    [locked, "which I have unlocked"],
    [absent, "which I have fixed"],
  ])("checks the keychain again when the person says that it works now: %s", async (failure, said) => {
    const { settle, stores } = setUp([failure, undefined], [answer.choose(said)]);
    expect(await settle()).toBe(stores.keychain);
  });

  it("puts the file first where there is no keychain", async () => {
    const { deps, settle } = setUp([absent], [answer.choose("Stop here")]);
    await expect(settle()).rejects.toMatchObject({ kind: "store-absent" });
    expect(deps.stderr()).toContain("There is no keychain.");
  });

  it("offers no file when the keychain holds a key of this profile, which would be forgotten there", async () => {
    const { settle } = setUp([locked], [answer.choose("encrypted file")], known);
    await expect(settle()).rejects.toThrow(/encrypted file/);
    const refused = setUp([locked], undefined, known).settle();
    await expect(refused).rejects.toMatchObject({
      hint: expect.stringContaining("add -p NAME --store file"),
    });
  });
});
