import { afterEach, describe, expect, it } from "vitest";
import { screensFor } from "../../src/capture/steps.ts";
import { walkSteps } from "../../src/capture/walk-steps.ts";
import { openTestDeps, type TestDeps } from "../support/deps.ts";
import { answer, type ScriptedAnswer } from "../support/scripted-prompts.ts";

let deps: TestDeps;

afterEach(() => deps.close());

function walk(answers: readonly ScriptedAnswer[]) {
  deps = openTestDeps({ answers });
  return walkSteps(deps, {
    screens: screensFor({ suggestedName: "laptop-sep-2026", start: "new" }),
    from: "sign-in",
    expiresAt: null,
  });
}

const openAndGoOn = [answer.press("enter", /open the page/), answer.press("enter", /continue/)];
const everyScreen = [
  ...openAndGoOn,
  answer.press("enter", /continue/),
  answer.press("b"),
  answer.press("enter", /continue/),
  answer.press("h"),
  ...openAndGoOn,
];

describe("walking the steps", () => {
  it("says what to do when something is not as described, and asks again", async () => {
    await walk(everyScreen);
    expect(deps.stderr()).toContain("Create new key is missing");
    expect(deps.stderr()).toContain("https://admin.mistral.ai/subscription");
  });

  it("opens a page once", async () => {
    await walk(everyScreen);
    expect(deps.opened).toEqual(["https://console.mistral.ai", "https://console.mistral.ai/api-keys"]);
  });

  it("knows whether the key was made on the way", async () => {
    expect(await walk(everyScreen)).toMatchObject({ justMade: true });
    expect(await walk([answer.press("s")])).toMatchObject({ justMade: false });
  });

  it("ends where a key is pasted, which was just made where keys are made", async () => {
    const key = "testKey0".repeat(4);
    const atOnce = await walk([answer.pasteKey(key)]);
    expect(atOnce.key?.reveal()).toBe(key);
    expect(atOnce.justMade).toBe(false);
    const made = await walk([answer.press("n"), answer.press("n"), answer.pasteKey(key)]);
    expect(made).toMatchObject({ justMade: true });
  });
});
