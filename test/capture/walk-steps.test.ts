import { afterEach, describe, expect, it } from "vitest";
import { stepsFor } from "../../src/capture/steps.ts";
import { askExpiry, walkSteps } from "../../src/capture/walk-steps.ts";
import type { Deps } from "../../src/deps.ts";
import { displayWidth } from "../../src/terminal/output/layout.ts";
import { layOutKeys } from "../../src/terminal/prompts/press-prompt.ts";
import type { PressQuestion } from "../../src/terminal/prompts/prompts.ts";
import { openTestDeps, type TestDeps } from "../support/deps.ts";
import { answer, type ScriptedAnswer } from "../support/scripted-prompts.ts";

let deps: TestDeps;

afterEach(() => deps.close());

/** Walks every step, and gives the keys below each of them, before and after its page is opened. */
async function walk(answers: readonly ScriptedAnswer[]): Promise<readonly PressQuestion<unknown>[]> {
  deps = openTestDeps({ answers });
  const { script } = deps;
  const asked: PressQuestion<unknown>[] = [];
  const prompts: Awaited<ReturnType<Deps["prompts"]>> = Object.assign(Object.create(script), {
    press: async (question: PressQuestion<unknown>) => {
      asked.push(question);
      return script.press(question);
    },
  });
  await walkSteps(
    { ...deps, prompts: async () => prompts },
    {
      steps: stepsFor({ suggestedName: "laptop-sep-2026" }),
      from: 0,
      expiresAt: null,
      browser: true,
      onStep: () => {},
    },
  );
  return asked;
}

describe("the keys below a step", () => {
  const openAndGoOn = [answer.press("enter", /open/), answer.press("enter", /go on/)];
  const everyStep = [
    ...openAndGoOn,
    answer.press("enter", /go on/),
    answer.press("b"),
    answer.press("enter", /go on/),
    ...openAndGoOn,
    answer.press("enter", /go on/),
  ];

  it.each([
    [80, 1],
    [60, 2],
  ])("fit %i columns with room to spare, in at most %i lines", async (columns, most) => {
    const asked = await walk(everyStep);
    expect(asked).toHaveLength(8);
    for (const { keys } of asked) {
      const lines = layOutKeys(keys, columns, deps.output.theme).split("\n");
      expect(lines.length).toBeLessThanOrEqual(most);
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns - 3);
      // The last key is not left alone below the others.
      if (lines.length > 1) expect(lines.at(-1)).toMatch(/ {3}Ctrl-C stop$/);
    }
  });
});

describe("another last day", () => {
  it("is taken as the program itself writes days", async () => {
    deps = openTestDeps({
      answers: [answer.choose("Another date"), answer.text("21 Feb 2027", /^Its last day$/)],
    });
    expect(await askExpiry(deps)).toBe("2027-02-21");
  });
});
