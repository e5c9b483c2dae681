import { expect, it } from "vitest";
import { killAtEveryEffect, killAtRandomMoments, killing } from "../attack/kill-rotations.ts";
import { Random } from "../attack/random.ts";
import { missingForKeyring } from "../support/keyring.ts";
import { describeNeeding } from "../support/needs.ts";

// A sample: `npm run attack` kills 300 times at random with each store, and at every effect.
describeNeeding(
  "a rotation with three targets of which one fails, killed",
  {
    missing: [...killing.missing, ...missingForKeyring()],
    packages: "strace dbus gnome-keyring libsecret-tools",
  },
  () => {
    it.each([
      ["keychain", 4],
      ["file", 2],
    ] as const)(
      "at random moments: %s",
      async (store, count) => {
        const random = new Random(store);
        const counts = await killAtRandomMoments(store, count, () => random.fraction());
        expect(Object.keys(counts).join(" ")).toContain("killed");
      },
      120_000,
    );

    it("at some of its effects", async () => {
      const counts = await killAtEveryEffect("keychain", 4, ["start"]);
      expect(Object.keys(counts).join(" ")).toContain("killed");
    }, 120_000);
  },
);
