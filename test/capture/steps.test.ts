import { describe, expect, it } from "vitest";
import { firstScreenFor, screensFor, suggestKeyName } from "../../src/capture/steps.ts";

const november = new Date("2026-11-23T12:00:00Z");
const suggestedName = "laptop-nov-2026";

/** All that a screen says. */
const wordsOf = (start: "new" | "account" | "key", workspace?: string) =>
  JSON.stringify(screensFor({ suggestedName, start, workspace }));

describe("the screens of the wizard", () => {
  it("have five steps together, each screen with words and an https page of Mistral's", () => {
    const screens = screensFor({ suggestedName, start: "new" });
    expect(screens.flatMap(({ steps }) => steps)).toHaveLength(5);
    for (const screen of screens) {
      expect(screen.instructions.length).toBeGreaterThan(0);
      expect(new URL(screen.page).origin).toBe("https://console.mistral.ai");
    }
  });

  it("open API Keys and create the key together, since both happen on one page", () => {
    const together = screensFor({ suggestedName, start: "new" }).filter(({ steps }) => steps.length > 1);
    expect(together.map(({ id }) => id)).toEqual(["create"]);
  });

  it("start where the person is", () => {
    expect(firstScreenFor("new")).toBe("sign-in");
    expect(firstScreenFor("account")).toBe("create");
    expect(firstScreenFor("key")).toBe("copy");
  });

  it("tell somebody with an account to look at the workspace before the key is made", () => {
    expect(wordsOf("account")).toContain("workspace shown at the top");
    expect(wordsOf("account", "Research")).toContain("Choose Research there");
    expect(wordsOf("new")).not.toContain("shown at the top");
  });

  it("name the fields of the dialog, and what may not be as described", () => {
    for (const words of ["Key name", "Expiration", "Connector access scope", suggestedName]) {
      expect(wordsOf("new")).toContain(words);
    }
    for (const trouble of ["not in the sidebar", "Create new key is missing", "no plan is active"]) {
      expect(wordsOf("new")).toContain(trouble);
    }
  });

  it("suggest a name that says where and when the key was made", () => {
    expect(suggestKeyName("laptop.example.com", november)).toBe("laptop-nov-2026");
    expect(suggestKeyName("Ada's MacBook Pro", november)).toBe("Ada-s-MacBook-Pro-nov-2026");
    expect(suggestKeyName("", november)).toBe("my-machine-nov-2026");
    expect(suggestKeyName("x".repeat(300), november).length).toBeLessThanOrEqual(255);
  });
});
