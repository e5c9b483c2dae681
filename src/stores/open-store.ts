import { MemoryStore } from "./memory.ts";
import type { SecretStore, StoreKind } from "./secret-store.ts";
import type { StoreContext } from "./store-context.ts";

/** Opens a store. Loads only that one, and does no I/O until it is used. */
export async function openStore(kind: StoreKind, context: StoreContext): Promise<SecretStore> {
  switch (kind) {
    case "keychain": {
      const { KeychainStore } = await import("./keychain/keychain-store.ts");
      const { platform, env, signal, person } = context;
      return new KeychainStore({ platform, env, signal, interactive: person?.interactive ?? false });
    }
    case "file": {
      const { EncryptedFileStore } = await import("./encrypted-file/encrypted-file.ts");
      return new EncryptedFileStore(context);
    }
    case "memory":
      return new MemoryStore();
  }
}
