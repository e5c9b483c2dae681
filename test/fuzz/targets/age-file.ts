import assert from "node:assert/strict";
import { inspectSealed, openSealed } from "../../../src/stores/encrypted-file/encrypted-file-format.ts";
import { Passphrase } from "../../../src/stores/encrypted-file/scrypt-passphrase.ts";
import { assertHarmless, assertKeyless, key } from "../property.ts";

/** The seeds are sealed with this one. */
const passphrase = new Passphrase("correct horse battery staple");
const work = { signal: new AbortController().signal, begin: () => () => {} };

/** An encrypted file. Whoever changes one without the passphrase cannot make it say anything else. */
export async function fuzz(data: Buffer): Promise<void> {
  const inspected = await inspectSealed(data);
  if (inspected.outcome === "damaged") {
    assertHarmless(inspected.reason);
    assertKeyless(inspected.reason);
    return;
  }
  assert.ok(inspected.header.logN <= 20);
  // More than that takes too long to be done thousands of times.
  if (inspected.header.logN > 4) return;
  const opened = await openSealed(data, passphrase, work);
  if (opened.outcome === "opened") assert.equal(Buffer.from(opened.plaintext).toString(), key);
}
