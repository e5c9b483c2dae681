import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { ApiKey } from "./api-key.ts";

/** Tells whether a key is the one seen before, without holding it: HMAC-SHA-256 under a random salt, both in hex. */
export interface Fingerprint {
  readonly salt: string;
  readonly hash: string;
}

/** Makes the fingerprint of a key, under a new random 128-bit salt. */
export function fingerprintOf(key: ApiKey, salt: string = randomBytes(16).toString("hex")): Fingerprint {
  return { salt, hash: createHmac("sha256", Buffer.from(salt, "hex")).update(key.reveal()).digest("hex") };
}

/** Whether this fingerprint was made of this key. */
export function matchesFingerprint(key: ApiKey, fingerprint: Fingerprint): boolean {
  const expected = Buffer.from(fingerprint.hash, "hex");
  const actual = Buffer.from(fingerprintOf(key, fingerprint.salt).hash, "hex");
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
