import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { armor, Decrypter, Encrypter, Stanza } from "age-encryption";
import type { Passphrase, ScryptWork } from "./scrypt-passphrase.ts";

/** No passphrase can open the file. `message` ends the sentence "The file cannot be used, because …". */
export class DamagedFile extends Error {
  override readonly name = "DamagedFile";
}

interface Opened {
  readonly plaintext: Uint8Array;
  readonly passphrase: Passphrase;
}

/**
 * Highest work factor accepted, the library's own limit: 2^20 takes 3.4 s and 1 GiB. The `age` program
 * writes 2^18.
 */
const highestLogN = 20;

/**
 * The work factor for new files. Measured on two cores of a server, Node 20, 22 and 24, best of
 * three: 2^16 takes 0.17 s and 64 MiB, 2^17 0.37 s and 128 MiB, 2^18 (what `age` writes) 0.8 s and
 * 256 MiB. `get` and `run` pay it every time, and a small container may not have 256 MiB to spare,
 * so this is the lowest factor that OWASP's Password Storage Cheat Sheet recommends (N=2^17, r=8, p=1).
 */
const usualLogN = 17;

const label = "age-encryption.org/v1/scrypt";

/**
 * Opens an age file, binary or armored, with the first passphrase that fits. Requests none before it
 * has verified that the file is encrypted with one.
 *
 * A changed salt, work factor or wrapped file key looks just like a wrong passphrase; any other change
 * is detected.
 *
 * @returns `undefined` when no passphrase fits
 * @throws DamagedFile; the reason of `work.signal`; MistralKeyError of kind `store-denied`
 *   when memory is short; whatever `passphrases` throws
 */
export async function openSealed(
  content: Uint8Array,
  passphrases: AsyncIterable<Passphrase> | Iterable<Passphrase>,
  work: ScryptWork,
): Promise<Opened | undefined> {
  const { salt, logN, body } = await readLock(content);
  for await (const passphrase of passphrases) {
    const fileKey = unwrap(await passphrase.derive(labelled(salt), logN, work), body);
    if (fileKey === undefined) continue;
    try {
      return { passphrase, plaintext: await decrypt(content, () => fileKey) };
    } catch {
      throw new DamagedFile("it was changed or cut short after it was written");
    }
  }
  return undefined;
}

/**
 * Encrypts a text to a passphrase, as `age --passphrase` does.
 *
 * @param logN - base-2 logarithm of scrypt's work factor
 * @throws as {@link Passphrase.derive} does
 */
export async function seal(
  text: string,
  passphrase: Passphrase,
  work: ScryptWork,
  logN = usualLogN,
): Promise<Uint8Array> {
  // With age's fixed nonce, two file keys wrapped with the same key would expose each other, so each
  // file gets a new salt, although reusing one would save a derivation.
  const salt = randomBytes(16);
  const wrappingKey = await passphrase.derive(labelled(salt), logN, work);
  const encrypter = new Encrypter();
  encrypter.addRecipient({
    wrapFileKey: (fileKey) => [
      new Stanza(["scrypt", encodeBase64(salt), String(logN)], wrap(wrappingKey, fileKey)),
    ],
  });
  return encrypter.encrypt(text);
}

/** @param unwrapFileKey - finds the file's key in the lines that it is locked with; `null` for none */
function decrypt(
  content: Uint8Array,
  unwrapFileKey: (stanzas: readonly Stanza[]) => Uint8Array | null,
): Promise<Uint8Array> {
  const text = Buffer.from(content).toString("latin1");
  const decrypter = new Decrypter();
  decrypter.addIdentity({ unwrapFileKey });
  return decrypter.decrypt(text.trimStart().startsWith("-----BEGIN AGE") ? armor.decode(text) : content);
}

async function readLock(content: Uint8Array) {
  let found: readonly Stanza[] | undefined;
  try {
    await decrypt(content, (stanzas) => {
      found = stanzas;
      return null;
    });
  } catch {
    // Without the key, it always ends so.
  }
  if (found !== undefined) return readScryptStanza(found);
  throw new DamagedFile("it is not an age file with a passphrase, or its first lines were changed");
}

/** Parses the one scrypt stanza. Source: the age specification, "The scrypt recipient type". */
function readScryptStanza([stanza, ...others]: readonly Stanza[]) {
  const [type, saltText = "", logNText = "", ...rest] = stanza?.args ?? [];
  const salt = Buffer.from(saltText, "base64");
  const wellFormed =
    type === "scrypt" &&
    others.length === 0 &&
    rest.length === 0 &&
    /^[1-9][0-9]*$/.test(logNText) &&
    salt.length === 16 &&
    encodeBase64(salt) === saltText;
  if (!wellFormed || stanza?.body.length !== 32) {
    throw new DamagedFile("it is not locked with a passphrase, or its first lines were changed");
  }
  const logN = Number(logNText);
  if (logN > highestLogN) {
    const most = `2^${logN}, at most 2^${highestLogN}`;
    throw new DamagedFile(`opening it would take more work than mistral-key does (${most})`);
  }
  return { salt, logN, body: stanza.body };
}

function labelled(salt: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(label), salt]);
}

function wrap(key: Uint8Array, fileKey: Uint8Array): Uint8Array {
  const cipher = createCipheriv("chacha20-poly1305", key, Buffer.alloc(12), { authTagLength: 16 });
  return Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
}

function unwrap(key: Uint8Array, body: Uint8Array): Uint8Array | undefined {
  const decipher = createDecipheriv("chacha20-poly1305", key, Buffer.alloc(12), { authTagLength: 16 });
  decipher.setAuthTag(body.subarray(16));
  try {
    return Buffer.concat([decipher.update(body.subarray(0, 16)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}
