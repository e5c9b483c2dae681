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
import type { Keychain, KeychainOptions, Peeked } from "./keychain.ts";
import type { KeychainAdvice } from "./keychain-advice.ts";
import { KeychainProblem, type KeychainTrouble } from "./keychain-trouble.ts";
import { SecretServiceKeychain } from "./secret-service/secret-service-keychain.ts";

/** Keys in the keychain of the operating system, through keytar. Each is read once a run. */
export class KeychainStore implements SecretStore {
  readonly kind = "keychain";
  readonly #options: KeychainOptions;
  readonly #keychain: Keychain;
  readonly #keys = new Map<string, ApiKey>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: KeychainOptions) {
    this.#options = options;
    this.#keychain = openKeychain(options);
  }

  describe(): string {
    return this.#keychain.name;
  }

  async availability(): Promise<StoreAvailability> {
    const problem = await this.#keychain.examine();
    if (problem === undefined) return { state: "available" };
    return { state: stateOf(problem.trouble), ...(await this.#putIntoWords(problem)) };
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

  set(address: SecretAddress, key: ApiKey): Promise<void> {
    const account = accountOf(address);
    return this.#inTurn(address, async () => {
      const password = key.reveal();
      if (!ApiKey.accepts(password)) throw unstorable();
      const before = await this.#whatIsThere(account);
      this.#keys.delete(account);
      await this.#keychain.write(account, password);
      if ((await readBack(this.#keychain, account)) !== password) {
        const cause = await putBack(this.#keychain, account, before);
        throw new KeychainProblem("not-kept", cause);
      }
      this.#keys.set(account, key);
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

  delete(address: SecretAddress): Promise<boolean> {
    const account = accountOf(address);
    return this.#inTurn(address, async () => {
      this.#keys.delete(account);
      return this.#keychain.erase(account);
    });
  }

  /** What to put back if a write is not kept; `undefined` when that is not known. */
  async #whatIsThere(account: string): Promise<Peeked | undefined> {
    const remembered = this.#keys.get(account);
    if (remembered !== undefined) return { state: "found", password: remembered.reveal() };
    try {
      return await this.#keychain.peek(account);
    } catch (error) {
      // An entry that cannot be read must not keep a good key from taking its place.
      if (error instanceof KeychainProblem && error.trouble === "unreadable") return undefined;
      throw error;
    }
  }

  /** One at a time, so that what is remembered is what is stored, whatever is asked for at once. */
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
      // Not secret-tool, which would print what it holds of every profile.
      const hint = `Take it out: ${commandFor(profile, "remove")}\nThen store a key anew: ${commandFor(profile, "init")}`;
      return new MistralKeyError("store-damaged", reason, { cause, hint });
    }
    return new MistralKeyError(`store-${stateOf(trouble)}`, reason, {
      cause,
      ...(advice.length === 0 ? {} : { hint: advice.join("\n") }),
    });
  }

  /** Loaded only now: most runs have nothing to explain. */
  async #putIntoWords({ trouble }: KeychainProblem): Promise<KeychainAdvice> {
    const [{ adviseOn }, { gatherSystemFacts, realFactSources }] = await Promise.all([
      import("./keychain-advice.ts"),
      import("./system-facts.ts"),
    ]);
    const { platform, env } = this.#options;
    return adviseOn(trouble, this.describe(), gatherSystemFacts(realFactSources(platform, env)));
  }
}

function openKeychain(options: KeychainOptions): Keychain {
  const name = nameOnPlatform(options.platform);
  return options.platform === "darwin" || options.platform === "win32"
    ? new DialogKeychain(options, name)
    : new SecretServiceKeychain(options, name);
}

function nameOnPlatform(platform: NodeJS.Platform): string {
  if (platform === "darwin") return "macOS Keychain";
  return platform === "win32" ? "Windows Credential Manager" : "the keychain";
}

type UnusableState = Exclude<StoreAvailability["state"], "available">;

function stateOf(trouble: KeychainTrouble): UnusableState {
  switch (trouble) {
    case "library-missing":
    case "library-incompatible":
    case "libsecret-missing":
    case "bus-missing":
    case "node-too-old":
    case "service-missing":
    case "collection-missing":
    case "collection-volatile":
      return "absent";
    case "locked":
    case "still-locked":
      return "locked";
    case "refused-by-person":
    case "denied":
    case "unreadable":
    case "not-kept":
      return "denied";
    case "unresponsive":
    case "write-unanswered":
    case "crashed":
      return "unresponsive";
  }
}

/** Whoever stored a key by hand may have stored the newline of `echo` with it. */
function keyFrom(password: string): ApiKey {
  const value = password.trim();
  if (!ApiKey.accepts(value)) throw new KeychainProblem("unreadable");
  return ApiKey.of(value);
}

/** A NUL, say, would cut it short in the keychain. */
function unstorable(): MistralKeyError {
  return new MistralKeyError("usage", "This key has characters that no key can have.", {
    hint: "Copy the key again from the Mistral console; it has letters and digits only.",
  });
}

/** That it cannot be read does not mean that it is not there. */
async function readBack(keychain: Keychain, account: string): Promise<string | undefined> {
  try {
    return await keychain.read(account);
  } catch (error) {
    if (!(error instanceof KeychainProblem) || error.trouble === "unreadable") throw error;
    throw new KeychainProblem("write-unanswered", error);
  }
}

/** What was there before is still there after a failure, as far as that can be done. Answers why it could not. */
async function putBack(keychain: Keychain, account: string, before: Peeked | undefined): Promise<unknown> {
  try {
    if (before?.state === "missing") await keychain.erase(account);
    if (before?.state === "found") await keychain.write(account, before.password);
    return undefined;
  } catch (error) {
    return error;
  }
}
