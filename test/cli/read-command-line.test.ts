import { describe, expect, it } from "vitest";
import { commandTable } from "../../src/cli/command-table.ts";
import { parseCommandLine } from "../../src/cli/parse.ts";
import { readCommandLine } from "../../src/cli/read-command-line.ts";

const layout = { columns: () => 80, version: "1.2.3" };

describe("a command line without flags", () => {
  const needsMore = ["completion", "expires", "rename", "run", "use"];
  const lines = [
    [],
    ...commandTable.filter(({ name }) => !needsMore.includes(name)).map(({ name }) => [name]),
    ["ls"],
    ["run", "--", "node", "--", "-p", "work"],
    ["run", "--", "--json"],
  ];

  it.each(lines.map((line) => [line.join(" "), line] as const))("mistral-key %s", async (_, line) => {
    expect(await readCommandLine(line, layout)).toEqual(parseCommandLine(line, layout));
  });

  it.each([...needsMore, "run --", "verfy"])("is refused: %s", async (line) => {
    await expect(readCommandLine(line.split(" "), layout)).rejects.toMatchObject({ kind: "usage" });
  });
});

it("is parsed when it has flags or arguments", async () => {
  expect(await readCommandLine(["get", "-p", "work"], layout)).toEqual(
    parseCommandLine(["get", "-p", "work"], layout),
  );
  expect(await readCommandLine(["open", "keys"], layout)).toMatchObject({ kind: "command", args: ["keys"] });
  expect(await readCommandLine(["--help"], layout)).toMatchObject({ kind: "text" });
});

it("has --version on either side of the command", async () => {
  for (const line of [
    ["-V"],
    ["get", "-V"],
    ["get", "-p", "work", "--version"],
    ["run", "-V", "--", "node"],
  ]) {
    expect(await readCommandLine(line, layout)).toEqual({ kind: "text", text: "1.2.3\n" });
  }
  expect(await readCommandLine(["run", "node", "-V"], layout)).toMatchObject({ args: ["node", "-V"] });
});

describe("a key in an argument", () => {
  const key = "testKey0".repeat(4);

  it.each([
    ["get", key],
    ["init", `--with-key=${key}`],
    ["run", key],
    ["run", "--", key],
    ["run", "--", `--key=${key}`],
    ["run", "--", `MISTRAL_API_KEY=${key}`, "app"],
    ["run", "-p", "work", "--", key],
    ["get", `-p${key}`],
    ["try", `My key is ${key}. Does it work?`],
    ["push", `command:sh -c 'cat; echo ${key}; true'`],
    ["env", "--write", `${key} .env`],
    ["try", "--", "My", "key", "is", key],
    ["try", "--", "run", "--", "my key is", key],
  ])("is refused and not repeated: %s %s", async (...line) => {
    const refused = await readCommandLine(line, layout).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      kind: "usage",
      message: expect.stringContaining("looks like an API key"),
    });
    expect(String(refused)).not.toContain(key);
  });

  it.each([
    ["env", "--write", `/tmp/${key}/.env`],
    ["env", "--write", `${key}.env`],
    ["push", "command:wrangler --account 0123456789abcdef0123456789abcdef secret put"],
  ])("is not suspected in part of a path or in an identifier: %s %s %s", async (...line) => {
    expect(await readCommandLine(line, layout)).toMatchObject({ kind: "command" });
  });

  it("is left alone when it belongs to another command", async () => {
    const line = ["run", "--", "echo", key];
    expect(await readCommandLine(line, layout)).toMatchObject({ args: ["echo", key] });
  });
});
