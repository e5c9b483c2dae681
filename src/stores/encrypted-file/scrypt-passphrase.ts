import { scrypt } from "node:crypto";
import { MistralKeyError } from "../../errors.ts";
import { withinLimit } from "../../within-limit.ts";

/** How to cancel and report a derivation. */
export interface ScryptWork {
  readonly signal: AbortSignal;
  /** Called before a derivation; the function that it returns is called afterwards. */
  readonly begin: () => () => void;
}

/** A passphrase and the keys derived from it so far, so that no file costs twice. Never prints itself. */
export class Passphrase {
  readonly #text: string;
  readonly #derived = new Map<string, Uint8Array>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether it has what editors and shells leave around a text, or stands for bytes that are not UTF-8. */
  get isMisread(): boolean {
    return /^\ufeff|\ufffd|[\r\n]$/.test(this.#text);
  }

  equals(other: Passphrase): boolean {
    return this.#text === other.#text;
  }

  /**
   * Stretches the passphrase to 32 bytes with scrypt (r 8, p 1).
   *
   * Node's scrypt runs on another thread: the event loop stays free, so that Ctrl-C works at once. The
   * thread cannot be stopped; a process that exits meanwhile waits for the rest of the derivation.
   *
   * @param logN - base-2 logarithm of the work factor
   * @throws the signal's reason
   * @throws MistralKeyError of kind `store-denied` when there is too little memory
   */
  async derive(salt: Uint8Array, logN: number, work: ScryptWork): Promise<Uint8Array> {
    const id = `${logN} ${Buffer.from(salt).toString("hex")}`;
    const known = this.#derived.get(id);
    if (known !== undefined) return known;
    const end = work.begin();
    try {
      const key = await withinLimit(work, () => stretch(this.#text, salt, logN));
      this.#derived.set(id, key);
      return key;
    } finally {
      end();
    }
  }
}

function stretch(text: string, salt: Uint8Array, logN: number): Promise<Uint8Array> {
  const N = 2 ** logN;
  const options = { N, r: 8, p: 1, maxmem: 2 * 128 * N * 8 + 2 ** 20 };
  return new Promise((resolve, reject) => {
    scrypt(text, salt, 32, options, (cause, key) => {
      if (cause === null) resolve(key);
      else {
        const message = "There is too little memory to open the encrypted file.";
        const hint = "Give this machine or container more memory, then try again.";
        reject(new MistralKeyError("store-denied", message, { cause, hint }));
      }
    });
  });
}
