import type { Keychain, KeychainOptions, Peeked } from "./keychain.ts";
import { KeytarAccess } from "./keytar-access.ts";

/** Five minutes: the system's own dialog may be open, and the person may be looking for a password. */
const limitMs = 300_000;

/** The keychains of macOS and Windows, which ask the person themselves and tell by errors what is wrong. */
export class DialogKeychain implements Keychain {
  readonly name: string;
  readonly #keytar: KeytarAccess;
  readonly #asks: boolean;

  constructor({ platform, signal }: KeychainOptions) {
    this.name = platform === "darwin" ? "macOS Keychain" : "Windows Credential Manager";
    this.#keytar = new KeytarAccess(signal);
    this.#asks = platform === "darwin";
  }

  /** Whether it is locked cannot be asked without a dialog, so only what is missing is found. */
  async examine(): Promise<void> {
    this.#keytar.load();
  }

  read(account: string): Promise<string | undefined> {
    return this.#keytar.read(account, limitMs);
  }

  /** On macOS reading may bring up a dialog, and one more for the same act looks like an attack. */
  async peek(account: string): Promise<Peeked> {
    if (this.#asks) return { state: "unread", reason: "asks" };
    const password = await this.read(account);
    return password === undefined ? { state: "missing" } : { state: "found", password };
  }

  write(account: string, password: string): Promise<void> {
    return this.#keytar.write(account, password, limitMs);
  }

  erase(account: string): Promise<boolean> {
    return this.#keytar.erase(account, limitMs);
  }
}
