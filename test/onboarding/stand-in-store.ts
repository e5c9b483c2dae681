import type { ApiKey } from "../../src/keys/api-key.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import type {
  Inspection,
  SecretAddress,
  SecretStore,
  StoreAvailability,
  StoreKind,
} from "../../src/stores/secret-store.ts";

/** A store in memory that stands in for another kind, and reports the state that a test needs. */
export class StandInStore implements SecretStore {
  readonly kind: StoreKind;
  readonly prepared: string[] = [];
  readonly #keys = new MemoryStore();
  readonly #states: StoreAvailability[];
  /** Thrown by the next change, once. */
  failure: Error | undefined;

  /** @param states - what {@link availability} says, in turn; the last one from then on */
  constructor(kind: StoreKind, states: readonly StoreAvailability[] = []) {
    this.kind = kind;
    this.#states = [...states];
  }

  describe(): string {
    return this.kind;
  }

  async availability(): Promise<StoreAvailability> {
    const [state = { state: "available" } as const] = this.#states;
    if (this.#states.length > 1) this.#states.shift();
    return state;
  }

  async prepare(profile: string): Promise<void> {
    this.prepared.push(profile);
  }

  get(address: SecretAddress): Promise<ApiKey | undefined> {
    return this.#keys.get(address);
  }

  inspect(address: SecretAddress): Promise<Inspection> {
    return this.#keys.inspect(address);
  }

  async set(address: SecretAddress, key: ApiKey): Promise<void> {
    this.#fail();
    await this.#keys.set(address, key);
  }

  async delete(address: SecretAddress): Promise<boolean> {
    this.#fail();
    return this.#keys.delete(address);
  }

  #fail(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
  }
}
