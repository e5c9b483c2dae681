import type { ApiKey } from "./api-key.ts";

// Loaded lazily: it takes 3 ms, and most commands never compute a fingerprint.
const loadCrypto = () => process.getBuiltinModule("node:crypto");

/** Recognizes a key without containing it: HMAC-SHA-256 of the key under a random salt, both in hex. */
export interface Fingerprint {
  readonly salt: string;
  readonly hash: string;
}

/** Fingerprints a key; without `salt`, under a random 128-bit one. */
export function fingerprintOf(key: ApiKey, salt?: string): Fingerprint {
  const { createHmac, randomBytes } = loadCrypto();
  const bytes = salt === undefined ? randomBytes(16) : Buffer.from(salt, "hex");
  const hash = createHmac("sha256", bytes).update(key.reveal()).digest("hex");
  return { salt: bytes.toString("hex"), hash };
}

/** Whether a fingerprint is that of a key. */
export function matchesFingerprint(key: ApiKey, fingerprint: Fingerprint): boolean {
  const expected = Buffer.from(fingerprint.hash, "hex");
  const actual = Buffer.from(fingerprintOf(key, fingerprint.salt).hash, "hex");
  return expected.length === actual.length && loadCrypto().timingSafeEqual(expected, actual);
}
