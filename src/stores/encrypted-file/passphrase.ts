import { MistralKeyError } from "../../errors.ts";
import { codeOf, reasonOf } from "../../files/file-errors.ts";
import { readSmallFile } from "../../files/read-file.ts";
import type { PassphraseQuestion } from "../../terminal/prompts/prompts.ts";
import type { StoreContext } from "../store-context.ts";
import { Passphrase } from "./scrypt-passphrase.ts";

const shortest = 8;
/** In bytes. */
const longestFile = 65_536;

/**
 * The passphrase of the encrypted file: `MISTRAL_KEY_PASSPHRASE`, else the file that
 * `MISTRAL_KEY_PASSPHRASE_FILE` names, else a masked prompt.
 */
export class PassphraseSource {
  readonly #env: StoreContext["env"];
  readonly #person: StoreContext["person"];
  #given: Passphrase | undefined;

  constructor(env: StoreContext["env"], person: StoreContext["person"]) {
    this.#env = env;
    this.#person = person?.interactive ? person : undefined;
  }

  /** Whether only a user has the passphrase, and can be asked. */
  get asksPerson(): boolean {
    const { MISTRAL_KEY_PASSPHRASE: text, MISTRAL_KEY_PASSPHRASE_FILE: path } = this.#env;
    return this.#person !== undefined && !text && !path;
  }

  /** Throws like {@link toOpen} if no passphrase can be had; does not prompt. */
  require(): void {
    if (this.given() === undefined && this.#person === undefined) throw noPassphrase();
  }

  /**
   * The passphrase for an existing file.
   *
   * @param what - what it opens, for the question: `the key "work"`
   * @param attempt - 1 for the first question
   * @throws MistralKeyError of kind `store-locked` when there is none and no user to ask
   */
  async toOpen(what: string, attempt: number): Promise<Passphrase> {
    const given = this.given();
    if (given !== undefined) return given;
    const again = attempt > 1 ? "That does not open it. " : "";
    return new Passphrase(await this.#ask({ message: `${again}Passphrase of ${what}` }));
  }

  /**
   * The passphrase for a new file. The user enters it twice.
   *
   * @throws MistralKeyError of kind `store-locked` when there is none and no user to ask, or when nobody
   *   could type the given one, as into `age`
   */
  async toMake(): Promise<Passphrase> {
    const given = this.given();
    if (given?.isMisread) throw misread();
    if (given !== undefined) return given;
    const message = `A new passphrase, ${shortest} characters or more; only it opens the file`;
    return new Passphrase(await this.#ask({ message, atLeast: shortest }));
  }

  /**
   * The passphrase that is available without a prompt; `undefined` when only the user has it.
   *
   * @throws MistralKeyError of kind `store-locked` when the file cannot be used
   */
  given(): Passphrase | undefined {
    const { MISTRAL_KEY_PASSPHRASE: text, MISTRAL_KEY_PASSPHRASE_FILE: path } = this.#env;
    if (text) this.#given ??= new Passphrase(text);
    else if (path) this.#given ??= new Passphrase(readPassphraseFile(path));
    return this.#given;
  }

  async #ask(question: PassphraseQuestion): Promise<string> {
    if (this.#person === undefined) throw noPassphrase();
    return (await this.#person.prompts()).passphrase(question);
  }
}

function readPassphraseFile(path: string): string {
  let text: string;
  try {
    text = readSmallFile(path, { links: "followed", longest: longestFile })
      .bytes.toString()
      .replace(/\r?\n$/, "");
  } catch (error) {
    if (codeOf(error) === "ENOENT") throw unusableFile("is not there", error);
    throw unusableFile(`could not be read: ${reasonOf(error)}`, error);
  }
  if (text === "") throw unusableFile("is empty");
  return text;
}

function unusableFile(what: string, cause?: unknown): MistralKeyError {
  return new MistralKeyError("store-locked", `The file named in MISTRAL_KEY_PASSPHRASE_FILE ${what}.`, {
    cause,
    hint: "Set MISTRAL_KEY_PASSPHRASE_FILE to a file that holds the passphrase and nothing else.",
  });
}

function misread(): MistralKeyError {
  const message =
    "The passphrase given begins with a byte order mark, ends with a line break or is not in UTF-8, so nobody could type it.";
  return new MistralKeyError("store-locked", message, {
    hint: "Use another one, or a copy in UTF-8 without a byte order mark or a line break at its end.\nKeep this one as it is if it has encrypted a key before: nothing else opens that.",
  });
}

function noPassphrase(): MistralKeyError {
  return new MistralKeyError("store-locked", "The encrypted file needs a passphrase, and none was given.", {
    hint: "Set MISTRAL_KEY_PASSPHRASE, or MISTRAL_KEY_PASSPHRASE_FILE to a file that holds the passphrase.\nOr run the command in a terminal, with nothing piped into it, so that it can ask you. An app cannot: give it the key itself, in MISTRAL_API_KEY.",
  });
}
