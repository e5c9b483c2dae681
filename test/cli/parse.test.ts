import { describe, expect, it } from "vitest";
import { bareCommand, commandGroups, commandTable } from "../../src/cli/command-table.ts";
import { parseCommandLine } from "../../src/cli/parse.ts";

const parse = (...argv: readonly string[]) => parseCommandLine(argv, { columns: () => 80, version: "0" });

it("refuses flags that exclude each other, or that a command does not take, on either side of it", () => {
  for (const [line, message] of [
    ["verify --all -p work", "--all cannot be used with --profile."],
    ["-p work verify --all", "--all cannot be used with --profile."],
    ["-p work doctor --scan", "--scan cannot be used with --profile."],
    ["init --admin --no-verify", "--admin cannot be used with --no-verify."],
    ["-p work rename a b", "rename cannot be used with --profile."],
    ["use a -p work", "use cannot be used with --profile."],
    ["completion bash --json", "completion cannot be used with --json."],
  ] as const) {
    expect(() => parse(...line.split(" ")), line).toThrow(message);
  }
  expect(parse("-p", "work", "verify").kind).toBe("command");
});

it("refuses a value that is empty, as of a variable that is not set", () => {
  expect(() => parse("env", "--write", "")).toThrow("--write needs a value.");
  expect(() => parse("verify", "--model", " ")).toThrow("--model needs a value.");
  expect(() => parse("--server-url", "", "verify")).toThrow("--server-url needs a value.");
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

it.each(["get", "remove", "verify", "status"])("says how a profile is named, to %s work", (command) => {
  const hint = expect.stringMatching(/-p NAME.*--help/);
  expect(() => parse(command, "work")).toThrow(expect.objectContaining({ kind: "usage", hint }));
});

it.each(["use a b", "rename a b c", "verify --all work", "doctor --scan src"])(
  "does not advise a flag that is refused there, to %s",
  (line) => {
    const hint = expect.not.stringContaining("-p");
    expect(() => parse(...line.split(" "))).toThrow(expect.objectContaining({ kind: "usage", hint }));
  },
);

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

  it.each([
    ["use", "--profile", "--json"],
    ["rename", "--profile", "--json"],
    ["completion", "--json", "--profile"],
  ])("of %s does not list %s, which it refuses", (name, refused, taken) => {
    const help = parse("help", name);
    if (help.kind !== "text") throw new Error("It is a command.");
    expect(help.text).toContain(taken);
    expect(help.text.split("Global options:")[1]).not.toContain(refused);
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
