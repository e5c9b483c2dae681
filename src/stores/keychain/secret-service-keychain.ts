import { isUtf8 } from "node:buffer";
import type { Keychain, KeychainOptions, Peeked } from "./keychain.ts";
import { KeychainProblem, type KeychainTrouble } from "./keychain-trouble.ts";
import { type CallManner, KeytarAccess, keychainService } from "./keytar-access.ts";
import { adoptItems } from "./secret-service/libsecret-items.ts";
import {
  askSecretService,
  type SecretServiceAnswer,
  type SecretServiceQuestion,
} from "./secret-service/secret-service.ts";
import { pause } from "./secret-service/secret-service-calls.ts";
import { TimeLimit } from "./time-limit.ts";

/** Milliseconds. The first three keep a store within the 2.5 s in which it says what is wrong, with Node's start. */
const limits = {
  question: 1800,
  /** After a question that was not answered: a run asks several. */
  nextQuestion: 500,
  answer: 2200,
  /** The least that a call gets when the question took long. */
  leastAnswer: 400,
  /** The least that another try gets after one that took long. */
  leastRetry: 100,
  patientAnswer: 30_000,
  /** To give up a write leaves open whether it was done, so that is for the worst only. */
  write: 10_000,
  /** A prompt of the desktop is open, and the person may be looking for a password. */
  prompt: 300_000,
} as const;

/** How often something is tried that the service should do; see {@link askSecretService} on GNOME Keyring. */
const attempts = 3;

const troubleOfAbsence = {
  bus: "bus-missing",
  node: "node-too-old",
  service: "service-missing",
} as const;

interface Manner extends Pick<SecretServiceQuestion, "wanted"> {
  readonly limitMs?: number | undefined;
  /** Milliseconds left when the secret is about to be read; for {@link SecretServiceQuestion.wanted} `secret`. */
  readonly readLimit?: () => number;
}

type Answered = Extract<SecretServiceAnswer, { readonly state: "answered" }>;

/**
 * A Secret Service (GNOME Keyring, KDE Wallet, KeePassXC). keytar takes a locked keychain for an
 * empty one and waits without limit for one that does not answer, so the service is asked over the
 * session bus first; what is unlocked is read there as well, which takes half as long as keytar.
 * keytar writes and erases, reads where the service does not do our encryption, and brings up the
 * desktop's prompt to unlock.
 */
export class SecretServiceKeychain implements Keychain {
  readonly #options: KeychainOptions;
  readonly #keytar: KeytarAccess;
  #name: string;
  #questionLimit: number = limits.question;
  /** A dialog that was closed once does not come again: one after the other looks like an attack. */
  #mayPrompt: boolean;

  constructor(options: KeychainOptions, name: string) {
    this.#options = options;
    this.#name = name;
    this.#mayPrompt = options.interactive;
    this.#keytar = new KeytarAccess(options);
  }

  get name(): string {
    return this.#name;
  }

  async examine(): Promise<KeychainProblem | undefined> {
    try {
      const { collection } = await this.#ask();
      if (collection === "none") return new KeychainProblem("collection-missing");
      return collection === "locked" ? new KeychainProblem("locked") : undefined;
    } catch (error) {
      if (error instanceof KeychainProblem) return error;
      throw error;
    }
  }

