import assert from "node:assert/strict";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { cleanText, StreamCleaner, showName } from "../../../src/outside-text.ts";
import { assertHarmless, assertKeyless, key } from "../property.ts";

const keys = [ApiKey.of(key)];

/** Names and messages of servers, files and programs. */
export function fuzz(data: Buffer): void {
  const text = data.toString();
  const cleaned = cleanText(text, keys);
  assertHarmless(cleaned);
  assertKeyless(cleaned);
  assertHarmless(showName(text));
  assert.ok([...cleaned].length <= 255);
  const cleaner = new StreamCleaner(keys);
  const streamed = Array.from(text, (character) => cleaner.push(character)).join("") + cleaner.end();
  assertKeyless(streamed);
  assertHarmless(streamed.replaceAll("\t", " "));
}
