import assert from "node:assert/strict";
import {
  applyEdits,
  NotUnderstood,
  planRemoval,
  type TextFormat,
} from "../../src/plaintext/formats/occurrence.ts";
import { readOrRefuse } from "./property.ts";

/**
 * Finds the keys in a text and removes all of them: what is reported as removed is gone, what is reported as
 * left may be there, and the changed text is still of the format.
 */
export function checkFormat(format: TextFormat, text: string): void {
  const found = readOrRefuse([NotUnderstood], () => format(text));
  if (found === undefined) return;
  for (const { start, end, line } of found) {
    assert.ok(0 <= start && start < end && end <= text.length, "A key is outside the text.");
    assert.ok(line >= 1 && line <= text.split("\n").length, "A key is on a line that does not exist.");
  }
  const { edits, left } = planRemoval(found, (variable) => `${variable} is in the keychain`);
  let position = 0;
  for (const { start, end } of edits) {
    assert.ok(position <= start && start <= end && end <= text.length, "Edits overlap.");
    position = end;
  }
  // What followed a key in the middle of nonsense may look like another key now.
  const keys = new Set(found.map(({ key }) => key.reveal()));
  const still = format(applyEdits(text, edits)).filter(({ key }) => keys.has(key.reveal()));
  assert.ok(still.length <= left.length, "A key is reported as removed, and is still there.");
}
