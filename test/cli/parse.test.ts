import { describe, expect, it } from "vitest";
import { bareCommand, commandGroups, commandTable } from "../../src/cli/command-table.ts";
import { parseCommandLine } from "../../src/cli/parse.ts";

const parse = (...argv: readonly string[]) => parseCommandLine(argv, { columns: () => 80, version: "0" });

it("refuses flags that exclude each other, on either side of the command", () => {
  for (const argv of [
    ["verify", "--all", "-p", "work"],
    ["-p", "work", "verify", "--all"],
    ["-p", "work", "doctor", "--scan"],
  ]) {
    expect(() => parse(...argv), argv.join(" ")).toThrow(/cannot be used with/);
  }
  expect(parse("-p", "work", "verify").kind).toBe("command");
});

it.each([[[]], [["-p", "work"]], [["--json"]], [["--"]]])("runs the bare command for %j", (argv) => {
  expect(parse(...argv)).toMatchObject({ kind: "command", command: bareCommand });
});

it("takes an alias of a flag for the flag", () => {
  for (const name of ["--yes", "--force"]) {
    const invocation = parse("init", name);
    expect(invocation.kind === "command" && invocation.flags.on("yes"), name).toBe(true);
  }
});

it.each([
  ["login", "init"],
  ["Logout", "remove"],
  ["whoami", "status"],
  ["list", "status"],
  ["delete", "remove"],
  ["check", "verify"],
])("suggests the command that is meant by %s", (word, command) => {
  const hint = expect.stringContaining(`mistral-key ${command}:`);
  expect(() => parse(word)).toThrow(expect.objectContaining({ kind: "usage", hint }));
});

it("has no synonym of two commands, or one that is itself a command", () => {
  const words = commandTable.flatMap(({ name, alias, tried = [] }) => [
    name,
    ...(alias === undefined ? [] : [alias]),
    ...tried,
  ]);
  expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
});

describe("help", () => {
  it.each([[["help"]], [["--help"]], [["-p", "work", "--help"]]])("is the answer to %j", (argv) => {
    const help = parse(...argv);
    if (help.kind !== "text") throw new Error("It is a command.");
    expect(help.text).toContain("Usage: mistral-key [options] [command]");
    expect(help.text).toContain("mistral-key init");
    for (const { name } of commandTable) expect(help.text).toMatch(new RegExp(`^  ${name}\\b`, "m"));
  });

  it("lists the commands in groups, and every group has some", () => {
    const help = parse("--help");
    if (help.kind !== "text") throw new Error("It is a command.");
    for (const { title, commands } of commandGroups) {
      const listed = help.text.slice(help.text.indexOf(`${title}:`)).split("\n\n")[0];
      expect(commands.length).toBeGreaterThan(0);
      for (const { name } of commands) expect(listed).toMatch(new RegExp(`^  ${name}\\b`, "m"));
    }
  });

  it.each([40, 60, 80, 100, 120])("fits %i columns, but for commands to copy", (columns) => {
    for (const argv of [["--help"], ...commandTable.map(({ name }) => [name, "--help"])]) {
      const help = parseCommandLine(argv, { columns: () => columns, version: "0" });
      if (help.kind !== "text") throw new Error("It is a command.");
      for (const line of help.text.split("\n")) {
        if (!/^(?: {2}\$ |Usage: )/.test(line)) expect(line.length, line).toBeLessThanOrEqual(columns);
      }
    }
  });

  it.each(commandTable.map(({ name }) => name))("of %s has the flags for every command last", (name) => {
    expect(parse(name, "--help")).toMatchObject({
      text: expect.not.stringMatching(/Global options:[\s\S]*\nOptions:/),
    });
  });

  it("of one command is the answer to help and to --help", () => {
    for (const argv of [
      ["help", "ls"],
      ["--help", "ls"],
      ["-h", "ls"],
    ]) {
      expect(parse(...argv)).toEqual(parse("status", "--help"));
    }
    expect(parse("help", "run")).toMatchObject({ kind: "text", text: expect.stringContaining("--redact") });
  });

  it.each([
    [["help", "veriffy"], "Unknown command 'veriffy'.", "Did you mean verify?"],
    [["-p", "work", "help", "xyzzy"], "Unknown command 'xyzzy'.", "mistral-key --help"],
    [["xyzzy"], "Unknown command 'xyzzy'.", "mistral-key --help"],
  ])("is refused for a command that does not exist: %j", (argv, message, hint) => {
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
