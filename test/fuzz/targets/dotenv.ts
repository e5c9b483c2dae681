import assert from "node:assert/strict";
import { assignments, fishVariables } from "../../../src/plaintext/formats/assignments.ts";
import { removeVariable, setVariable } from "../../../src/shell/dotenv/set-variable.ts";
import { checkFormat } from "../check-format.ts";
import { key } from "../property.ts";

const name = "MISTRAL_API_KEY";

/** Dotenv files and the start-up files of shells. */
export function fuzz(data: Buffer): void {
  const text = data.toString("latin1");
  for (const sign of ["#", ": #"] as const) checkFormat(assignments(sign), text);
  for (const { key: found } of fishVariables(text)) assert.ok(found.length > 0);

  const set = setVariable(text, name, key);
  assert.ok(set.includes(`${name}=${key}`));
  // Where a quote is left open, removing another one may close it after the key.
  if (!text.split("\n").every((line) => ["'", '"', "`"].every((quote) => line.split(quote).length % 2)))
    return;
  // Trailing blanks are not part of a value.
  assert.equal(setVariable(set, name, key).replace(/[ \t]+$/gm, ""), set.replace(/[ \t]+$/gm, ""));
  const removed = removeVariable(set, name, key);
  assert.equal(removeVariable(removed, name, key), removed);
  if (!text.includes(key)) assert.ok(!removed.includes(key), "The key is left in the file.");
}
