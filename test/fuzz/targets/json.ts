import assert from "node:assert/strict";
import { type Node, parseTree } from "jsonc-parser";
import { nestsDeeperThan } from "../../../src/files/json-nesting.ts";
import { Shape, ShapeError } from "../../../src/files/shape.ts";
import { llmKeys, opencodeKeys } from "../../../src/plaintext/formats/json-members.ts";
import { checkFormat } from "../check-format.ts";
import { readOrRefuse } from "../property.ts";

/** JSON files of other tools, and how deep they are. */
export function fuzz(data: Buffer): void {
  const text = data.toString("latin1");
  checkFormat(llmKeys, text);
  checkFormat(opencodeKeys, text);
  if (nestsDeeperThan(text, 100) || readOrRefuse([ShapeError], () => Shape.parse(text)) === undefined) return;
  const levels = levelsIn(parseTree(text));
  assert.ok(!nestsDeeperThan(text, levels) && nestsDeeperThan(text, levels - 1));
}

function levelsIn(node: Node | undefined): number {
  const below = Math.max(0, ...(node?.children ?? []).map(levelsIn));
  return node?.type === "object" || node?.type === "array" ? below + 1 : below;
}
