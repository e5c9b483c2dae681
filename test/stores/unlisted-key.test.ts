import { expect, it } from "vitest";
import type { Deps } from "../../src/deps.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import type { Inspection, StoreKind } from "../../src/stores/secret-store.ts";
import { readStoredKey } from "../../src/stores/stored-key.ts";
import { findUnlistedKey } from "../../src/stores/unlisted-key.ts";
import { StandInStore } from "../onboarding/stand-in-store.ts";
import { storeKey } from "../rotation/stored-key.ts";
import { openTestDeps } from "../support/deps.ts";
import { testKey } from "./secret-store-contract.ts";

const current = { profile: defaultProfile, slot: "current" } as const;

function openStores() {
  const stores = { keychain: new StandInStore("keychain"), file: new StandInStore("file") };
  const store: Deps["store"] = async (kind: StoreKind) => {
    if (kind === "memory") throw new Error("Nothing is listed of what is in memory.");
    return stores[kind];
  };
  return { ...stores, deps: { store } };
}

it("is found in the keychain first, then in the encrypted file", async () => {
  const { keychain, file, deps } = openStores();
  expect(await findUnlistedKey(deps, defaultProfile)).toBeUndefined();
  await file.set(current, testKey("F"));
  expect(await findUnlistedKey(deps, defaultProfile)).toMatchObject({ store: file });
  await keychain.set(current, testKey("K"));
  const found = await findUnlistedKey(deps, defaultProfile);
  expect(found?.store).toBe(keychain);
  expect(found?.key?.reveal()).toBe(testKey("K").reveal());
});

it("is found in a file without the passphrase, and not in a keychain that would ask", async () => {
  const { keychain, file, deps } = openStores();
  const unread = async (): Promise<Inspection> => ({ state: "unread", because: "that takes its passphrase" });
  keychain.inspect = unread;
  expect(await findUnlistedKey(deps, defaultProfile)).toBeUndefined();
  file.inspect = unread;
  expect(await findUnlistedKey(deps, defaultProfile)).toMatchObject({ store: file, key: undefined });
});

it("in a file is mentioned when the key of an unknown profile is missing where it was looked for unasked", async () => {
  const { file, deps } = openStores();
  const machine = openTestDeps();
  const read = (store?: StoreKind) =>
    readStoredKey({ profile: defaultProfile, store }, { ...machine, ...deps });
  const mentioned = { kind: "no-key", hint: expect.stringContaining("verify --store file") };
  const notMentioned = { kind: "no-key", hint: expect.not.stringContaining("verify --store file") };
  await expect(read()).rejects.toMatchObject(notMentioned);
  await file.set(current, testKey("F"));
  await expect(read()).rejects.toMatchObject(mentioned);
  await expect(read("keychain")).rejects.toMatchObject(notMentioned);
  await storeKey(machine);
  await expect(read()).rejects.toMatchObject(notMentioned);
  machine.close();
});
