import { describe, expect, it } from "vitest";
import { findAbsence, requirePerson } from "../../src/terminal/absence.ts";

const present = { input: true, onTerminal: true, env: {} };

describe("findAbsence", () => {
  it.each([
    ["nothing stands in the way", {}, undefined],
    ["--no-input was given", { input: false, onTerminal: false, env: { CI: "true" } }, "no-input"],
    ["there is no terminal", { onTerminal: false }, "no-terminal"],
    ["CI is set", { env: { CI: "1" } }, "ci"],
    ["CI is set and there is no terminal, as in every job", { onTerminal: false, env: { CI: "true" } }, "ci"],
    ["CI is set to false", { env: { CI: "false" } }, undefined],
  ] as const)("when %s", (_what, changes, absence) => {
    expect(findAbsence({ ...present, ...changes })).toBe(absence);
  });
});

describe("requirePerson", () => {
  const failure = { message: "The wizard asks questions", hint: "Send the key." };

  it.each([
    ["no-input", "The wizard asks questions, but --no-input was given."],
    ["no-terminal", "The wizard asks questions, but standard input or standard error is not a terminal."],
    ["ci", "The wizard asks questions, but CI is set, so nobody is asked."],
  ] as const)("says why nobody can be asked: %s", (absence, message) => {
    expect(() => requirePerson({ interactive: false, absence }, failure)).toThrow(
      expect.objectContaining({ kind: "needs-terminal", message, hint: "Send the key." }),
    );
  });

  it("lets a person continue", () => {
    expect(() => requirePerson({ interactive: true, absence: undefined }, failure)).not.toThrow();
  });
});
