import { chmodSync, lstatSync } from "node:fs";
import { MistralKeyError } from "../../errors.ts";
import { PrivateFolder } from "../../files/private-folder.ts";
import { shellWord } from "../../hints.ts";
import { ApiKey } from "../../keys/api-key.ts";
import type { ProfileName } from "../../keys/profile-name.ts";
import {
  everySlot,
  type Inspection,
  type SecretAddress,
  type SecretStore,
  type StoreAvailability,
} from "../secret-store.ts";
import { damagedFile, notKept, wrongPassphrase } from "./encrypted-file-failures.ts";
import type { Opened } from "./encrypted-file-format.ts";
import type { PassphraseSource } from "./passphrase.ts";
import type { Passphrase, ScryptWork } from "./scrypt-passphrase.ts";

/** What the encrypted file needs from outside. */
export interface EncryptedFileContext {
  /** The folder of the files, `keys` in the program's folder. */
  readonly folder: string;
  readonly passphrases: PassphraseSource;
  readonly work: ScryptWork;
  /** Runs work while nothing that is typed shows; for a person who enters a passphrase again too early. */
  readonly quietly?: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Tells the person something worth knowing. */
  readonly notice: (text: string) => void;
  /** Base-2 logarithm of scrypt's work factor for files that are written; {@link usualLogN} where absent. */
  readonly logN?: number;
}

/**
 * The work factor for new files. Measured on two cores of a server, Node 20, 22 and 24, best of
 * three: 2^16 takes 0.17 s and 64 MiB, 2^17 0.37 s and 128 MiB, 2^18 (what `age` writes) 0.8 s and
 * 256 MiB. `get` and `run` pay it every time, and a small container may not have 256 MiB to spare,
 * so this is the lowest factor that OWASP's Password Storage Cheat Sheet recommends (N=2^17, r=8, p=1).
 */
const usualLogN = 17;

/** How often a person may try. */
const attempts = 3;

/** The file of an address: `work.age`, `work+next.age`. No profile name has a `+` in it. */
function fileNameOf({ profile, slot }: SecretAddress): string {
  return slot === "current" ? `${profile}.age` : `${profile}+${slot}.age`;
}

/**
 * Keys in files that a passphrase encrypts, in the age format (https://age-encryption.org/v1): the
 * `age` program opens them, and this store opens what `age --passphrase` made. Asks for the
 * passphrase once a run, and derives at most one key a file.
 */
