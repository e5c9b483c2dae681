import { describe, expect, it } from "vitest";
import type { Model } from "../../src/mistral/mistral-api.ts";
import { foldAliases } from "../../src/models/model-list.ts";

function model(id: string, more: Partial<Model> = {}): Model {
  return {
    id,
    name: null,
    aliases: [],
    contextLength: 131_072,
    capabilities: ["chat"],
    deprecatedAt: null,
    replacement: null,
    archived: false,
    ...more,
  };
}

const names = (models: readonly Model[]) => foldAliases(models).map(({ id, aliases }) => [id, ...aliases]);

describe("the names of one model", () => {
  it("are one row, whichever of them Mistral lists first", () => {
    const rows = [
      model("small-latest", { name: "small-2506", aliases: ["small-2506", "small"] }),
      model("small", { name: "small-2506", aliases: ["small-latest", "small-2506"] }),
      model("small-2506", { name: "small-2506", aliases: ["small", "small-latest"] }),
    ];
    expect(names(rows)).toEqual([["small-2506", "small", "small-latest"]]);
    expect(names(rows.toReversed())).toEqual([["small-2506", "small", "small-latest"]]);
  });

  it("are joined when one row names another, and when a name has no row", () => {
    expect(names([model("a"), model("b-latest", { aliases: ["a", "c"] })])).toEqual([["a", "b-latest", "c"]]);
  });

  it("stay apart when Mistral reports different data for them", () => {
    const old = model("a-2401", { aliases: ["a"], deprecatedAt: "2026-12-01T00:00:00.000Z" });
    expect(names([old, model("a", { aliases: ["a-2401"] })])).toEqual([
      ["a", "a-2401"],
      ["a-2401", "a"],
    ]);
  });

  it("are sorted by name, deprecated and archived ones last", () => {
    const rows = [model("c"), model("a", { deprecatedAt: "2026-12-01T00:00:00.000Z" }), model("b")];
    expect(names(rows)).toEqual([["b"], ["c"], ["a"]]);
  });
});
