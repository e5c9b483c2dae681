import assert from "node:assert/strict";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { readPastedKey } from "../../../src/keys/pasted-key.ts";
import { assertHarmless, assertKeyless } from "../property.ts";

/** What is pasted or piped in as a key. */
export function fuzz(data: Buffer): void {
  const read = readPastedKey(data.toString());
  if (read.outcome === "unusable") {
    assertKeyless(read.reason);
    assertHarmless(read.reason);
  }
  if (read.outcome === "key") {
    assert.ok(ApiKey.accepts(read.value) && read.value.length <= 1024);
    // Markers of a paste inside of another one are left, since no terminal sends them.
    if (!/\[20[01]~/.test(read.value)) assert.deepEqual(readPastedKey(read.value), read);
  }
}
