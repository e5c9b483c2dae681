import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { ObjectStream } from "../../src/git/object-stream.ts";

const id = (digit: string) => digit.repeat(40);
const answer = Buffer.concat([
  Buffer.from(`${id("a")} blob 11\nfirst\nline\n\n`),
  Buffer.from(`${id("b")} tree 0\n\n`),
  Buffer.from(`${id("c")} missing\n`),
  Buffer.from(`${id("d")} commit 70000\n`),
  Buffer.alloc(70_000, "x"),
  Buffer.from("\n"),
]);

function read(pieces: readonly Buffer[]) {
  const objects: { id: string; type: string; content: string; ended: boolean }[] = [];
  const missing: string[] = [];
  const stream = new ObjectStream(
    (object) => {
      const read = { ...object, content: "", ended: false };
      objects.push(read);
      return {
        push: (piece) => {
          read.content += piece.toString("latin1");
        },
        end: () => {
          read.ended = true;
        },
      };
    },
    (missed) => missing.push(missed),
  );
  const reasons = pieces.map((piece) => stream.push(piece)).filter((reason) => reason !== undefined);
  return { objects, missing, reasons };
}

test("takes objects apart, wherever the pieces of the answer are cut", () => {
  for (let round = 0; round < 200; round += 1) {
    const pieces: Buffer[] = [];
    for (let at = 0; at < answer.length; ) {
      const next = at + randomInt(1, round % 2 === 0 ? 40 : 90_000);
      pieces.push(answer.subarray(at, next));
      at = next;
    }
    expect(read(pieces)).toEqual({
      objects: [
        { id: id("a"), type: "blob", content: "first\nline\n", ended: true },
        { id: id("b"), type: "tree", content: "", ended: true },
        { id: id("d"), type: "commit", content: "x".repeat(70_000), ended: true },
      ],
      missing: [id("c")],
      reasons: [],
    });
  }
});

test.each([
  ["no answer of git's", "something else entirely\n"],
  ["a line without an end", "x".repeat(70_000)],
])("reports that it does not understand %s", (_what, text) => {
  expect(read([Buffer.from(text)]).reasons).toEqual(["git's answer was not understood"]);
});
