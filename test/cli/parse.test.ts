import { describe, expect, it } from "vitest";
import { commandTable } from "../../src/cli/command-table.ts";
import { parseCommandLine } from "../../src/cli/parse.ts";

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

describe("help", () => {
  it.each([[[]], [["-p", "work"]], [["--json"]], [["--"]], [["help"]], [["--help"]]])(
    "is the answer to %j",
    (argv) => {
      const help = parse(...argv);
      if (help.kind !== "text") throw new Error("It is a command.");
      expect(help.text).toContain("Usage: mistral-key [options] [command]");
      expect(help.text).toContain("npx mistral-key init");
      for (const { name } of commandTable) expect(help.text).toMatch(new RegExp(`^  ${name}\\b`, "m"));
    },
  );

  it("of one command is the answer to help and to --help", () => {
    expect(parse("help", "ls")).toEqual(parse("status", "--help"));
    expect(parse("help", "run")).toMatchObject({ kind: "text", text: expect.stringContaining("--redact") });
  });

  it.each([
    [["help", "veriffy"], "Unknown command 'veriffy'.", "Did you mean verify?"],
    [["-p", "work", "help", "xyzzy"], "Unknown command 'xyzzy'.", "mistral-key --help"],
    [["xyzzy"], "Unknown command 'xyzzy'.", "mistral-key --help"],
  ])("is refused for what there is not: %j", (argv, message, hint) => {
    const expected = { kind: "usage", message, hint: expect.stringContaining(hint) };
    expect(() => parse(...argv)).toThrow(expect.objectContaining(expected));
  });
});

it.each([
  [["run"], "mistral-key run --help"],
  [["-p", "work", "get", "extra"], "mistral-key get --help"],
  [["ls", "--store", "drawer"], "mistral-key status --help"],
  [["verify", "--quikc"], "Did you mean --quick?"],
  [["--xyzzy", "get"], "mistral-key --help"],
])("points a wrong use of a command to that command's help: %j", (argv, hint) => {
  const expected = { kind: "usage", hint: expect.stringContaining(hint) };
  expect(() => parse(...argv)).toThrow(expect.objectContaining(expected));
});
