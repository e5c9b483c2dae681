import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quoteDotenv, removeVariable, setVariable } from "../../../src/shell/dotenv/set-variable.ts";
import { plantedFiles } from "../../plaintext/planted-home.ts";

const set = (text: string) => setVariable(text, "MISTRAL_API_KEY", "NEW");

describe("setVariable", () => {
  it.each([
    ["an empty file", "", "MISTRAL_API_KEY=NEW\n"],
    ["a file without it", "A=1\n# note\n", "A=1\n# note\nMISTRAL_API_KEY=NEW\n"],
    ["a file without a last line ending", "A=1", "A=1\nMISTRAL_API_KEY=NEW\n"],
    ["a file with Windows line endings", "A=1\r\nB=2\r\n", "A=1\r\nB=2\r\nMISTRAL_API_KEY=NEW\r\n"],
    ["one Windows line", "MISTRAL_API_KEY=old\r\nB=2\r\n", "MISTRAL_API_KEY=NEW\r\nB=2\r\n"],
    ["lines ended by CR", "A=1\rMISTRAL_API_KEY=old\rB=2\r", "A=1\rMISTRAL_API_KEY=NEW\rB=2\r"],
    ["its value", "A=1\nMISTRAL_API_KEY=old\nB=2\n", "A=1\nMISTRAL_API_KEY=NEW\nB=2\n"],
    ["a last line without ending", "A=1\nMISTRAL_API_KEY=old", "A=1\nMISTRAL_API_KEY=NEW"],
    ["an empty value", "MISTRAL_API_KEY=\nB=2\n", "MISTRAL_API_KEY=NEW\nB=2\n"],
    [
      "an empty value and a comment",
      "MISTRAL_API_KEY= # put it here\n",
      "MISTRAL_API_KEY=NEW # put it here\n",
    ],
    ["a file of exports", "export A=1\n", "export A=1\nexport MISTRAL_API_KEY=NEW\n"],
    ["a file of which one line exports", "export A=1\nB=2\n", "export A=1\nB=2\nMISTRAL_API_KEY=NEW\n"],
    [
      "what import left among exports",
      "export A=1\n# MISTRAL_API_KEY: moved to the keychain; use: mistral-key run -- CMD\n",
      "export A=1\nexport MISTRAL_API_KEY=NEW\n",
    ],
    ["export", "  export  MISTRAL_API_KEY=old\n", "  export  MISTRAL_API_KEY=NEW\n"],
    ["spaces that shells do not take", "MISTRAL_API_KEY = old\n", "MISTRAL_API_KEY=NEW\n"],
    ["a colon", "MISTRAL_API_KEY: old\n", "MISTRAL_API_KEY=NEW\n"],
    ["quotes", `MISTRAL_API_KEY="old # key" # mine\n`, "MISTRAL_API_KEY=NEW # mine\n"],
    [
      "quotes with a comment right behind them",
      `MISTRAL_API_KEY="old"#mine\n`,
      "MISTRAL_API_KEY=NEW #mine\n",
    ],
    ["quotes that do not end", `MISTRAL_API_KEY="old\nB=2\n`, "MISTRAL_API_KEY=NEW\nB=2\n"],
    ["a value of several lines", "MISTRAL_API_KEY='a\nb'\nB=2\n", "MISTRAL_API_KEY=NEW\nB=2\n"],
    ["a sign of a comment in the value", "MISTRAL_API_KEY=old#1\n", "MISTRAL_API_KEY=NEW\n"],
    [
      "every one of several",
      "MISTRAL_API_KEY=a\nB=2\nMISTRAL_API_KEY=b\n",
      "MISTRAL_API_KEY=NEW\nB=2\nMISTRAL_API_KEY=NEW\n",
    ],
  ])("sets it in %s", (_what, before, after) => {
    expect(set(before)).toBe(after);
  });

  it.each(["project/.env", ".vibe/.env", ".bashrc"])("takes back what import has left in %s", (path) => {
    const file = plantedFiles.find((one) => one.path === path);
    const before = file?.before.replace(/(MISTRAL_API_KEY)=["']?\w+["']?/, "$1=NEW");
    expect(before).toContain("MISTRAL_API_KEY=NEW");
    expect(set(file?.after ?? "")).toBe(before);
  });

  it("takes no other comment for one that import has left", () => {
    const notes = [
      ": moved to the keychain; use: A",
      ": removed, since Mistral refused the key",
      "_2: moved to A -- CMD",
      ": moved to A -- CMD and more",
      ": A -- CMD",
    ];
    const text = notes.map((note) => `# MISTRAL_API_KEY${note}\n`).join("");
    expect(set(text)).toBe(`${text}MISTRAL_API_KEY=NEW\n`);
  });

  it.each([
    ["a comment", "# MISTRAL_API_KEY=old\n"],
    ["a longer name", "MY_MISTRAL_API_KEY=old\nMISTRAL_API_KEY_2=old\n"],
    ["the lines of another value", 'A="first\nMISTRAL_API_KEY=old\nlast"\n'],
    [
      "what import would leave, among the lines of another value",
      'A="first\n# MISTRAL_API_KEY: moved to B -- CMD\nlast"\n',
    ],
    ["bytes that are no UTF-8", "A=\xe9\xff\n"],
    ["many blanks before the end of a value", `A=x${" ".repeat(900_000)}y\n`],
  ])("leaves %s as it is", (_what, text) => {
    expect(set(text)).toBe(`${text}MISTRAL_API_KEY=NEW\n`);
  });
});

describe("removeVariable", () => {
  it("removes a value with trailing blanks", () => {
    const text = set('A=1\nMISTRAL_API_KEY="old" \n');
    expect(removeVariable(text, "MISTRAL_API_KEY", "NEW")).toBe("A=1\n");
  });

  it("leaves a line that sets another value", () => {
    const text = "MISTRAL_API_KEY=OLD\nMISTRAL_API_KEY='NEW'\n";
    expect(removeVariable(text, "MISTRAL_API_KEY", "NEW")).toBe("MISTRAL_API_KEY=OLD\n");
  });

  it("leaves the next lines when a lone CR ends them", () => {
    expect(removeVariable("A=1\rMISTRAL_API_KEY=NEW\rB=2\r", "MISTRAL_API_KEY", "NEW")).toBe("A=1\rB=2\r");
  });
});

describe.skipIf(process.platform === "win32")("quoteDotenv", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "mistral-key-dotenv-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    "testKey0".repeat(4),
    "a b",
    "$HOME `id`",
    'say "hi"',
    "it's",
    "#x",
    "a\\b",
    "=a=",
    "~",
    "-n",
    "ä",
  ])("writes %j so that shells and Node read the same", (value) => {
    const quoted = quoteDotenv(value);
    expect(quoted).toBeDefined();
    const file = join(folder, "env");
    writeFileSync(file, setVariable("", "MISTRAL_API_KEY", quoted ?? ""));
    const env = { PATH: process.env.PATH };
    const shell = execFileSync("sh", ["-c", `. "${file}"; printf %s "$MISTRAL_API_KEY"`], {
      encoding: "utf8",
      env,
    });
    const node = execFileSync(
      process.execPath,
      [`--env-file=${file}`, "-e", "process.stdout.write(process.env.MISTRAL_API_KEY)"],
      { encoding: "utf8", env },
    );
    expect([shell, node]).toEqual([value, value]);
  });

  it.each([`it's "$HOME"`, "two\nlines", "it's a \\", "a\\\\b'", "a\\", "a\\\\b"])(
    "refuses %j, which they read differently",
    (value) => {
      expect(quoteDotenv(value)).toBeUndefined();
    },
  );
});
