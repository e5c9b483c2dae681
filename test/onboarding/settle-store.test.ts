import { afterEach, describe, expect, it } from "vitest";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { settleStore } from "../../src/onboarding/settle-store.ts";
import type { StoreAvailability, StoreKind } from "../../src/stores/secret-store.ts";
import { openTestDeps, type TestDeps } from "../support/deps.ts";
import { answer, type ScriptedAnswer } from "../support/scripted-prompts.ts";
import { StandInStore } from "./stand-in-store.ts";

const locked: StoreAvailability = {
  state: "locked",
  reason: "The keychain is locked.",
  advice: ["Unlock it in the password manager."],
};

const opened: TestDeps[] = [];
afterEach(() => {
  for (const deps of opened.splice(0)) deps.close();
});

function setUp(keychainStates: readonly StoreAvailability[], answers?: readonly ScriptedAnswer[]) {
  const deps = openTestDeps(answers === undefined ? {} : { answers });
  opened.push(deps);
  const stores: Record<StoreKind, StandInStore> = {
    keychain: new StandInStore("keychain", keychainStates),
    file: new StandInStore("file"),
    memory: new StandInStore("memory"),
  };
  const settle = (store?: StoreKind) =>
    settleStore(
      { ...deps, store: async (kind) => stores[kind] },
      { profile: defaultProfile, store },
      undefined,
    );
  return { deps, stores, settle };
}

describe("settling where a key will be kept", () => {
  it("uses a usable keychain without a question", async () => {
    const { deps, stores, settle } = setUp([{ state: "available" }], []);
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
    await expect(settle()).rejects.toMatchObject({ kind: "store-locked" });
    expect(await settle("file")).toBe(stores.file);
  });
});
