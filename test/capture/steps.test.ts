import { describe, expect, it } from "vitest";
import { firstStepFor, stepsFor, suggestKeyName } from "../../src/capture/steps.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { type Draft, isFresh } from "../../src/onboarding/draft.ts";

const november = new Date("2026-11-23T12:00:00Z");

describe("the five steps", () => {
  const steps = stepsFor({ suggestedName: "laptop-nov-2026" });

  it("are five, each with words and an https page of Mistral's", () => {
    expect(steps.map(({ id }) => id)).toEqual(["sign-in", "workspace", "api-keys", "create", "copy"]);
    for (const step of steps) {
      expect(step.instructions.length).toBeGreaterThan(0);
      expect(new URL(step.page).origin).toBe("https://console.mistral.ai");
    }
  });

  it("start where the person stands", () => {
    expect(steps[firstStepFor("new")]?.id).toBe("sign-in");
    expect(steps[firstStepFor("account")]?.id).toBe("api-keys");
    expect(steps[firstStepFor("key")]?.id).toBe("copy");
  });

  it("suggest a name that says where and when the key was made", () => {
    expect(suggestKeyName("laptop.example.com", november)).toBe("laptop-nov-2026");
    expect(suggestKeyName("Ada's MacBook Pro", november)).toBe("Ada-s-MacBook-Pro-nov-2026");
    expect(suggestKeyName("", november)).toBe("my-machine-nov-2026");
    expect(suggestKeyName("x".repeat(300), november).length).toBeLessThanOrEqual(255);
  });
});

describe("a draft", () => {
  const draft = (savedAt: string): Draft => ({
    version: 1,
    profile: defaultProfile,
    standing: "new",
    step: 2,
    savedAt,
  });

  it("is offered for a week and not when it comes from the future", () => {
    expect(isFresh(draft("2026-11-17T12:00:01Z"), november)).toBe(true);
    expect(isFresh(draft("2026-11-16T11:59:59Z"), november)).toBe(false);
    expect(isFresh(draft("2026-11-24T12:00:00Z"), november)).toBe(false);
  });
});
