import { isRemote } from "../../terminal/terminal-capabilities.ts";
import type { Keychain, KeychainOptions, Peeked } from "./keychain.ts";
import { KeychainProblem } from "./keychain-trouble.ts";
import { KeytarAccess } from "./keytar-access.ts";

/** How `security` exits when macOS would have to ask: the last byte of errSecInteractionNotAllowed, -25308. */
const mayNotAsk = 36;

/** An account that no profile can have. */
const ofNobody = ".";

/** The keychains of macOS and Windows, which prompt the user themselves and report problems as errors. */
export class DialogKeychain extends KeytarAccess implements Keychain {
  readonly name: string;
  readonly #asks: boolean;
  readonly #options: KeychainOptions;

  constructor(options: KeychainOptions) {
    super(options.signal);
    this.#options = options;
    this.#asks = options.platform === "darwin";
    this.name = this.#asks ? "macOS Keychain" : "Windows Credential Manager";
  }

  /**
   * Detects a lock only on a Mac over SSH, where there are no dialogs: elsewhere one would open. Windows
   * never asks, and fails where the session has no credentials.
   */
  async examine(): Promise<void> {
    this.load();
    if (!this.#asks) await this.read(ofNobody);
    if (!this.#asks || !isRemote(this.#options.env)) return;
    const { runProgram } = await import("../../running/start-program.ts");
    const options = { ...this.#options, timeLimitMs: 2000 };
    const end = await runProgram("security", ["show-keychain-info"], options);
    if (end.kind === "exited" && end.code === mayNotAsk) throw new KeychainProblem("locked");
  }

  /** On macOS a read may open a dialog, and a second one for one action looks like an attack. */
  async peek(account: string): Promise<Peeked> {
    if (this.#asks) return { state: "unread", because: `${this.name} might ask you first` };
    const password = await this.read(account);
    return password === undefined ? { state: "missing" } : { state: "found", password };
  }
}
