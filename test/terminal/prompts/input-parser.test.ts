import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputParser, type InputPiece } from "../../../src/terminal/prompts/input-parser.ts";

function parse(...chunks: readonly string[]): InputPiece[] {
  const parser = new InputParser();
  return [...chunks.flatMap((chunk) => parser.push(chunk)), ...parser.flush()];
}

/** Joins neighbouring texts, which chunks may have cut apart. */
function joined(pieces: readonly InputPiece[]): InputPiece[] {
  const result: InputPiece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (piece.kind === "text" && last?.kind === "text") {
      result[result.length - 1] = { kind: "text", text: last.text + piece.text };
    } else {
      result.push(piece);
    }
  }
  return result;
}

function cut(text: string, lengths: readonly number[]): string[] {
  const chunks: string[] = [];
  let rest = text;
  for (const length of lengths) {
    chunks.push(rest.slice(0, length));
    rest = rest.slice(length);
  }
  return [...chunks, rest];
}

describe("InputParser", () => {
  it("tells typed text, pastes and keys that send sequences apart", () => {
    expect(parse("ab\x1b[200~one\rtwo\x1b[201~\r\x1b[A\x1bOPz")).toEqual([
      { kind: "text", text: "ab" },
      { kind: "paste", text: "one\rtwo" },
      { kind: "text", text: "\r" },
      { kind: "escape", sequence: "\x1b[A" },
      { kind: "escape", sequence: "\x1bOP" },
      { kind: "text", text: "z" },
    ]);
  });

  it("finds the same in chunks of any size", () => {
    const piece = fc.constantFrom(
      "abc",
      "\r",
      "\x1b[200~pasted\x1b[201~",
      "\x1b[A",
      "\x1b[3~",
      "\x1b[200~\x1b[201~",
      "é",
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.integer({ min: 0, max: 9 })), (pieces, lengths) => {
        const text = pieces.join("");
        expect(joined(parse(...cut(text, lengths)))).toEqual(joined(parse(text)));
      }),
    );
  });

  it("gives a paste whose end never comes when it is flushed", () => {
    expect(parse("\x1b[200~half of a key\x1b[20")).toEqual([{ kind: "paste", text: "half of a key\x1b[20" }]);
  });

  it("gives a lone Escape when it is flushed", () => {
    const parser = new InputParser();
    expect(parser.push("\x1b")).toEqual([]);
    expect(parser.waiting).toBe(true);
    expect(parser.flush()).toEqual([{ kind: "escape", sequence: "\x1b" }]);
    expect(parser.waiting).toBe(false);
  });

  it("does not take Escape and then Enter for Alt with Enter", () => {
    expect(parse("\x1b\r")).toEqual([
      { kind: "escape", sequence: "\x1b" },
      { kind: "text", text: "\r" },
    ]);
  });

  it("keeps no more than 64 KiB of a paste, and goes on after it", () => {
    const pieces = parse(
      "\x1b[200~",
      ..."x"
        .repeat(100)
        .split("")
        .map((letter) => letter.repeat(1000)),
      "\x1b[201~\r",
    );
    expect(pieces).toEqual([
      { kind: "paste", text: "x".repeat(64 * 1024) },
      { kind: "text", text: "\r" },
    ]);
  });
});
