import { MistralKeyError } from "../../errors.ts";
import { commandFor } from "../../hints.ts";
import { ApiKey } from "../../keys/api-key.ts";
import {
  accountOf,
  type Inspection,
  type SecretAddress,
  type SecretStore,
  type StoreAvailability,
} from "../secret-store.ts";
import { DialogKeychain } from "./dialog-keychain.ts";
import type { Keychain, KeychainOptions } from "./keychain.ts";
import type { KeychainAdvice } from "./keychain-advice.ts";
import { KeychainProblem, type KeychainTrouble } from "./keychain-trouble.ts";
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

  async availability(): Promise<StoreAvailability> {
    try {
      await this.#keychain.examine();
      return { state: "available" };
    } catch (error) {
      if (!(error instanceof KeychainProblem)) throw error;
      return { state: states[error.trouble], ...(await this.#putIntoWords(error)) };
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
        const because = peeked.reason === "locked" ? "is locked" : "might ask you first";
        return { state: "unread", because: `${this.#keychain.name} ${because}` };
      });
    } catch (error) {
      if (error instanceof MistralKeyError) return { state: "unusable", failure: error };
      throw error;
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
        throw error instanceof KeychainProblem ? await this.#failureOf(error, address) : error;
      }
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #failureOf(problem: KeychainProblem, { profile }: SecretAddress): Promise<MistralKeyError> {
    const { reason, advice } = await this.#putIntoWords(problem);
    const { trouble, cause } = problem;
    if (trouble === "unreadable") {
      // Not secret-tool: it would print the keys of every profile.
      const hint = `Remove it: ${commandFor(profile, "remove")}\nThen store a key again: ${commandFor(profile, "init")}`;
      return new MistralKeyError("store-damaged", reason, { cause, hint });
    }
    return new MistralKeyError(`store-${states[trouble]}`, reason, { cause, hint: advice.join("\n") });
  }

  /** Loaded lazily: most runs have nothing to explain. */
  async #putIntoWords({ trouble }: KeychainProblem): Promise<KeychainAdvice> {
    const { adviseOn, thisMachine } = await import("./keychain-advice.ts");
    const { platform, env } = this.#options;
    return adviseOn(trouble, this.describe(), thisMachine(platform, env));
  }
}

const states = {
  "library-unusable": "absent",
  "libsecret-missing": "absent",
  "bus-missing": "absent",
  "node-too-old": "absent",
  "service-missing": "absent",
  "collection-missing": "absent",
  "collection-volatile": "absent",
  locked: "locked",
  denied: "denied",
  unreadable: "denied",
  unresponsive: "unresponsive",
  "write-unanswered": "unresponsive",
} as const satisfies Record<KeychainTrouble, StoreAvailability["state"]>;

/** A key stored by hand may include the newline of `echo`. */
function keyFrom(password: string): ApiKey {
  const value = password.trim();
  if (!ApiKey.accepts(value)) throw new KeychainProblem("unreadable");
  return ApiKey.of(value);
}
