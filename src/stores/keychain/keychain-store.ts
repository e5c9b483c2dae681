import { expected, type MistralKeyError } from "../../errors.ts";
import { ApiKey } from "../../keys/api-key.ts";
import { accountOf, type Inspection, type SecretAddress, type SecretStore } from "../secret-store.ts";
import { DialogKeychain } from "./dialog-keychain.ts";
import type { Keychain, KeychainOptions } from "./keychain.ts";
import { KeychainProblem } from "./keychain-trouble.ts";
import { SecretServiceKeychain } from "./secret-service/secret-service-keychain.ts";

/** Keeps keys in the OS keychain, through keytar. `get` reads each key once per run. */
export class KeychainStore implements SecretStore {
  readonly kind = "keychain";
  readonly #options: KeychainOptions;
  readonly #keychain: Keychain;
  readonly #keys = new Map<string, ApiKey>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: KeychainOptions) {
    this.#options = options;
    const asksItself = options.platform === "darwin" || options.platform === "win32";
    this.#keychain = asksItself ? new DialogKeychain(options) : new SecretServiceKeychain(options);
  }

  describe(): string {
    return this.#keychain.name;
  }

  async findFailure(): Promise<MistralKeyError | undefined> {
    try {
      await this.#keychain.examine();
      return undefined;
    } catch (error) {
      if (error instanceof KeychainProblem) return this.#explain(error);
      throw error;
    }
  }

  get(address: SecretAddress): Promise<ApiKey | undefined> {
    const account = accountOf(address);
    return this.#inTurn(address, async () => {
      const known = this.#keys.get(account);
      if (known !== undefined) return known;
      const password = await this.#keychain.read(account);
      if (password === undefined) return undefined;
      const key = keyFrom(password);
      this.#keys.set(account, key);
      return key;
    });
  }

  async inspect(address: SecretAddress): Promise<Inspection> {
    try {
      return await this.#inTurn(address, async () => {
        const peeked = await this.#keychain.peek(accountOf(address));
        if (peeked.state === "found") return { state: "found", key: keyFrom(peeked.password) };
        if (peeked.state === "missing") return { state: "missing", place: this.#keychain.name };
        return peeked;
      });
    } catch (error) {
      return { state: "unusable", failure: expected(error) };
    }
  }

  set(address: SecretAddress, key: ApiKey): Promise<void> {
    const account = accountOf(address);
    return this.#inTurn(address, async () => {
      const password = key.reveal();
      this.#keys.delete(account);
      await this.#keychain.write(account, password);
      if ((await this.#readBack(account)) !== password) throw new KeychainProblem("write-unanswered");
      this.#keys.set(account, key);
    });
  }

  delete(address: SecretAddress): Promise<boolean> {
    const account = accountOf(address);
    return this.#inTurn(address, async () => {
      this.#keys.delete(account);
      return this.#keychain.erase(account);
    });
  }

  /** A failed read does not mean that the key is not there. */
  async #readBack(account: string): Promise<string | undefined> {
    try {
      return await this.#keychain.read(account);
    } catch (error) {
      throw error instanceof KeychainProblem ? new KeychainProblem("write-unanswered", error) : error;
    }
  }

  /** Runs one operation at a time, so that concurrent ones cannot make the cache stale. */
  #inTurn<Value>(address: SecretAddress, work: () => Promise<Value>): Promise<Value> {
    const turn = this.#last.then(async () => {
      try {
        return await work();
      } catch (error) {
        throw error instanceof KeychainProblem ? await this.#explain(error, address) : error;
      }
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Loads the words lazily: most runs have nothing to explain. */
  async #explain(problem: KeychainProblem, address?: SecretAddress): Promise<MistralKeyError> {
    const { explainProblem, thisMachine } = await import("./keychain-advice.ts");
    const { platform, env } = this.#options;
    return explainProblem(problem, this.describe(), thisMachine(platform, env), address);
  }
}

/** A key stored by hand may include the newline of `echo`. */
function keyFrom(password: string): ApiKey {
  const value = password.trim();
  if (!ApiKey.accepts(value)) throw new KeychainProblem("unreadable");
  return ApiKey.of(value);
}
