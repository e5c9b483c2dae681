import assert from "node:assert/strict";
import { armor } from "age-encryption";
import { DamagedFile, openSealed } from "../../../src/stores/encrypted-file/encrypted-file-format.ts";
import { Passphrase } from "../../../src/stores/encrypted-file/scrypt-passphrase.ts";
import { assertHarmless, assertKeyless, key } from "../property.ts";

/** The seeds are sealed with this one. */
const passphrase = new Passphrase("correct horse battery staple");
const work = { signal: new AbortController().signal, begin: () => () => {} };

/** An encrypted file. Whoever changes one without the passphrase cannot make it say anything else. */
export async function fuzz(data: Buffer): Promise<void> {
  // A higher one takes too long for thousands of runs.
  if (workFactorOf(data) > 4) return;
  try {
    const opened = await openSealed(data, [passphrase], work);
    if (opened !== undefined) assert.equal(Buffer.from(opened.plaintext).toString(), key);
  } catch (error) {
    if (!(error instanceof DamagedFile)) throw error;
    assertHarmless(error.message);
    assertKeyless(error.message);
  }
}

function workFactorOf(data: Buffer): number {
  const texts = [data.toString("latin1")];
  try {
    texts.push(Buffer.from(armor.decode(data.toString("latin1"))).toString("latin1"));
  } catch {
    // It has no armor.
  }
  return Math.max(...texts.map((text) => Number(/-> scrypt \S+ (\d+)/.exec(text)?.[1] ?? 0)));
}
