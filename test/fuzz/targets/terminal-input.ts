import assert from "node:assert/strict";
import { InputParser } from "../../../src/terminal/prompts/input-parser.ts";
import type { InputPiece } from "../../../src/terminal/prompts/key-listener.ts";

/** What a terminal sends: it means the same however it is chunked. */
export function fuzz(data: Buffer): void {
  const whole = parse([data]);
  // A key that is sent as a number is rewritten to what a plain terminal sends, so its neighbours matter.
  const numbered = /\x1b\[[\d:;]+[u~_]/.test(data.toString("latin1"));
  if (!numbered) assert.deepEqual(parse(Array.from(data, (byte) => Buffer.of(byte))), whole);
  for (const piece of whole) {
    if (piece.kind === "text") assert.doesNotMatch(piece.text, /[\x00-\x1f\x7f]/);
    if (piece.kind === "paste") assert.doesNotMatch(piece.text, /[\x00-\x08\x0b-\x1f\x7f]/);
  }
}

/** Neighbouring texts are joined, which chunks may have cut apart. */
function parse(chunks: readonly Buffer[]): readonly InputPiece[] {
  const parser = new InputParser();
  const pieces = [...chunks.flatMap((chunk) => parser.push(chunk)), ...parser.flush()];
  const joined: InputPiece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (piece.kind === "text" && last?.kind === "text") {
      joined[joined.length - 1] = { kind: "text", text: last.text + piece.text };
    } else joined.push(piece);
  }
  return joined;
}
