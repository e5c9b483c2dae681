import { expect, it } from "vitest";
import { groupDigits } from "../../src/models/group-digits.ts";

it("puts commas between the thousands of a number", () => {
  expect([0, 999, 1000, 131_072, 1_000_000_000].map(groupDigits)).toEqual([
    "0",
    "999",
    "1,000",
    "131,072",
    "1,000,000,000",
  ]);
});
