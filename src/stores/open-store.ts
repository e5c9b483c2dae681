import type { Output } from "../terminal/output/output.ts";
import type { Prompts } from "../terminal/prompts/prompts.ts";
import type { SecretStore, StoreKind } from "./secret-store.ts";

/** What the real stores need to know and may touch. */
export interface StoreSurroundings {
  /** The folder of the program. */
  readonly folder: string;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Whether and how a person can be asked to unlock something; absent where nobody may be asked. */
  readonly person?: {
    readonly interactive: boolean;
    readonly output: Output;
    prompts(): Promise<Prompts>;
  };
}

/** Opens a store. Loads only that one, and touches nothing until it is used. */
export async function openStore(kind: StoreKind, surroundings: StoreSurroundings): Promise<SecretStore> {
  switch (kind) {
    case "keychain": {
      const { KeychainStore } = await import("./keychain/keychain-store.ts");
      const { platform, env, signal, person } = surroundings;
      return new KeychainStore({ platform, env, signal, interactive: person?.interactive ?? false });
    }
    case "file": {
      const { openEncryptedFile } = await import("./encrypted-file/open-encrypted-file.ts");
      return openEncryptedFile(surroundings);
    }
    case "memory": {
      const { MemoryStore } = await import("./memory.ts");
      return new MemoryStore();
    }
  }
}
