import { describe, expect, it } from "vitest";
import { pictures } from "../../../src/capture/pictures.ts";
import { displayWidth } from "../../../src/terminal/output/layout.ts";
import { drawPicture } from "../../../src/terminal/output/picture.ts";
import { createTheme } from "../../../src/terminal/output/theme.ts";

const plain = createTheme({ colorLevel: 0, unicode: true, hyperlinks: false });
const text = createTheme({ colorLevel: 0, unicode: false, hyperlinks: false });
const colored = createTheme({ colorLevel: 3, unicode: true, hyperlinks: true });

describe("drawPicture", () => {
  const names = ["sign-in", "workspace", "create", "copy"] as const;

  it.each(names)("draws %s as a straight box of 54 columns that marks where to click", (name) => {
    for (const theme of [plain, text, colored]) {
      const lines = drawPicture(pictures[name], 60, theme);
      expect(new Set(lines.map(displayWidth))).toEqual(new Set([54]));
      expect(lines.join("\n")).toContain("click here");
    }
  });

  it.each(names)("draws %s in ASCII where nothing else can be shown", (name) => {
    for (const line of drawPicture(pictures[name], 80, text)) expect(line).toMatch(/^[ -~]+$/);
  });

  it("draws nothing where it would break", () => {
    expect(drawPicture(pictures.create, 59, plain)).toEqual([]);
  });
});
