import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { newKey } from "../../src/mistral/mistral-api.ts";
import { checkEach, checkWithProgress } from "../../src/verification/check-with-progress.ts";
import { openTestDeps, type TestDeps } from "../support/deps.ts";
import { startMistralApi } from "../support/mistral-api.ts";

let deps: TestDeps;
beforeEach(() => {
  deps = openTestDeps();
});
afterEach(() => deps.close());

describe("checking several keys", () => {
  const items = [0, 1, 2, 3, 4, 5];

  it("checks two at a time, and returns the results in order", async () => {
    let underWay = 0;
    let mostAtOnce = 0;
    const results = await checkEach(deps, items, async (item) => {
      underWay += 1;
      mostAtOnce = Math.max(mostAtOnce, underWay);
      // The first of each two is done last.
      for (let turn = item % 2; turn < 3; turn++) await new Promise(setImmediate);
      underWay -= 1;
      return `result ${item}`;
    });
    expect(results).toEqual(items.map((item) => `result ${item}`));
    expect(mostAtOnce).toBe(2);
  });

  it("begins no other after Ctrl-C, and keeps what is done", async () => {
    const begun: number[] = [];
    const results = await checkEach(deps, items, async (item) => {
      begun.push(item);
      if (item === 1) deps.interrupt();
      return item;
    });
    expect(begun).toEqual([0, 1]);
    expect(results).toEqual([0, 1]);
  });

  it("throws a bug", async () => {
    const bug = new TypeError("made by a test");
    await expect(checkEach(deps, items, () => Promise.reject(bug))).rejects.toBe(bug);
  });
});

describe("what is shown while a key is checked", () => {
  const key = ApiKey.of("testKey0".repeat(4));
  const shown = async (keys: readonly string[], behaviour?: "server-error") => {
    const api = await startMistralApi({ keys: [...keys] });
    if (behaviour) api.behave(behaviour, { on: ["completion"] });
    try {
      await checkWithProgress(deps, key, { region: "global", serverUrl: api.url }, { history: newKey });
    } finally {
      await api.stop();
    }
    return deps.stderr();
  };

  it("is that Mistral accepts it and a model answered", async () => {
    expect(await shown([key.reveal()])).toMatch(/accepted by Mistral.*\n.*a model answered/);
  });

  it("is nothing that did not happen", async () => {
    expect(await shown([])).not.toMatch(/accepted|answered/);
  });

  it("is not that a model answered when none did", async () => {
    const text = await shown([key.reveal()], "server-error");
    expect(text).toContain("accepted by Mistral");
    expect(text).not.toContain("answered");
  });
});
