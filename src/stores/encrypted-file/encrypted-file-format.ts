import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { armor, Decrypter, Encrypter, Stanza } from "age-encryption";
import type { Passphrase, ScryptWork } from "./scrypt-passphrase.ts";

/** The header of a passphrase file, as far as it can be read without the passphrase. */
export interface SealedHeader {
  readonly salt: Uint8Array;
  /** Base-2 logarithm of scrypt's work factor. */
  readonly logN: number;
  /** The file key, encrypted. */
  readonly body: Uint8Array;
}

/** What reading a header came to. */
export type Inspected =
  | { readonly outcome: "sealed"; readonly header: SealedHeader; readonly bytes: Uint8Array }
  /** `reason` ends the sentence "The file …, because …". */
  | { readonly outcome: "damaged"; readonly reason: string };

/** What opening a file came to. */
export type Opened =
  | { readonly outcome: "opened"; readonly plaintext: Uint8Array }
  | { readonly outcome: "wrong-passphrase" }
  | { readonly outcome: "damaged"; readonly reason: string };

/** Files of keys are far smaller; a larger one is something else. */
const largestFile = 65_536;

/**
 * The highest work factor that is read, the library's own limit: 2^20 takes 3.4 s and 1 GiB. The
 * `age` program writes 2^18.
 */
const highestLogN = 20;

const label = "age-encryption.org/v1/scrypt";
const armorStart = "-----BEGIN AGE";

/** Reads the header of an age file, binary or armored. Needs no passphrase and takes no time. */
export async function inspectSealed(content: Uint8Array): Promise<Inspected> {
  if (content.length > largestFile) return damaged("it is too large for a key");
  const bytes = takeArmorOff(content);
  if (bytes === undefined) return damaged("its armor is broken");
  const seen: Stanza[][] = [];
  const decrypter = new Decrypter();
  decrypter.addIdentity({
    unwrapFileKey: (stanzas: Stanza[]) => {
      seen.push(stanzas);
      return null;
    },
  });
  // With an identity that opens nothing this always fails, for a good header after it was taken apart.
  await decrypter.decrypt(bytes).catch(() => {});
  const [stanzas] = seen;
  if (stanzas === undefined) return damaged("it is not an age file, or its first lines were changed");
  const header = readScryptStanza(stanzas);
  return typeof header === "string" ? damaged(header) : { outcome: "sealed", header, bytes };
}

/**
 * Opens a file.
 *
 * A changed byte in the wrapped file key looks exactly like a wrong passphrase; every other change
 * is told apart.
 *
 * @throws Cancelled when `work.signal` is aborted
 * @throws MistralKeyError of kind `store-denied` when there is too little memory
 */
export async function openSealed(
  content: Uint8Array,
  passphrase: Passphrase,
  work: ScryptWork,
): Promise<Opened> {
  const inspected = await inspectSealed(content);
  if (inspected.outcome === "damaged") return inspected;
  const { header, bytes } = inspected;
  const fileKey = unwrap(await passphrase.derive(labelled(header.salt), header.logN, work), header.body);
  if (fileKey === undefined) return { outcome: "wrong-passphrase" };
  const decrypter = new Decrypter();
  decrypter.addIdentity({ unwrapFileKey: () => fileKey });
  try {
    return { outcome: "opened", plaintext: await decrypter.decrypt(bytes) };
  } catch {
    return damaged("it was changed or cut short after it was written");
  }
}

/**
 * Encrypts a text to a passphrase, as `age --passphrase` does.
 *
 * @param logN - base-2 logarithm of scrypt's work factor
 * @throws Cancelled when `work.signal` is aborted
 */
export async function seal(
  text: string,
  passphrase: Passphrase,
  logN: number,
  work: ScryptWork,
): Promise<Uint8Array> {
  // Under age's fixed nonce two file keys wrapped with one key would give each other away, so a
  // salt is never used twice, although that would save the time of deriving.
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

function damaged(reason: string): { readonly outcome: "damaged"; readonly reason: string } {
  return { outcome: "damaged", reason };
}

/** The binary form of a file, or `undefined` when its armor is broken. */
function takeArmorOff(content: Uint8Array): Uint8Array | undefined {
  const text = Buffer.from(content).toString("latin1");
  if (!text.trimStart().startsWith(armorStart)) return content;
  try {
    return armor.decode(text);
  } catch {
    return undefined;
  }
}

/** The parts of the one scrypt stanza, or why they cannot be had. Source: the age specification, "The scrypt recipient type". */
function readScryptStanza(stanzas: readonly Stanza[]): SealedHeader | string {
  const [stanza, ...others] = stanzas;
  if (stanza === undefined || stanza.args[0] !== "scrypt") {
    return "it is locked for a public key, not with a passphrase";
  }
  const [, saltText = "", logNText = "", ...rest] = stanza.args;
  const salt = Buffer.from(saltText, "base64");
  const wellFormed =
    others.length === 0 &&
    rest.length === 0 &&
    /^[1-9][0-9]*$/.test(logNText) &&
    salt.length === 16 &&
    encodeBase64(salt) === saltText &&
    stanza.body.length === 32;
  if (!wellFormed) return "its first lines were changed";
  const logN = Number(logNText);
  if (logN > highestLogN) {
    return `opening it would take more work than mistral-key does (2^${logN}, at most 2^${highestLogN})`;
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
