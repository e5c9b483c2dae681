import { afterEach, describe, expect, it } from "vitest";
import { askExpiry } from "../../src/capture/ask-expiry.ts";
import { openTestDeps, type TestDeps } from "../support/deps.ts";
import { answer, type ScriptedAnswer } from "../support/scripted-prompts.ts";

const now = new Date("2026-11-23T12:00:00Z");

let deps: TestDeps;
afterEach(() => deps.close());

function ask(justMade: boolean, ...answers: readonly ScriptedAnswer[]) {
  deps = openTestDeps({ answers, now });
  return askExpiry(deps, { justMade });
}

describe("when a key expires", () => {
  it("is chosen in days, or not known, for a key that was just made", async () => {
    expect(await ask(true, answer.choose("90 days", /did you choose/))).toBe("2027-02-21");
    expect(await ask(true, answer.choose("I do not know"))).toBeUndefined();
    expect(await ask(true, answer.choose("Never"))).toBeNull();
  });

  it("is looked up in the console for an older one", async () => {
    const asked = /When does it expire\? The console shows it/;
    expect(await ask(false, answer.choose("I do not know", asked))).toBeUndefined();
    expect(await ask(false, answer.choose("Never"))).toBeNull();
    expect(await ask(false, answer.choose("On a date"), answer.text("21 Feb 2027", /^Its last day$/))).toBe(
      "2027-02-21",
    );
  });
});
