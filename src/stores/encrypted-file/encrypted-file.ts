import { join } from "node:path";
import { expected, MistralKeyError } from "../../errors.ts";
import { PrivateFolder } from "../../files/private-folder.ts";
import { ApiKey } from "../../keys/api-key.ts";
import type { ProfileName } from "../../keys/profile-name.ts";
import {
  everySlot,
  fileNameOf,
  type Inspection,
  type SecretAddress,
  type SecretStore,
} from "../secret-store.ts";
import type { StoreContext } from "../store-context.ts";
import { PassphraseSource } from "./passphrase.ts";
import { Passphrase, type ScryptWork } from "./scrypt-passphrase.ts";

const attempts = 3;

interface OpenedKey {
  readonly key: ApiKey;
  readonly passphrase: Passphrase;
}

/**
 * Keeps keys in passphrase-encrypted age files (https://age-encryption.org/v1): `age` opens them, and
 * this store opens what `age --passphrase` writes. Asks for the passphrase once per run, and derives at
 * most one key per file and passphrase.
 */
export class EncryptedFileStore implements SecretStore {
  readonly kind = "file";
  readonly #passphrases: PassphraseSource;
  readonly #person: StoreContext["person"];
  readonly #work: ScryptWork;
  readonly #logN: number | undefined;
  readonly #folder: PrivateFolder;
  /** Passphrases that opened a file or were created in this run, latest first. */
  #known: readonly Passphrase[] = [];
  /** The passphrase that was created in this run. */
  #made: Passphrase | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Does no I/O until it is used.
   *
   * @param logN - base-2 logarithm of scrypt's work factor for new files, if not the usual one
   */
  constructor({ folder, env, signal, person }: Omit<StoreContext, "platform">, logN?: number) {
    this.#folder = new PrivateFolder(join(folder, "keys"));
    this.#passphrases = new PassphraseSource(env, person);
    this.#person = person;
    this.#logN = logN;
    this.#work = {
      signal,
      begin: () => {
        const progress = person?.output.progress("Working out the encryption key from the passphrase");
        return () => progress?.clear();
      },
    };
  }

  describe(): string {
    return "an encrypted file";
  }

  async findFailure(): Promise<MistralKeyError | undefined> {
    try {
      this.#folder.names();
      this.#passphrases.require();
      return undefined;
    } catch (error) {
      return expected(error);
    }
  }

  /** Asks now for the passphrase that {@link set} will need, and checks that the folder is writable. */
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
        const content = this.#folder.readBytes(fileNameOf(address));
        if (content === undefined) return { state: "missing", place: this.#pathOf(address) };
        const given = this.#passphrases.given();
        const candidates = given === undefined ? this.#known : [given];
        const work = { ...this.#work, begin: () => () => {} };
        const opened = await this.#unlock(address, content, candidates, work);
        if (opened !== undefined) return { state: "found", key: opened.key };
        if (candidates.length === 0) return { state: "unread", because: "that takes its passphrase" };
        throw this.#wrongPassphrase(address);
      });
    } catch (error) {
      return { state: "unusable", failure: expected(error) };
    }
  }

  set(address: SecretAddress, key: ApiKey): Promise<void> {
    return this.#inTurn(async () => {
      const passphrase = await this.#passphraseFor(address);
      // At a hidden question the user may have pasted the key before it was asked for.
      const isNew = this.#passphrases.asksPerson && passphrase === this.#made;
      if (isNew && passphrase.equals(new Passphrase(key.reveal()))) {
        this.#known = this.#known.filter((known) => known !== passphrase);
        const message = "That passphrase is the key itself, so only the key would open its file.";
        throw new MistralKeyError("store-locked", message, { hint: "Choose another one, and keep it." });
      }
      const { seal } = await import("./encrypted-file-format.ts");
      const content = await seal(`${key.reveal()}\n`, passphrase, this.#work, this.#logN);
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
      // Never delete what reading refuses: a link may lead to another user's file.
      if (this.#folder.readBytes(file) === undefined) return false;
      return this.#folder.remove(file);
    });
  }

  #pathOf(address: SecretAddress): string {
    return this.#folder.pathOf(fileNameOf(address));
  }

  /** Runs one operation at a time, so that concurrent ones prompt only once. */
  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(act);
    this.#last = result.catch(() => {});
    return result;
  }

  /**
   * The passphrase to write a file with: the one that opens the profile's existing files, so that a
   * profile never has two and no file that cannot be opened is replaced.
   */
  async #passphraseFor(address: SecretAddress): Promise<Passphrase> {
    const { profile } = address;
    for (const slot of [address.slot, ...everySlot.filter((other) => other !== address.slot)]) {
      const opened = await this.#open({ profile, slot });
      if (opened !== undefined) return opened.passphrase;
    }
    const [known] = this.#known;
    if (known !== undefined) return known;
    this.#made = await this.#passphrases.toMake();
    this.#remember(this.#made);
    return this.#made;
  }

  async #open(address: SecretAddress): Promise<OpenedKey | undefined> {
    const content = this.#folder.readBytes(fileNameOf(address));
    if (content === undefined) return undefined;
    const open = () => this.#unlock(address, content, this.#candidates(address), this.#work);
    // The user may enter a passphrase again too early; it must not be shown.
    const person = this.#passphrases.asksPerson ? await this.#person?.prompts() : undefined;
    const opened = await (person === undefined ? open() : person.quietly(open));
    if (opened === undefined) throw this.#wrongPassphrase(address);
    return opened;
  }

  async #unlock(
    address: SecretAddress,
    content: Buffer,
    candidates: AsyncIterable<Passphrase> | Iterable<Passphrase>,
    work: ScryptWork,
  ): Promise<OpenedKey | undefined> {
    const { openSealed, DamagedFile } = await import("./encrypted-file-format.ts");
    try {
      const opened = await openSealed(content, candidates, work);
      if (opened === undefined) return undefined;
      const { plaintext, passphrase } = opened;
      const text = Buffer.from(plaintext)
        .toString()
        .replace(/\r?\n$/, "");
      if (!ApiKey.accepts(text)) throw new DamagedFile("what it holds is not a key");
      this.#remember(passphrase);
      return { key: ApiKey.of(text), passphrase };
    } catch (error) {
      if (!(error instanceof DamagedFile)) throw error;
      throw damaged(this.#pathOf(address), error.message);
    }
  }

  async *#candidates({ profile }: SecretAddress): AsyncGenerator<Passphrase> {
    yield* this.#known;
    // One that is given is the same each time, which takes no time to try again.
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      yield await this.#passphrases.toOpen(`the encrypted key of profile ${profile}`, attempt);
    }
  }

  #remember(passphrase: Passphrase): void {
    this.#known = [passphrase, ...this.#known.filter((known) => !known.equals(passphrase))];
  }

  #wrongPassphrase(address: SecretAddress): MistralKeyError {
    const given = this.#passphrases.asksPerson
      ? "That passphrase"
      : "The passphrase that MISTRAL_KEY_PASSPHRASE or MISTRAL_KEY_PASSPHRASE_FILE gives";
    const message = `${given} does not open ${this.#pathOf(address)}.`;
    return new MistralKeyError("wrong-passphrase", message, {
      hint: "Give the passphrase that it was made with, for example in MISTRAL_KEY_PASSPHRASE.\nIf you are sure that it is right, the file has been changed since: restore it from a backup.",
    });
  }
}

function damaged(path: string, reason: string): MistralKeyError {
  return new MistralKeyError("store-damaged", `${path} cannot be used, because ${reason}.`, {
    // Not `remove`, which would erase the profile's other keys, too.
    hint: "The file was not changed. If you have a backup of it, restore that.\nWithout a backup: delete only that file, then run the same command again.",
  });
}

function notKept(path: string): MistralKeyError {
  return new MistralKeyError("store-damaged", `${path} did not keep what was written.`, {
    hint: "Check this disk, or set MISTRAL_KEY_HOME to a folder on another one.",
  });
}
