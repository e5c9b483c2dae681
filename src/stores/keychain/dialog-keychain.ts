import { isRemote } from "../../terminal/terminal-capabilities.ts";
import type { Keychain, KeychainOptions, Peeked } from "./keychain.ts";
import { KeychainProblem } from "./keychain-trouble.ts";
import { KeytarAccess } from "./keytar-access.ts";

/** Five minutes: the system's dialog may be open while the user looks for a password. */
const limitMs = 300_000;

/** How `security` exits when macOS would have to ask: the last byte of errSecInteractionNotAllowed, -25308. */
const mayNotAsk = 36;

/** An account that no profile can have. */
const ofNobody = ".";

/** The keychains of macOS and Windows, which prompt the user themselves and report problems as errors. */
export class DialogKeychain implements Keychain {
  readonly name: string;
  readonly #keytar: KeytarAccess;
  readonly #asks: boolean;
  readonly #options: KeychainOptions;

  constructor(options: KeychainOptions) {
    const { platform, signal } = options;
    this.#options = options;
    this.name = platform === "darwin" ? "macOS Keychain" : "Windows Credential Manager";
    this.#keytar = new KeytarAccess(signal);
    this.#asks = platform === "darwin";
  }

  /**
   * Detects a lock only on a Mac over SSH, where there are no dialogs: elsewhere one would open. Windows
   * never asks, and fails where the session has no credentials.
   */
  async examine(): Promise<void> {
    this.#keytar.load();
    if (!this.#asks) await this.read(ofNobody);
    if (!this.#asks || !isRemote(this.#options.env)) return;
    const { runProgram } = await import("../../running/start-program.ts");
    const options = { ...this.#options, timeLimitMs: 2000 };
    const end = await runProgram("security", ["show-keychain-info"], options);
    if (end.kind === "exited" && end.code === mayNotAsk) throw new KeychainProblem("locked");
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
