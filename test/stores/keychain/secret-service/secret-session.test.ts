import { createCipheriv, createDiffieHellman, hkdfSync, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MalformedMessage } from "../../../../src/stores/keychain/secret-service/dbus-wire.ts";
import { SecretSession } from "../../../../src/stores/keychain/secret-service/secret-session.ts";

/** The group of RFC 2409, section 6.2, from Node's own list. */
const prime = createDiffieHellman(
  "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff",
  "hex",
).getPrime();
const service = createDiffieHellman(prime, 2);
const servicePublicKey = service.generateKeys();

/** What a service does on its side, with OpenSSL's arithmetic. */
function encryptFor(session: SecretSession, text: string, shared = service.computeSecret(session.publicKey)) {
  const key = new Uint8Array(hkdfSync("sha256", shared, "", "", 16));
  const vector = randomBytes(16);
  const cipher = createCipheriv("aes-128-cbc", key, vector);
  return ["/session/1", vector, Buffer.concat([cipher.update(text), cipher.final()]), "text/plain"];
}

describe("an encrypted session with a Secret Service", () => {
  it.each(["", "a", "sixteen letters.", "ä".repeat(500)])("gives the secret that was sent: %j", (text) => {
    const session = new SecretSession();
    session.agree(servicePublicKey);
    expect(session.decrypt(encryptFor(session, text)).toString()).toBe(text);
  });

  it("has another key each time", () => {
    expect(new SecretSession().publicKey.equals(new SecretSession().publicKey)).toBe(false);
    expect(new SecretSession().publicKey.length).toBe(128);
  });

  it("agrees on the key also where what both know begins with a zero", () => {
    let tries = 0;
    for (;;) {
      const session = new SecretSession();
      const shared = service.computeSecret(session.publicKey);
      // One in 256 does; ten thousand without one happens to nobody.
      expect(++tries).toBeLessThan(10_000);
      if (shared[0] !== 0) continue;
      expect(shared.length).toBe(128);
      session.agree(servicePublicKey);
      expect(session.decrypt(encryptFor(session, "secret", shared)).toString()).toBe("secret");
      return;
    }
  });

  const one = Buffer.alloc(128);
  one[127] = 1;
  const minusOne = Buffer.from(prime);
  minusOne[127] = (prime[127] ?? 0) - 1;
  it.each([
    ["nothing", undefined],
    ["a text", "key"],
    ["no bytes", Buffer.alloc(0)],
    ["zero", Buffer.alloc(128)],
    ["one", one],
    ["the prime less one", minusOne],
    ["the prime", prime],
    ["more than the prime", Buffer.alloc(200, 255)],
  ])("refuses %s as the public key of the service", (_, key) => {
    expect(() => new SecretSession().agree(key)).toThrow(MalformedMessage);
  });

  it("refuses what is no secret, or was not encrypted for it", () => {
    const session = new SecretSession();
    const [path = "", vector = "", value = "", type = ""] = encryptFor(session, "a secret");
    expect(() => session.decrypt([path, vector, value, type])).toThrow(MalformedMessage);
    session.agree(servicePublicKey);
    expect(session.decrypt([path, vector, value, type]).toString()).toBe("a secret");
    expect(() => session.decrypt(undefined)).toThrow(MalformedMessage);
    expect(() => session.decrypt([path, vector])).toThrow(MalformedMessage);
    expect(() => session.decrypt([path, Buffer.alloc(0), value, type])).toThrow(MalformedMessage);
    expect(() => session.decrypt([path, vector, value.slice(0, 5), type])).toThrow(MalformedMessage);
    expect(() => session.decrypt([path, vector, Buffer.alloc(0), type])).toThrow(MalformedMessage);
  });
});
