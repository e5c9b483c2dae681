import { expect, it } from "vitest";
import { MemoryStore } from "../../src/stores/memory.ts";
import { addressOf, describeSecretStore, testKey } from "./secret-store-contract.ts";

describeSecretStore("a store in memory", () => {
  // It has no other place than itself, so that another run is the same store.
  const store = new MemoryStore();
  return { open: () => store };
});

it("forgets with the store", async () => {
  await new MemoryStore().set(addressOf("default"), testKey("A"));
  expect(await new MemoryStore().get(addressOf("default"))).toBeUndefined();
});
