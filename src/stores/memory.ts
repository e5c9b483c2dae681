import type { ApiKey } from "../keys/api-key.ts";
import {
  accountOf,
  type Inspection,
  type SecretAddress,
  type SecretStore,
  type StoreAvailability,
  type StoreKind,
} from "./secret-store.ts";

/** A store that forgets everything when the program ends; for demonstrations and tests. */
export class MemoryStore implements SecretStore {
  readonly kind: StoreKind;
  readonly #name: string;
  readonly #keys = new Map<string, ApiKey>();

  /** Stands for another kind of store where one is given, with the name that people read. */
  constructor(kind: StoreKind = "memory", name = "memory, for this run only") {
    this.kind = kind;
    this.#name = name;
  }

  describe(): string {
    return this.#name;
  }

  async availability(): Promise<StoreAvailability> {
    return { state: "available" };
  }

  async get(address: SecretAddress): Promise<ApiKey | undefined> {
    return this.#keys.get(accountOf(address));
  }

  async inspect(address: SecretAddress): Promise<Inspection> {
    const key = this.#keys.get(accountOf(address));
    return key === undefined ? { state: "missing", place: "memory" } : { state: "found", key };
  }

  async set(address: SecretAddress, key: ApiKey): Promise<void> {
    this.#keys.set(accountOf(address), key);
  }

  async delete(address: SecretAddress): Promise<boolean> {
    return this.#keys.delete(accountOf(address));
  }
}
