import { describe, expect, it } from "vitest";
import { displayWidth } from "../../../src/terminal/output/layout.ts";
import { layOutTable } from "../../../src/terminal/output/table.ts";
import { createTheme } from "../../../src/terminal/output/theme.ts";

const plain = createTheme({ colorLevel: 0, unicode: true, hyperlinks: false });
const colored = createTheme({ colorLevel: 3, unicode: true, hyperlinks: false });
const longName = "a-profile-with-a-name-that-is-very-long-indeed";
const columns = [
  { head: "Profile", cells: ["work", longName] },
  { head: "Key", cells: ["HQSx...Ug6Y", "Kd8s...0pQz"] },
  { head: "Workspace", cells: ["Research", "日本語の作業場"] },
  { head: "Ends", cells: ["21 Feb 2027", "never"] },
];

describe("layOutTable", () => {
  it("puts cells below their head, as wide as the widest", () => {
    const first = columns.map(({ head, cells }) => ({ head, cells: cells.slice(0, 1) }));
    expect(layOutTable(first, 80, plain)).toEqual([
      "  Profile  Key          Workspace  Ends",
      "  work     HQSx...Ug6Y  Research   21 Feb 2027",
    ]);
  });

  it("shortens the widest column when there is not enough room, even in colour", () => {
    const [names = { head: "", cells: [] }, ...others] = columns;
    const styled = { ...names, cells: names.cells.map((cell) => colored.strong(cell)) };
    const lines = layOutTable([styled, ...others], 80, colored);
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/a-profile-with-a-name-[a-z-]*\x1b\[22m… {2}Kd8s/);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  });

  it.each([
    [80, "  Profile Key Workspace Ends"],
    [60, "  Profile Key Workspace Ends"],
    [50, "  Profile Key Ends"],
    [30, "  Profile Key"],
  ])("drops optional columns in %i columns", (width, head) => {
    const optional = columns.map((column, index) => ({
      ...column,
      ...(index > 1 && { optional: 4 - index }),
    }));
    const lines = layOutTable(optional, width, plain);
    expect(lines[0]?.replace(/(?<=\w) +/g, " ")).toBe(head);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
  });

  it("lists each row by itself when too little of it would be left", () => {
    expect(layOutTable(columns, 40, plain).slice(0, 5)).toEqual([
      "  work",
      "    Key        HQSx...Ug6Y",
      "    Workspace  Research",
      "    Ends       21 Feb 2027",
      "",
    ]);
  });
});
