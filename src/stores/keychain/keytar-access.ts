import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { TimedOut } from "../../within-limit.ts";
import { KeychainProblem, troubleOf } from "./keychain-trouble.ts";
import { waitForCall } from "./native-calls.ts";

/** The service that every key is stored under; the account names the profile. */
export const keychainService = "mistral-key";

/**
 * The keytar functions in use. Not `findCredentials`: on Linux it crashes with SIGSEGV when an item is
 * locked or has no account.
 */
type Method = "getPassword" | "setPassword" | "deletePassword";

/** keytar's functions: each takes service and account, `setPassword` also a password. */
type Keytar = Readonly<Record<Method, (...args: readonly string[]) => Promise<unknown>>>;

/** Five minutes: the system's dialog may be open while the user looks for a password. */
const dialogMs = 300_000;

/** Calls keytar, with time limits in milliseconds. Failures are thrown as `KeychainProblem`. */
export class KeytarAccess {
  readonly #signal: AbortSignal | undefined;
  #keytar: Keytar | undefined;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /** Loads keytar, once; takes a few milliseconds. */
  load(): Keytar {
    this.#keytar ??= loadKeytar();
    return this.#keytar;
  }

  /** Also returns `undefined` when the keychain is locked. */
  async read(account: string, limitMs = dialogMs): Promise<string | undefined> {
    const result = await this.#call("getPassword", [account], limitMs);
    return typeof result === "string" ? result : undefined;
  }

  async write(account: string, password: string, limitMs = dialogMs): Promise<void> {
    await this.#call("setPassword", [account, password], limitMs);
  }

  /** Also returns `false` when the keychain is locked. */
  async erase(account: string, limitMs = dialogMs): Promise<boolean> {
    return (await this.#call("deletePassword", [account], limitMs)) === true;
  }

  async #call(method: Method, args: readonly string[], limitMs: number): Promise<unknown> {
    const keytar = this.load();
    const signal = this.#signal;
    try {
      return await waitForCall({ limitMs, signal }, () => keytar[method](keychainService, ...args));
    } catch (error) {
      if (signal?.aborted) throw error;
      const trouble = error instanceof TimedOut ? "unresponsive" : troubleOf(error);
      const isOpen = trouble === "unresponsive" && method === "setPassword";
      throw new KeychainProblem(isOpen ? "write-unanswered" : trouble, error);
    }
  }
}

function loadKeytar(): Keytar {
  const require = createRequire(import.meta.url);
  try {
    // Not `import`: Node would first scan the CommonJS source for names, which takes 2 ms.
    return require("keytar");
  } catch (error) {
    return loadBinary(require, error);
  }
}

/**
 * keytar hides why its binary fails to load. It never tries the musl (Alpine) build that it ships, and
 * its install script does not select it either.
 */
function loadBinary(require: NodeJS.Require, failure: unknown): Keytar {
  let cause = failure;
  const systems = process.platform === "linux" ? ["linux", "linuxmusl"] : [process.platform];
  for (const system of systems) {
    try {
      const folder = dirname(require.resolve("keytar/package.json"));
      return require(join(folder, "prebuilds", `${system}-${process.arch}`, "keytar.node"));
    } catch (error) {
      const text = String(error);
      if (/libsecret-1/.test(text)) throw new KeychainProblem("libsecret-missing", error);
      if (!/Cannot find module/.test(text)) cause = error;
    }
  }
  throw new KeychainProblem("library-unusable", cause);
}
