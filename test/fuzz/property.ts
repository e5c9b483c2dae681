import assert from "node:assert/strict";
import { inspect } from "node:util";

/** The key that seeds and dictionary give to the fuzzer, and that no message may hold. */
export const key = "testKey0".repeat(4);

/**
 * What a reader returns; `undefined` when it refuses the input with one of the documented errors. Any other
 * error is a find, and so is a key in an error's message.
 */
export function readOrRefuse<Value>(
  refusals: readonly (abstract new (...args: never[]) => Error)[],
  read: () => Value,
): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (!refusals.some((refusal) => error instanceof refusal)) throw error;
    assertKeyless(error instanceof Error ? [error.message, "hint" in error ? error.hint : ""] : error);
    return undefined;
  }
}

/** Fails when a key is in something that is printed, written or returned. */
export function assertKeyless(said: unknown): void {
  assert.ok(
    !inspect(said, { depth: Infinity, maxStringLength: Infinity }).includes(key),
    "It holds the key.",
  );
}

/** Fails when a terminal would act on a text, or not show all of it. Lines may stay apart. */
export function assertHarmless(text: string): void {
  assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
}
