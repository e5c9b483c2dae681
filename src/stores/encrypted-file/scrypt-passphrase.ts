import { scrypt } from "node:crypto";
import { Cancelled, MistralKeyError } from "../../errors.ts";

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
   * @throws Cancelled when the signal is aborted
   * @throws MistralKeyError of kind `store-denied` when there is too little memory
   */
  async derive(salt: Uint8Array, logN: number, work: ScryptWork): Promise<Uint8Array> {
    const id = `${logN} ${Buffer.from(salt).toString("hex")}`;
    const known = this.#derived.get(id);
    if (known !== undefined) return known;
    const end = work.begin();
    try {
      const key = await stretch(this.#text, salt, logN, work.signal);
      this.#derived.set(id, key);
      return key;
    } finally {
      end();
    }
  }
}

function stretch(text: string, salt: Uint8Array, logN: number, signal: AbortSignal): Promise<Uint8Array> {
  const N = 2 ** logN;
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Cancelled());
    if (signal.aborted) {
      stop();
      return;
    }
    signal.addEventListener("abort", stop, { once: true });
    scrypt(text, salt, 32, { N, r: 8, p: 1, maxmem: 2 * 128 * N * 8 + 2 ** 20 }, (error, key) => {
      signal.removeEventListener("abort", stop);
      if (error === null) resolve(key);
      else {
        const message = "There is too little memory to open the encrypted file.";
        const hint = "Give this machine or container more memory, then try again.";
        reject(new MistralKeyError("store-denied", message, { cause: error, hint }));
      }
    });
  });
}
