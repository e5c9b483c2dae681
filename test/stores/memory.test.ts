import { MemoryStore } from "../../src/stores/memory.ts";
import { describeSecretStore } from "./secret-store-contract.ts";

describeSecretStore("a store in memory", () => {
  // It exists only in memory, so another run has to use the same store.
  const store = new MemoryStore();
  return { open: () => store };
});
