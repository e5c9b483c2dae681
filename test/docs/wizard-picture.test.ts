import { expect, it } from "vitest";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { drawFrames } from "./draw-frames.ts";
import { recordWizard } from "./record-wizard.ts";

describeWithKeyring("the moving picture in the README", () => {
  it("shows the wizard as it is; npm run docs regenerates it", async () => {
    await expect(drawFrames(await recordWizard())).toMatchFileSnapshot("../../docs/wizard.svg");
  });
});
