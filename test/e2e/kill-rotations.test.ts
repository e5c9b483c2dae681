import { expect, it } from "vitest";
import { killAtEveryEffect, killAtRandomMoments } from "../attack/kill-rotations.ts";
import { Random } from "../attack/random.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";

// A sample: `npm run attack` kills 300 times at random with each store, and at every effect.
describeWithKeyring("a rotation with three targets of which one fails, killed", () => {
  it.each([
    ["keychain", 4],
    ["file", 2],
  ] as const)("at random moments: %s", async (store, count) => {
    const random = new Random(store);
    const counts = await killAtRandomMoments(store, count, () => random.fraction());
    expect(Object.keys(counts).join(" ")).toContain("killed");
  });

  it("at some of its effects", async () => {
    const counts = await killAtEveryEffect("keychain", 5, ["start"]);
    expect(Object.keys(counts).join(" ")).toContain("killed");
  });
});
