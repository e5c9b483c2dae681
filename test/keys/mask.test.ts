import fc from "fast-check";
import { expect, it } from "vitest";
import { maskKey } from "../../src/keys/mask.ts";

it("shows the first and last four characters, as the console lists a key", () => {
  expect(maskKey(`HQSx${"0".repeat(24)}Ug6Y`)).toBe("HQSx...Ug6Y");
});

it("shows nothing of a text too short to hide anything that way", () => {
  expect(maskKey("testKey0testKey")).toBe("********");
  expect(maskKey("")).toBe("********");
});

it("never shows more than eight characters, nor more than half of the key", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (value) => {
      const shown = maskKey(value).replace("...", "").replace("********", "").length;
      expect(shown).toBeLessThanOrEqual(Math.min(8, value.length / 2));
    }),
  );
});