  async read(account: string): Promise<string | undefined> {
    const timeLeft = this.#countDown();
    const readLimit = () => Math.max(timeLeft(), limits.leastAnswer);
    const lastLimit = () => Math.max(timeLeft(), limits.leastRetry);
    for (let attempt = 1; attempt <= attempts && timeLeft() > 0; attempt++) {
      const answer = await this.#askUnlocked(account, { wanted: "secret", limitMs: timeLeft(), readLimit });
      if (!holdsItem(answer)) return undefined;
      // Wrongly decrypted, it is no text either; what keytar makes of it decides.
      if (answer.secret !== undefined && isUtf8(answer.secret)) return answer.secret.toString();
      const password = await insist(() => this.#keytar.read(account, { limitMs: lastLimit() }));
      if (password !== undefined) return intact(password);
      // There is an item: keytar does not see it, or it has just gone or been locked.
      await this.#adopt(account, "missing", lastLimit());
    }
    throw new KeychainProblem("unreadable");
  }

  async peek(account: string): Promise<Peeked> {
    const answer = await this.#ask(account);
    if (isLocked(answer) || answer.collection === "none") return { known: false };
    try {
      return { known: true, password: await this.read(account) };
    } catch (error) {
      // An entry that cannot be read must not keep a good key from taking its place.
      if (error instanceof KeychainProblem && error.trouble === "unreadable") return { known: false };
      throw error;
    }
  }

  async write(account: string, password: string): Promise<void> {
    const { collection, items } = await this.#ask(account);
    if (collection === "none") throw new KeychainProblem("collection-missing");
    if (collection === "locked") {
      if (!this.#options.interactive) throw new KeychainProblem("locked");
      await this.#keytar.write(account, password, { limitMs: limits.prompt, inChild: true });
      return;
    }
    // Else keytar would put a second item beside one that it does not see.
    if (items.unlocked > 0) await this.#adopt(account, "missing");
    await insist(() => this.#keytar.write(account, password, this.#mannerOfWriting()));
  }

  async erase(account: string): Promise<boolean> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      // Asked again after each attempt: what keytar says of it is not the whole truth.
      if (!holdsItem(await this.#askUnlocked(account, { wanted: "item" }))) return attempt > 1;
      await this.#adopt(account, "all");
      await insist(() => this.#keytar.erase(account, this.#mannerOfWriting()));
    }
    throw new KeychainProblem("denied", new Error("An item is still there after it was erased."));
  }

  /** KeePassXC, whatever its settings, asks the person before it replaces an entry. */
  #mannerOfWriting(): CallManner {
    const asks = this.#options.interactive && this.#name === "KeePassXC";
    return asks ? { limitMs: limits.prompt, inChild: true } : { limitMs: limits.write };
  }

  /** Milliseconds until the answer is due. With a person there, a keychain that has answered may take its time. */
  #countDown(): () => number {
    if (this.#options.interactive) return () => limits.patientAnswer;
    // Monotonic, as performance.now() is, which takes Node a millisecond to load.
    const end = process.uptime() * 1000 + limits.answer;
    return () => end - process.uptime() * 1000;
  }

  /** Asks; when what is wanted is locked and a person is there, lets keytar bring up the prompt and asks again. */
  async #askUnlocked(account: string, manner: Manner): Promise<Answered> {
    const answer = await this.#ask(account, manner);
    if (!isLocked(answer)) return answer;
    if (!this.#mayPrompt) throw new KeychainProblem(this.#options.interactive ? "still-locked" : "locked");
    // What it reads is read again: only asking tells "nothing there" from "still locked".
    const password = await this.#keytar.read(account, { limitMs: limits.prompt, inChild: true });
    const unlocked = await this.#ask(account, { wanted: manner.wanted });
    if (!isLocked(unlocked)) return unlocked;
    // KeePassXC lets one connection in at a time, by default, and that was keytar's.
    if (password !== undefined && manner.wanted === "secret") {
      return { ...unlocked, items: { unlocked: 1, locked: 0 }, secret: Buffer.from(intact(password)) };
    }
    this.#mayPrompt = false;
    throw new KeychainProblem("still-locked");
  }

  /** Asks the service, and loads keytar while it thinks, unless the service's own answer is enough. */
  async #ask(
    account?: string,
    { limitMs = limits.question, wanted, readLimit }: Manner = {},
  ): Promise<Answered> {
    const { env, signal } = this.#options;
    const limit = new TimeLimit(Math.min(limitMs, this.#questionLimit));
    const answer = await askSecretService({
      env,
      item: account === undefined ? undefined : itemOf(account),
      wanted,
      signal: signal === undefined ? limit.signal : AbortSignal.any([limit.signal, signal]),
      onAsked: () => {
        if (wanted !== "secret") void this.#keytar.load().catch(() => {});
      },
      onFound: () => limit.restart(readLimit?.() ?? limits.patientAnswer),
    });
    limit.stop();
    signal?.throwIfAborted();
    // Without keytar nothing else helps, so what is wrong with it is said first.
    if (wanted !== "secret" || answer.state !== "answered") await this.#keytar.load();
    const silent = answer.state === "unresponsive" && !this.#options.interactive;
    this.#questionLimit = silent ? limits.nextQuestion : limits.question;
    if (answer.state !== "absent") this.#name = answer.provider ?? this.#name;
    switch (answer.state) {
      case "answered":
        return answer;
      case "absent":
        throw new KeychainProblem(troubleOfAbsence[answer.missing], answer.cause);
      case "denied":
      case "unresponsive":
        throw new KeychainProblem(answer.state, answer.cause);
    }
  }

  /** Only makes things better, so that it may fail; what was to be done then says what is wrong. */
  async #adopt(
    account: string,
    which: "missing" | "all",
    limitMs: number = limits.question,
  ): Promise<boolean> {
    const signal = AbortSignal.timeout(Math.ceil(Math.min(limitMs, limits.question)));
    try {
      return await adoptItems({ env: this.#options.env, signal, item: itemOf(account), which });
    } catch {
      return false;
    }
  }
}

/** Tries again what failed with an error right after the service said that it is ready. */
async function insist<Value>(call: () => Promise<Value>): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const passing = error instanceof KeychainProblem && passingTroubles.has(error.trouble);
      if (!passing || attempt === attempts) throw error;
      await pause();
    }
  }
}

const passingTroubles: ReadonlySet<KeychainTrouble> = new Set([
  "denied",
  "service-missing",
  "collection-missing",
]);

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

/** Whether there is an item to read or erase. */
function holdsItem({ collection, items }: Answered): boolean {
  if (items.unlocked > 0) return true;
  if (collection === "none") throw new KeychainProblem("collection-missing");
  return false;
}
