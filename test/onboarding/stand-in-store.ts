import type { MistralKeyError } from "../../src/errors.ts";
import type { ApiKey } from "../../src/keys/api-key.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import type { Inspection, SecretAddress, SecretStore, StoreKind } from "../../src/stores/secret-store.ts";

/** A store in memory that stands in for another kind, and is unusable as a test needs. */
export class StandInStore implements SecretStore {
  readonly kind: StoreKind;
  readonly prepared: string[] = [];
  readonly #keys = new MemoryStore();
  readonly #failures: (MistralKeyError | undefined)[];
  /** Thrown by the next change, once. */
  failure: Error | undefined;

  /** @param failures - what {@link findFailure} says, in turn; the last one from then on */
  constructor(kind: StoreKind, failures: readonly (MistralKeyError | undefined)[] = []) {
    this.kind = kind;
    this.#failures = [...failures];
  }

  describe(): string {
    return this.kind;
  }

  async findFailure(): Promise<MistralKeyError | undefined> {
    const [failure] = this.#failures;
    if (this.#failures.length > 1) this.#failures.shift();
    return failure;
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
