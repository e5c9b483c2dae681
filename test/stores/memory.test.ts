import { MemoryStore } from "../../src/stores/memory.ts";
import { describeSecretStore } from "./secret-store-contract.ts";

describeSecretStore("a store in memory", () => {
  // It has no other place than itself, so that another run is the same store.
  const store = new MemoryStore();
  return { open: () => store };
});
