import { describe, expect, it } from "vitest";
import { createTheme } from "../../../src/terminal/output/theme.ts";

const plain = createTheme({ colorLevel: 0, unicode: true, hyperlinks: false });
const colored = createTheme({ colorLevel: 3, unicode: true, hyperlinks: true });

it.each([
  [1, "\x1b[33mx\x1b[39m"],
  [2, "\x1b[38;5;202mx\x1b[39m"],
  [3, "\x1b[38;2;250;82;15mx\x1b[39m"],
] as const)(
  "the accent is Mistral's orange, or the closest to it, in colour level %d",
  (colorLevel, shown) => {
    expect(createTheme({ colorLevel, unicode: true, hyperlinks: false }).accent("x")).toBe(shown);
  },
);

describe("a link", () => {
  it("is only its address when it cannot be clicked", () => {
    expect(plain.link("https://docs.mistral.ai")).toBe("https://docs.mistral.ai");
  });

  it("carries its address when it can", () => {
    expect(colored.link("https://docs.mistral.ai")).toContain("\x1b]8;;https://docs.mistral.ai\x07");
  });
});

describe("a meter", () => {
  it.each([
    [0, "○○○○○○○○○○"],
    [0.001, "●○○○○○○○○○"],
    [0.5, "●●●●●○○○○○"],
    [1, "●●●●●●●●●●"],
    [1.2, "●●●●●●●●●●"],
  ])("of %d", (share, bar) => {
    expect(plain.meter(share)).toBe(bar);
  });
});
