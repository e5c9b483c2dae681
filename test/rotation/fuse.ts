import { MistralKeyError } from "../../src/errors.ts";
import type { AdminApi } from "../../src/issuers/admin-api.ts";
import type { ApiKey } from "../../src/keys/api-key.ts";
import type { CheckOptions, KeyCheck, MistralApi } from "../../src/mistral/mistral-api.ts";
import type { ProfileRegistry } from "../../src/profiles/profile-folder.ts";
import type { RotationJournal } from "../../src/rotation/journal-folder.ts";
import type { SecretStore } from "../../src/stores/secret-store.ts";

/** The process is dead: nothing that it still tries has an effect. */
export class Killed extends Error {
  override readonly name = "Killed";
}

/** What happens at the operation the fuse is set to. */
export type Blow =
  /** The process is killed before the operation has any effect. */
  | "killed-before"
  /** The process is killed as soon as the operation has had its effect. */
  | "killed-after"
  /** The operation is refused, once, and has no effect; the program continues. */
  | "refused";

/** Counts every operation on store, journal, profiles and issuer, and blows at one of them. */
export class Fuse {
  readonly #at: number;
  readonly #blow: Blow;
  #count = 0;
  #dead = false;

  /** @param at - the operation to blow at, from 1; `Infinity` never blows */
  constructor(at: number, blow: Blow) {
    this.#at = at;
    this.#blow = blow;
  }

  /** Whether the operation it was set to has been reached. */
  get blown(): boolean {
    return this.#count >= this.#at;
  }

  /** Wraps every method of a port. */
  wrap<Port extends SecretStore | RotationJournal | ProfileRegistry | AdminApi>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        if (name === "describe") return member.bind(target);
        return (...args: unknown[]) => this.#pass(() => Reflect.apply(member, target, args));
      },
    });
  }

  #pass(act: () => unknown): unknown {
    if (this.#dead) throw new Killed();
    this.#count += 1;
    if (this.#count !== this.#at) return act();
    if (this.#blow === "refused")
      throw new MistralKeyError("store-locked", "The store was locked meanwhile.");
    this.#dead = true;
    if (this.#blow === "killed-before") throw new Killed();
    const result = act();
    const die = () => {
      throw new Killed();
    };
    return result instanceof Promise ? result.then(die) : die();
  }
}

/** Accepts some keys and refuses the others; the loopback API would make thousands of runs slow. */
export class KeyList implements MistralApi {
  readonly #alive: Set<string>;

  constructor(...alive: readonly ApiKey[]) {
    this.#alive = new Set(alive.map((key) => key.reveal()));
  }

  revoke(key: ApiKey): void {
    this.#alive.delete(key.reveal());
  }

  accepts(key: ApiKey | undefined): boolean {
    return key !== undefined && this.#alive.has(key.reveal());
  }

  async checkKey(key: ApiKey, { history }: CheckOptions): Promise<KeyCheck> {
    const ok = this.accepts(key);
    return {
      ...(ok
        ? ({ diagnosis: "valid", tried: "completion" } as const)
        : ({ diagnosis: "invalid-key", codestral: "not-known" } as const)),
      context: {
        history,
        mask: key.mask,
        usualShape: true,
        endpoint: { region: "global" },
        model: undefined,
        accepted: false,
        timeoutMs: 1000,
      },
      authentication: { ok, models: ok ? 3 : 0, latencyMs: 1 },
      completion: null,
      identity: null,
      rateLimits: null,
    };
  }

  listModels(): never {
    throw new Error("A rotation lists no models.");
  }

  streamChat(): never {
    throw new Error("A rotation asks no model.");
  }
}
