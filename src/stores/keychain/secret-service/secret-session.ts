import { createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { MalformedMessage, type ReplyValue } from "./dbus-wire.ts";

/** A secret that was not encrypted with our key. */
export class UndecryptableSecret extends MalformedMessage {
  override readonly name = "UndecryptableSecret";
}

/** The name of the encryption of {@link SecretSession}, as a Secret Service knows it. */
export const sessionAlgorithm = "dh-ietf1024-sha256-aes128-cbc-pkcs7";

/** Second Oakley group: RFC 2409, section 6.2. */
const prime =
  0xffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffffn;
const generator = 2n;
const primeLength = 128;
/** In bytes; for a larger group, 180 bits are enough: RFC 3526, section 8. */
const exponentLength = 32;
const keyLength = 16;

/**
 * Our side of an encrypted session with a Secret Service, so that no secret crosses the bus in
 * clear. The key is agreed on anew for each.
 *
 * Counted with BigInt, in about a millisecond: Node's own Diffie-Hellman tests whether the group's
 * prime is one, each time, which takes 30. The time this takes tells whoever measures it something
 * of an exponent that is used once.
 *
 * Source: freedesktop.org Secret Service API 0.2, "Transfer of Secrets".
 */
export class SecretSession {
  readonly #exponent = numberOf(randomBytes(exponentLength));
  #key: Uint8Array | undefined;

  /** What the service has to know of us. */
  get publicKey(): Buffer {
    return bytesOf(power(generator, this.#exponent));
  }

  /**
   * Agrees on the key.
   *
   * @throws MalformedMessage when that is no public key
   */
  agree(servicePublicKey: ReplyValue | undefined): void {
    if (!Buffer.isBuffer(servicePublicKey)) throw new MalformedMessage("OpenSession gave no public key.");
    const other = numberOf(servicePublicKey);
    // 0, 1 and -1 would make a key that anybody knows.
    if (other < 2n || other > prime - 2n) throw new MalformedMessage("The public key is not valid.");
    this.#key = new Uint8Array(hkdfSync("sha256", bytesOf(power(other, this.#exponent)), "", "", keyLength));
  }

  /**
   * Decrypts a secret as the service sends it: a structure of session, initialization vector,
   * encrypted value and content type.
   *
   * @throws MalformedMessage
   */
  decrypt(secret: ReplyValue | undefined): Buffer {
    const [, vector, value] = Array.isArray(secret) ? secret : [];
    if (this.#key === undefined || !Buffer.isBuffer(vector) || !Buffer.isBuffer(value)) {
      throw new MalformedMessage("GetSecret gave no secret.");
    }
    try {
      const decipher = createDecipheriv("aes-128-cbc", this.#key, vector);
      return Buffer.concat([decipher.update(value), decipher.final()]);
    } catch (error) {
      throw new UndecryptableSecret("The secret cannot be decrypted.", { cause: error });
    }
  }
}

/** Modulo the prime, by squaring. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % prime;
    square = (square * square) % prime;
  }
  return result;
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x0${bytes.toString("hex")}`);
}

/** With zeroes in front, to the length of the prime, as the key is derived from it. */
function bytesOf(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(2 * primeLength, "0"), "hex");
}
