import type { Keychain, KeychainOptions, Peeked } from "../keychain.ts";
import { KeychainProblem } from "../keychain-trouble.ts";
import { KeytarAccess, keychainService } from "../keytar-access.ts";
import {
  askSecretService,
  type ItemsToShow,
  pause,
  type SecretServiceAnswer,
  showToKeytar,
} from "./secret-service.ts";

/** Milliseconds. The first three keep a store within the 2.5 s in which it says what is wrong, with Node's start. */
const limits = {
  question: 1800,
  /** From the first question to the last read. */
  answer: 2200,
  /** The least that a read gets when the question took long. */
  leastRead: 400,
  /** For one read with a person there, whom the service may ask whether it may give the key out. */
  patientRead: 30_000,
  /** To give up a write leaves open whether it was done, so that is for the worst only. */
  write: 10_000,
  /** A prompt of the desktop may be open, and the person may be looking for a password. */
  prompt: 300_000,
} as const;

/** How often something is tried that the service should do. */
const attempts = 3;

type Answered = Extract<SecretServiceAnswer, { readonly state: "answered" }>;

/**
 * A Secret Service (GNOME Keyring, KDE Wallet, KeePassXC). keytar takes a locked keychain for an
 * empty one and waits 50 s for one that does not answer, so the service is asked for its
 * state over the session bus first. keytar moves the secrets: it reads, writes and erases, and
 * brings up the desktop's prompt to unlock.
 */
export class SecretServiceKeychain implements Keychain {
  readonly #options: KeychainOptions;
  readonly #keytar: KeytarAccess;
  #name = "the keychain";
  /** A dialog that was closed once does not come again: one after the other looks like an attack. */
  #mayPrompt: boolean;

  constructor(options: KeychainOptions) {
    this.#options = options;
    this.#mayPrompt = options.interactive;
    this.#keytar = new KeytarAccess(options.signal);
  }

  get name(): string {
    return this.#name;
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
    if (isLocked(answer)) return { state: "unread", reason: "locked" };
    // Others may ask before they give a key out.
    const asks = this.#name !== "GNOME Keyring";
    if (answer.items.unlocked > 0 && asks) return { state: "unread", reason: "asks" };
    const password = await this.#readWithin(account, countDown());
    return password === undefined ? { state: "missing" } : { state: "found", password };
  }

  async write(account: string, password: string): Promise<void> {
    const { collection, items } = await this.#ask({ account });
    const mayUnlock = collection === "locked" && this.#options.interactive;
    if (collection !== "unlocked" && !mayUnlock) throw new KeychainProblem(collection);
    // Else keytar would put a second item beside one that it does not see.
    if (items.unlocked > 0) await this.#show({ account, which: "one" });
    await retryPassing(() => this.#keytar.write(account, password, this.#changeLimit));
  }

  async erase(account: string): Promise<boolean> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      // Asked again after each attempt: what keytar says of it is not the whole truth.
      const { items } = await this.#askUnlocked(account);
      if (items.unlocked === 0) return attempt > 1;
      await this.#show({ account, which: "all" });
      await retryPassing(() => this.#keytar.erase(account, this.#changeLimit));
    }
    throw new KeychainProblem("denied", new Error("An item is still there after it was erased."));
  }

  /** Some ask the person before they change anything, unlocked or not. */
  get #changeLimit(): number {
    return this.#options.interactive ? limits.prompt : limits.write;
  }

  /** @param timeLeft - milliseconds until the answer is due */
  async #readWithin(account: string, timeLeft: () => number): Promise<string | undefined> {
    for (let attempt = 1; attempt <= attempts && timeLeft() > 0; attempt++) {
      const { items, password: entered } = await this.#askUnlocked(account);
      if (entered !== undefined) return intact(entered);
      if (items.unlocked === 0) return undefined;
      const limitMs = Math.max(timeLeft(), limits.leastRead);
      const password = await retryPassing(() => this.#keytar.read(account, limitMs));
      if (password !== undefined) return intact(password);
      // There is an item: keytar does not see it, or it has just gone or been locked.
      await this.#show({ account, which: "one" });
    }
    throw new KeychainProblem("unreadable");
  }

  /**
   * Asks about an item; when it is locked and a person is there, lets keytar bring up the prompt,
   * and gives the password that keytar then read.
   */
  async #askUnlocked(account: string): Promise<Answered & { readonly password?: string | undefined }> {
    const answer = await this.#ask({ account, itemOnly: true });
    if (!isLocked(answer)) {
      // That nothing is there is an answer only where something could be.
      if (answer.items.unlocked === 0 && answer.collection === "collection-missing") {
        throw new KeychainProblem("collection-missing");
      }
      return answer;
    }
    if (!this.#mayPrompt) throw new KeychainProblem("locked");
    const password = await this.#keytar.read(account, limits.prompt);
    // Only asking tells "nothing there" from "still locked". But KeePassXC lets one connection in at
    // a time, by default, and that was keytar's.
    const unlocked = await this.#ask({ account, itemOnly: true });
    if (password !== undefined || !isLocked(unlocked)) return { ...unlocked, password };
    this.#mayPrompt = false;
    throw new KeychainProblem("locked");
  }

  /** Asks the service, and loads keytar while it thinks. */
  async #ask(about: { readonly account?: string; readonly itemOnly?: boolean }): Promise<Answered> {
    const { env, signal } = this.#options;
    const { account, itemOnly = false } = about;
    const answer = await askSecretService({
      env,
      item: account === undefined ? undefined : itemOf(account),
      itemOnly,
      limitMs: limits.question,
      signal,
      onAsked: () => {
        try {
          this.#keytar.load();
        } catch {
          // It is said below.
        }
      },
    });
    // Without keytar nothing else helps, so what is wrong with it is said first.
    this.#keytar.load();
    this.#name = answer.provider ?? this.#name;
    if (answer.state === "failed") throw answer.problem;
    return answer;
  }

  /** Only makes things better, so that it may fail; what was to be done then says what is wrong. */
  async #show({ account, which }: Pick<ItemsToShow, "which"> & { readonly account: string }): Promise<void> {
    const { env, signal } = this.#options;
    const items = { env, limitMs: limits.leastRead, signal, item: itemOf(account), which };
    await showToKeytar(items).catch(() => {});
  }
}

/** Milliseconds until a run without a person has to have its answer. */
function countDown(): () => number {
  // Monotonic, as performance.now() is, which takes Node a millisecond to load.
  const end = process.uptime() * 1000 + limits.answer;
  return () => end - process.uptime() * 1000;
}

/** Tries again what failed with an error right after the service said that it is ready. */
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

/** keytar puts this character in place of what is no text. */
function intact(password: string): string {
  if (password.includes("\ufffd")) throw new KeychainProblem("unreadable");
  return password;
}

function itemOf(account: string): Readonly<Record<string, string>> {
  return { service: keychainService, account };
}

/** Whether an item that is wanted may be behind a lock: it is, or the place where it would be is. */
function isLocked({ collection, items }: Answered): boolean {
  return items.unlocked === 0 && (items.locked > 0 || collection === "locked");
}
