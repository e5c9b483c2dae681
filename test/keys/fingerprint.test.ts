import { expect, it } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { fingerprintOf, matchesFingerprint } from "../../src/keys/fingerprint.ts";

const key = ApiKey.of("testKey0".repeat(4));

it("recognises its key and no other", () => {
  const fingerprint = fingerprintOf(key);
  expect(matchesFingerprint(key, fingerprint)).toBe(true);
  expect(matchesFingerprint(ApiKey.of("testKey1".repeat(4)), fingerprint)).toBe(false);
});

it("differs each time, so that nobody sees that two profiles have one key", () => {
  expect(fingerprintOf(key)).not.toEqual(fingerprintOf(key));
});

it("does not hold the key", () => {
  expect(JSON.stringify(fingerprintOf(key))).not.toContain(key.reveal());
});

it("recognises nothing by a truncated fingerprint", () => {
  const { salt, hash } = fingerprintOf(key);
  expect(matchesFingerprint(key, { salt, hash: hash.slice(0, 20) })).toBe(false);
  expect(matchesFingerprint(key, { salt, hash: "" })).toBe(false);
});