export class EncryptedFileStore implements SecretStore {
  readonly kind = "file";
  readonly #context: EncryptedFileContext;
  readonly #folder: PrivateFolder;
  /** Passphrases that opened a file or were made in this run, the latest first. */
  #known: readonly Passphrase[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(context: EncryptedFileContext) {
    this.#context = context;
    this.#folder = new PrivateFolder(context.folder);
  }

  describe(): string {
    return "an encrypted file";
  }

  async availability(): Promise<StoreAvailability> {
    try {
      this.#folder.names();
      return await this.#context.passphrases.availability();
    } catch (error) {
      const reason =
        error instanceof Error ? error.message : "The folder of the encrypted file cannot be used.";
      const hint = error instanceof MistralKeyError ? error.hint : undefined;
      return { state: "denied", reason, advice: hint?.split("\n") ?? [] };
    }
  }

  /** Asks now for the passphrase that {@link set} would need, and tries whether the folder can be written. */
  prepare(profile: ProfileName): Promise<void> {
    return this.#inTurn(async () => {
      const probe = ".probe";
      this.#folder.write(probe, "");
      this.#folder.remove(probe);
      await this.#passphraseFor({ profile, slot: "current" });
    });
  }

  get(address: SecretAddress): Promise<ApiKey | undefined> {
    return this.#inTurn(async () => (await this.#open(address))?.key);
  }

  async inspect(address: SecretAddress): Promise<Inspection> {
    try {
      return await this.#inTurn(async () => {
        const file = fileNameOf(address);
        const content = this.#folder.readBytes(file);
        if (content === undefined) return { state: "missing", place: this.#pathOf(address) };
        await this.#refuseDamaged(address, content);
        const given = await this.#context.passphrases.given();
        const candidates = given === undefined ? this.#known : [...this.#known, given];
        if (candidates.length === 0) return { state: "unread", because: "that takes its passphrase" };
        const work = { ...this.#context.work, begin: () => () => {} };
        return { state: "found", key: (await this.#unlock(address, content, candidates, work)).key };
      });
    } catch (error) {
      if (error instanceof MistralKeyError) return { state: "unusable", failure: error };
      throw error;
    }
  }

  set(address: SecretAddress, key: ApiKey): Promise<void> {
    return this.#inTurn(async () => {
      const passphrase = await this.#passphraseFor(address);
      const { seal } = await loadFormat();
      const { work, logN = usualLogN } = this.#context;
      const content = await seal(`${key.reveal()}\n`, passphrase, logN, work);
      const file = fileNameOf(address);
      const before = this.#folder.readBytes(file);
      this.#folder.write(file, content);
      try {
        const written = await this.#open(address);
        if (written?.key.equals(key) !== true) throw notKept(this.#pathOf(address));
      } catch (error) {
        if (before === undefined) this.#folder.remove(file);
        else this.#folder.write(file, before);
        throw error;
      }
    });
  }

  delete(address: SecretAddress): Promise<boolean> {
    return this.#inTurn(async () => {
      const file = fileNameOf(address);
      // What would not be read is not erased either: a link may lead to somebody else's file.
      if (this.#folder.readBytes(file) === undefined) return false;
      return this.#folder.remove(file);
    });
  }

  #pathOf(address: SecretAddress): string {
    return this.#folder.pathOf(fileNameOf(address));
  }

  /** One act at a time, so that two that start together ask for the passphrase once. */
  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(act);
    this.#last = result.catch(() => {});
    return result;
  }

  /**
   * The passphrase to write a file with: the one that opens what this profile has already, so that
   * a profile never has two, and no file is replaced that could not be opened.
   */
  async #passphraseFor(address: SecretAddress): Promise<Passphrase> {
    const { profile } = address;
    for (const slot of [address.slot, ...everySlot.filter((other) => other !== address.slot)]) {
      const opened = await this.#open({ profile, slot });
      if (opened !== undefined) return opened.passphrase;
    }
    const passphrase = this.#known[0] ?? (await this.#context.passphrases.toMake());
    this.#remember(passphrase);
    return passphrase;
  }

  async #open(address: SecretAddress): Promise<{ key: ApiKey; passphrase: Passphrase } | undefined> {
    const file = fileNameOf(address);
    const content = this.#folder.readBytes(file);
    if (content === undefined) return undefined;
    this.#mend(file);
    await this.#refuseDamaged(address, content);
    const { work, quietly = (opening) => opening() } = this.#context;
    return await quietly(() => this.#unlock(address, content, this.#candidates(address), work));
  }

  async #refuseDamaged(address: SecretAddress, content: Buffer): Promise<void> {
    const { inspectSealed } = await loadFormat();
    const inspected = await inspectSealed(content);
    if (inspected.outcome === "damaged")
      throw damagedFile(this.#pathOf(address), address.profile, inspected.reason);
  }

  async #unlock(
    address: SecretAddress,
    content: Buffer,
    candidates: AsyncIterable<Passphrase> | Iterable<Passphrase>,
    work: ScryptWork,
  ): Promise<{ key: ApiKey; passphrase: Passphrase }> {
    const { openSealed } = await loadFormat();
    for await (const passphrase of candidates) {
      const opened: Opened = await openSealed(content, passphrase, work);
      if (opened.outcome === "damaged")
        throw damagedFile(this.#pathOf(address), address.profile, opened.reason);
      if (opened.outcome === "opened") {
        this.#remember(passphrase);
        const key = keyOf(opened.plaintext);
        if (key === undefined)
          throw damagedFile(this.#pathOf(address), address.profile, "what it holds is not a key");
        return { key, passphrase };
      }
    }
    throw wrongPassphrase(this.#pathOf(address), this.#context.passphrases.origin);
  }

  async *#candidates({ profile }: SecretAddress): AsyncGenerator<Passphrase> {
    yield* this.#known;
    const { passphrases } = this.#context;
    const tries = passphrases.origin === "person" ? attempts : 1;
    for (let attempt = 1; attempt <= tries; attempt += 1) {
      yield await passphrases.toOpen(`the encrypted key of profile ${profile}`, attempt);
    }
  }

  #remember(passphrase: Passphrase): void {
    this.#known = [passphrase, ...this.#known.filter((known) => !known.equals(passphrase))];
  }

  /** Takes rights away that others have; the files are encrypted, so this is tidying, and failing at it no reason to stop. */
  #mend(file: string): void {
    if (process.platform === "win32") return;
    const rights = [
      [this.#folder.path, 0o700],
      [this.#folder.pathOf(file), 0o600],
    ] as const;
    for (const [path, mode] of rights) {
      if (!isOpenToOthers(path)) continue;
      try {
        chmodSync(path, mode);
        this.#context.notice(`${path} could be opened by others on this machine; it is yours alone again.`);
      } catch {
        this.#context.notice(
          `${path} can be opened by others on this machine. Run: chmod go= ${shellWord(path)}`,
        );
      }
    }
  }
}

/** The key that a decrypted file holds, or `undefined` when that is no key. */
function keyOf(plaintext: Uint8Array): ApiKey | undefined {
  const text = Buffer.from(plaintext)
    .toString("utf8")
    .replace(/\r?\n$/, "");
  return ApiKey.accepts(text) ? ApiKey.of(text) : undefined;
}

async function loadFormat() {
  return import("./encrypted-file-format.ts");
}

/** `false` too where that cannot be told: what reads or writes the file then says why. */
function isOpenToOthers(path: string): boolean {
  try {
    return (lstatSync(path).mode & 0o077) !== 0;
  } catch {
    return false;
  }
}
