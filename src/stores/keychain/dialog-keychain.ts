import type { Keychain, KeychainOptions, Peeked } from "./keychain.ts";
import { KeytarAccess } from "./keytar-access.ts";

/** Five minutes: the system's dialog may be open while the user looks for a password. */
const limitMs = 300_000;

/** The keychains of macOS and Windows, which prompt the user themselves and report problems as errors. */
export class DialogKeychain implements Keychain {
  readonly name: string;
  readonly #keytar: KeytarAccess;
  readonly #asks: boolean;

  constructor({ platform, signal }: KeychainOptions) {
    this.name = platform === "darwin" ? "macOS Keychain" : "Windows Credential Manager";
    this.#keytar = new KeytarAccess(signal);
    this.#asks = platform === "darwin";
  }

  /** Checks only that keytar loads: a lock cannot be detected without a dialog. */
  async examine(): Promise<void> {
    this.#keytar.load();
  }

  read(account: string): Promise<string | undefined> {
    return this.#keytar.read(account, limitMs);
  }

  /** On macOS a read may open a dialog, and a second one for one action looks like an attack. */
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
