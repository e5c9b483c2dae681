import { describe, expect, it } from "vitest";
import { displayWidth } from "../../../src/terminal/output/layout.ts";
import { layOutTable } from "../../../src/terminal/output/table.ts";
import { createTheme } from "../../../src/terminal/output/theme.ts";

const plain = createTheme({ colorLevel: 0, unicode: true, hyperlinks: false });
const colored = createTheme({ colorLevel: 3, unicode: true, hyperlinks: false });
const head = ["Profile", "Key", "Workspace", "Ends"];
const rows = [
  ["work", "HQSx...Ug6Y", "Research", "21 Feb 2027"],
  ["a-profile-with-a-name-that-is-very-long-indeed", "Kd8s...0pQz", "日本語の作業場", "never"],
];

describe("layOutTable", () => {
  it("puts cells below their head, as wide as the widest", () => {
    expect(layOutTable({ head, rows: rows.slice(0, 1) }, { theme: plain, columns: 80 })).toEqual([
      "  Profile  Key          Workspace  Ends",
      "  work     HQSx...Ug6Y  Research   21 Feb 2027",
    ]);
  });

  it("shortens the widest column where there is not enough room, in colour too", () => {
    const styled = rows.map(([name = "", ...cells]) => [colored.strong(name), ...cells]);
    const lines = layOutTable({ head, rows: styled }, { theme: colored, columns: 80 });
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/a-profile-with-a-name-[a-z-]*\x1b\[22m… {2}Kd8s/);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  });

  it("stands each row by itself where too little of it would be left", () => {
    const lines = layOutTable({ head, rows }, { theme: plain, columns: 40 });
    expect(lines.slice(0, 5)).toEqual([
      "  work",
      "    Key        HQSx...Ug6Y",
      "    Workspace  Research",
      "    Ends       21 Feb 2027",
      "",
    ]);
  });
});
