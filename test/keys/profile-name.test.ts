import { describe, expect, it } from "vitest";
import { commandFor } from "../../src/hints.ts";
import { defaultProfile, parseProfileName } from "../../src/keys/profile-name.ts";

describe("the name of a profile", () => {
  it.each(["default", "work", "a", "a.b", "team_1-eu", "x".repeat(64), "console"])("can be %j", (text) => {
    expect(parseProfileName(text)).toBe(text);
  });

  it.each([
    "",
    "x".repeat(65),
    "a/b",
    "a\\b",
    "..",
    ".",
    ".hidden",
    "dot.",
    "with space",
    "ümlaut",
    "a\nb",
    "a\u0000b",
    "work/next",
    "CON",
    "nul",
    "com1.json",
    "$HOME",
    "testKey0".repeat(4),
  ])("cannot be %j", (text) => {
    expect(() => parseProfileName(text)).toThrow(expect.objectContaining({ kind: "usage" }));
  });

  it("is left out of a command line when it is the default", () => {
    expect(commandFor(defaultProfile, "rotate --finish")).toBe("mistral-key rotate --finish");
    expect(commandFor(parseProfileName("work"), "verify")).toBe("mistral-key verify -p work");
  });
});
