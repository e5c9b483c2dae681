import { expect, it } from "vitest";
import { parseCommandLine } from "../src/cli.ts";

const parse = (...argv: readonly string[]) => parseCommandLine(argv, { columns: () => 80, version: "0" });

it("refuses flags that exclude each other on whichever side of the command they stand", () => {
  for (const argv of [
    ["verify", "--all", "-p", "work"],
    ["-p", "work", "verify", "--all"],
    ["-p", "work", "doctor", "--scan"],
  ]) {
    expect(() => parse(...argv), argv.join(" ")).toThrow(/cannot be used with/);
  }
  expect(parse("-p", "work", "verify").kind).toBe("command");
});
