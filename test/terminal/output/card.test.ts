import { describe, expect, it } from "vitest";
import { drawCard } from "../../../src/terminal/output/card.ts";
import { displayWidth } from "../../../src/terminal/output/layout.ts";
import { createTheme } from "../../../src/terminal/output/theme.ts";

const plain = createTheme({ colorLevel: 0, unicode: true, hyperlinks: false });
const text = createTheme({ colorLevel: 0, unicode: false, hyperlinks: false });
const colored = createTheme({ colorLevel: 3, unicode: true, hyperlinks: true });

const card = {
  title: "HQSx...Ug6Y",
  rows: [
    { label: "Key", value: "laptop, in workspace Research" },
    { label: "Account", value: "a.very.long.name.of.somebody@a-long-domain.example.com" },
    { label: "Ends", value: "21 Feb 2027 (as you entered it), 90 days" },
  ],
};

describe("drawCard", () => {
  it("draws a box with its title in the border", () => {
    const rows = [{ label: "Ends", value: "21 Feb 2027" }];
    expect(drawCard({ title: "HQSx...Ug6Y", rows }, 80, plain)).toEqual([
      "  ╭ HQSx...Ug6Y ──────╮",
      "  │ Ends  21 Feb 2027 │",
      "  ╰───────────────────╯",
    ]);
  });

  it("draws the same in ASCII", () => {
    const lines = drawCard(card, 80, text);
    expect(lines[0]).toMatch(/^ {2}\+ HQSx\.\.\.Ug6Y -+\+$/);
    for (const line of lines) expect(line).toMatch(/^[ -~]*$/);
  });

  it.each([120, 80, 60, 40])("keeps its box straight and within %i columns", (columns) => {
    for (const theme of [plain, text, colored]) {
      const lines = drawCard(card, columns, theme);
      expect(new Set(lines.map(displayWidth)).size).toBe(1);
      expect(displayWidth(lines[0] ?? "")).toBeLessThan(columns);
    }
  });

  it("says the same without a box when there is no room for one", () => {
    const lines = drawCard(card, 30, plain);
    expect(lines.join("\n")).not.toMatch(/[╭│╰]/);
    expect(lines.join("\n")).toContain("HQSx...Ug6Y");
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(30);
  });
});
