import type { ApiKey } from "../keys/api-key.ts";
import {
  accountOf,
  type Inspection,
  type SecretAddress,
  type SecretStore,
  type StoreKind,
} from "./secret-store.ts";

/** A store that lasts for one run: for keys used once, demonstrations and tests. */
export class MemoryStore implements SecretStore {
  readonly kind: StoreKind;
  readonly #name: string;
  readonly #keys = new Map<string, ApiKey>();

  /** Poses as another kind of store if one is given, under a display name. */
  constructor(kind: StoreKind = "memory", name = "memory, for this run only") {
    this.kind = kind;
    this.#name = name;
  }

  describe(): string {
    return this.#name;
  }

  async findFailure(): Promise<undefined> {}

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
