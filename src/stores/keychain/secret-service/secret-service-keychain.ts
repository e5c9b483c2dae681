import type { Keychain, KeychainOptions, Peeked } from "../keychain.ts";
import { KeychainProblem } from "../keychain-trouble.ts";
import { KeytarAccess, keychainService } from "../keytar-access.ts";
import { askSecretService, pause, type ServiceState, showToKeytar } from "./secret-service.ts";

/** Milliseconds. The first three and Node's start-up fit the 2.5 s that a store has to report a problem. */
const limits = {
  question: 1800,
  /** From the first question to the last read. */
  answer: 2200,
  /** Minimum for a read after a slow query. */
  leastRead: 400,
  /** For one read in interactive use: the service may ask the user whether to release the key. */
  patientRead: 30_000,
  /** Giving up leaves it unknown whether the write happened, so this is a last resort. */
  write: 10_000,
  /** A desktop prompt may be open while the user looks for a password. */
  prompt: 300_000,
} as const;

const attempts = 3;

/**
 * A Secret Service (GNOME Keyring, KDE Wallet, KeePassXC). keytar mistakes a locked keychain for an
 * empty one and waits 50 s for one that does not answer, so the service's state is queried over the
 * session bus first. keytar handles the secrets: reads, writes, deletes, and brings up the desktop's
 * unlock prompt.
 */
export class SecretServiceKeychain implements Keychain {
  readonly #options: KeychainOptions;
  readonly #keytar: KeytarAccess;
  name = "the keychain";
  /** Once dismissed, a dialog does not return: repeated dialogs look like an attack. */
  #mayPrompt: boolean;

  constructor(options: KeychainOptions) {
    this.#options = options;
    this.#mayPrompt = options.interactive;
    this.#keytar = new KeytarAccess(options.signal);
  }

  async examine(): Promise<void> {
    const { collection } = await this.#ask({});
    if (collection !== "unlocked") throw new KeychainProblem(collection);
  }

  read(account: string): Promise<string | undefined> {
    return this.#readWithin(account, this.#options.interactive ? () => limits.patientRead : countDown());
  }

  async peek(account: string): Promise<Peeked> {
    const answer = await this.#ask({ account, itemOnly: true });
    if (isLocked(answer)) return { state: "unread", because: `${this.name} is locked` };
    // Others may prompt before releasing a key.
    if (answer.items.unlocked > 0 && this.name !== "GNOME Keyring") {
      return { state: "unread", because: `${this.name} might ask you first` };
    }
    const password = await this.#readWithin(account, countDown());
    return password === undefined ? { state: "missing" } : { state: "found", password };
  }

  async write(account: string, password: string): Promise<void> {
    const { collection, items } = await this.#ask({ account });
    const mayUnlock = collection === "locked" && this.#options.interactive;
    if (collection !== "unlocked" && !mayUnlock) throw new KeychainProblem(collection);
    // Otherwise keytar would duplicate an item that it cannot see.
    if (items.unlocked > 0) await this.#show(account);
    await retryPassing(() => this.#keytar.write(account, password, this.#changeLimit));
  }

  async erase(account: string): Promise<boolean> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      // Query again after each attempt: keytar's own result is unreliable.
      const { items, password } = await this.#askUnlocked(account);
      if (items.unlocked === 0 && password === undefined) return attempt > 1;
      await this.#show(account);
      await retryPassing(() => this.#keytar.erase(account, this.#changeLimit));
    }
    throw new KeychainProblem("denied", new Error("An item is still there after it was erased."));
  }

  /** Some services prompt before any change, unlocked or not. */
  get #changeLimit(): number {
    return this.#options.interactive ? limits.prompt : limits.write;
  }

  /** @param timeLeft - milliseconds until the answer is due */
  async #readWithin(account: string, timeLeft: () => number): Promise<string | undefined> {
    for (let attempt = 1; attempt <= attempts && timeLeft() > 0; attempt++) {
      const { items, password: entered } = await this.#askUnlocked(account);
      if (entered !== undefined) return entered;
      if (items.unlocked === 0) return undefined;
      const limitMs = Math.max(timeLeft(), limits.leastRead);
      const password = await retryPassing(() => this.#keytar.read(account, limitMs));
      if (password !== undefined) return password;
      // The item exists: keytar does not see it, or it was just removed or locked.
      await this.#show(account);
    }
    throw new KeychainProblem(timeLeft() > 0 ? "unreadable" : "unresponsive");
  }

  /**
   * Queries an item; if it is locked and a prompt is allowed, lets keytar show it, and returns the
   * password that keytar then read.
   */
  async #askUnlocked(account: string): Promise<ServiceState & { readonly password?: string | undefined }> {
    const answer = await this.#ask({ account, itemOnly: true });
    if (!isLocked(answer)) {
      // Without a collection, finding nothing proves nothing.
      if (answer.items.unlocked === 0 && answer.collection === "collection-missing") {
        throw new KeychainProblem("collection-missing");
      }
      return answer;
    }
    if (!this.#mayPrompt) throw new KeychainProblem("locked");
    const password = await this.#keytar.read(account, limits.prompt);
    // Only a query tells "nothing there" from "still locked". But KeePassXC by default asks for
    // each connection, and lets in keytar's only.
    const unlocked = await this.#ask({ account, itemOnly: true });
    if (password !== undefined || !isLocked(unlocked)) return { ...unlocked, password };
    this.#mayPrompt = false;
    throw new KeychainProblem("locked");
  }

  async #ask(about: { readonly account?: string; readonly itemOnly?: boolean }): Promise<ServiceState> {
    const { env, signal } = this.#options;
    const { account, itemOnly = false } = about;
    const answer = askSecretService({
      env,
      item: account === undefined ? undefined : itemOf(account),
      itemOnly,
      limitMs: limits.question,
      signal,
      onAsked: () => {
        try {
          this.#keytar.load();
        } catch {
          // Reported below.
        }
      },
      onProvider: (name) => {
        this.name = name;
      },
    });
    await answer.catch(() => {});
    signal?.throwIfAborted();
    // Nothing works without keytar, so its problem is reported first.
    this.#keytar.load();
    return await answer;
  }

  /** Best effort: if it fails, the operation that follows reports the problem. */
  async #show(account: string): Promise<void> {
    const { env, signal } = this.#options;
    await showToKeytar(itemOf(account), { env, limitMs: limits.leastRead, signal }).catch(() => {});
  }
}

function countDown(): () => number {
  // Monotonic like performance.now(), which takes a millisecond to load.
  const end = process.uptime() * 1000 + limits.answer;
  return () => end - process.uptime() * 1000;
}

/** Retries a call that failed right after the service reported itself ready. */
async function retryPassing<Value>(call: () => Promise<Value>): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const trouble = error instanceof KeychainProblem ? error.trouble : undefined;
      const passing = trouble === "denied" || trouble === "collection-missing";
      if (!passing || attempt === attempts) throw error;
      await pause();
    }
  }
}

function itemOf(account: string): Readonly<Record<string, string>> {
  return { service: keychainService, account };
}

/** Whether a wanted item may be locked: it is, or the default collection is. */
function isLocked({ collection, items }: ServiceState): boolean {
  return items.unlocked === 0 && (items.locked > 0 || collection === "locked");
}
