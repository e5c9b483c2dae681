import { KeychainProblem, troubleOf } from "./keychain-trouble.ts";
import { type KeytarCall, KeytarUnusable, type LoadedKeytar, loadKeytar } from "./keytar-library.ts";
import { CallTimedOut, hasHungCall, waitForCall } from "./native-calls.ts";

/** The service that every key is stored under; the account names the profile. */
export const keychainService = "mistral-key";

/** How a call is made. */
export interface CallOptions {
  readonly limitMs: number;
  /** In a process of its own, because the call may block until a person has answered a prompt. */
  readonly inChild?: boolean;
}

/** What {@link KeytarAccess} depends on. */
export interface KeytarAccessOptions {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

const troubleOfLoading = {
  libsecret: "libsecret-missing",
  missing: "library-missing",
  incompatible: "library-incompatible",
} as const;

/** keytar's calls, each with a time limit. What goes wrong is thrown as `KeychainProblem`. */
export class KeytarAccess {
  readonly #options: KeytarAccessOptions;
  #loading: Promise<LoadedKeytar> | undefined;

  constructor(options: KeytarAccessOptions) {
    this.#options = options;
  }

  /** Loads keytar, once. */
  load(): Promise<LoadedKeytar> {
    this.#loading ??= loadKeytar().catch((error: unknown) => {
      throw error instanceof KeytarUnusable
        ? new KeychainProblem(troubleOfLoading[error.reason], error)
        : error;
    });
    return this.#loading;
  }

  /** `undefined` is what keytar also gives when the keychain is locked. */
  async read(account: string, options: CallOptions): Promise<string | undefined> {
    const result = await this.#call({ method: "getPassword", args: [keychainService, account] }, options);
    return typeof result === "string" ? result : undefined;
  }

  async write(account: string, password: string, options: CallOptions): Promise<void> {
    await this.#call({ method: "setPassword", args: [keychainService, account, password] }, options);
  }

  /** `false` is what keytar also gives when the keychain is locked. */
  async erase(account: string, options: CallOptions): Promise<boolean> {
    return (
      (await this.#call({ method: "deletePassword", args: [keychainService, account] }, options)) === true
    );
  }

  async #call(call: KeytarCall, { limitMs, inChild = false }: CallOptions): Promise<unknown> {
    const { platform, env, signal } = this.#options;
    const loaded = await this.load();
    try {
      // A call that hangs holds what the next one needs, so that one would hang as well.
      if (inChild || hasHungCall()) {
        const { callKeytarInChild } = await import("./keytar-child.ts");
        return await callKeytarInChild({ call, keytarPath: loaded.path, platform, env, limitMs, signal });
      }
      return await waitForCall(() => loaded.keytar[call.method](...call.args), { limitMs, signal });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw this.#problemOf(error, call);
    }
  }

  #problemOf(error: unknown, call: KeytarCall): KeychainProblem {
    if (error instanceof KeychainProblem) return error;
    const trouble = error instanceof CallTimedOut ? "unresponsive" : troubleOf(this.#options.platform, error);
    if (trouble !== "unresponsive" || call.method !== "setPassword")
      return new KeychainProblem(trouble, error);
    return new KeychainProblem("write-unanswered", error);
  }
}
