import type { ApiKey } from "./api-key.ts";

// Loading it takes 3 ms, and most commands that could make a fingerprint make none.
const loadCrypto = () => process.getBuiltinModule("node:crypto");

/** Tells whether a key is the one seen before, without holding it: HMAC-SHA-256 under a random salt, both in hex. */
export interface Fingerprint {
  readonly salt: string;
  readonly hash: string;
}

/** Makes the fingerprint of a key, under a new random 128-bit salt. */
export function fingerprintOf(key: ApiKey, salt?: string): Fingerprint {
  const { createHmac, randomBytes } = loadCrypto();
  const bytes = salt === undefined ? randomBytes(16) : Buffer.from(salt, "hex");
  const hash = createHmac("sha256", bytes).update(key.reveal()).digest("hex");
  return { salt: bytes.toString("hex"), hash };
}

/** Whether this fingerprint was made of this key. */
export function matchesFingerprint(key: ApiKey, fingerprint: Fingerprint): boolean {
  const expected = Buffer.from(fingerprint.hash, "hex");
  const actual = Buffer.from(fingerprintOf(key, fingerprint.salt).hash, "hex");
  return expected.length === actual.length && loadCrypto().timingSafeEqual(expected, actual);
}
