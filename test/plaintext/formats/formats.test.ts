import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { assignments, fishVariables } from "../../../src/plaintext/formats/assignments.ts";
import { llmKeys, mistralCodeKeys, opencodeKeys } from "../../../src/plaintext/formats/json-members.ts";
import {
  applyEdits,
  NotUnderstood,
  planRemoval,
  type TextFormat,
} from "../../../src/plaintext/formats/occurrence.ts";
import { aiderKeys, continueKeys } from "../../../src/plaintext/formats/yaml-members.ts";
import { chosenKey as key, otherKey } from "../planted-home.ts";

/** What is left of a text when every key is removed, and how many keys could not be. */
function removeKeys(format: TextFormat, text: string): { text: string; left: number } {
  const { edits, left } = planRemoval(format(text), (variable) => `${variable} moved`);
  return { text: applyEdits(text, edits), left: left.length };
}

function linesFound(format: TextFormat, text: string): readonly number[] {
  return format(text).map(({ line }) => line);
}

describe("dotenv files", () => {
  const dotenv = assignments("#");

  test.each([
    ["bare", `MISTRAL_API_KEY=${key}`],
    ["exported", `export MISTRAL_API_KEY=${key}`],
    ["in double quotes", `MISTRAL_API_KEY="${key}"`],
    ["in single quotes", `MISTRAL_API_KEY='${key}'`],
    ["in backticks", `MISTRAL_API_KEY=\`${key}\``],
    ["with spaces", `  MISTRAL_API_KEY = ${key}  `],
    ["in YAML style", `MISTRAL_API_KEY: ${key}`],
    ["with spaces inside the quotes", `MISTRAL_API_KEY=" ${key} "`],
  ])("finds a key %s and puts a comment in its place", (_, line) => {
    const [found] = dotenv(line);
    expect(found?.key.reveal()).toBe(key);
    expect(line.slice(found?.start, found?.end)).toBe(key);
    expect(removeKeys(dotenv, line).text.trim()).toBe("# MISTRAL_API_KEY moved");
  });

  test("keeps line endings, a comment after the value, other secrets and a missing last newline", () => {
    const text = `A=1\r\n\r\nMISTRAL_API_KEY=${key} # mine\r\nB='${otherKey}'\r\nC=\xe9`;
    expect(removeKeys(dotenv, text).text).toBe(
      `A=1\r\n\r\n# MISTRAL_API_KEY moved # mine\r\nB='${otherKey}'\r\nC=\xe9`,
    );
  });

  test("leaves a key whose line ends with a lone CR, since other lines would go with it", () => {
    const text = `A=1\nMISTRAL_API_KEY=${key}\rB=2\r`;
    expect(removeKeys(dotenv, text)).toEqual({ text, left: 1 });
  });

  test("a key in the comment after another variable is removed from the comment", () => {
    expect(removeKeys(dotenv, `A=1 # MISTRAL_API_KEY=${key}\n`).text).toBe("A=1 # MISTRAL_API_KEY=(moved)\n");
  });

  test("a key in a comment is one too; the rest of the comment stays", () => {
    const text = `# old: MISTRAL_API_KEY=${key} until May\n`;
    expect(removeKeys(dotenv, text)).toEqual({
      text: "# old: MISTRAL_API_KEY=(moved) until May\n",
      left: 0,
    });
  });

  test("removes only the key in a comment when its line also sets one", () => {
    expect(removeKeys(dotenv, `MISTRAL_API_KEY=${key} # was MISTRAL_API_KEY=${key}\n`)).toEqual({
      text: `MISTRAL_API_KEY=${key} # was MISTRAL_API_KEY=(moved)\n`,
      left: 1,
    });
  });

  test("finds two keys in one file, each with its line", () => {
    const text = `MISTRAL_API_KEY=${key}\n\nVITE_MISTRAL_API_KEY=${otherKey}\n`;
    expect(linesFound(dotenv, text)).toEqual([1, 3]);
  });

  test.each([
    "MISTRAL_API_KEY=",
    "MISTRAL_API_KEY=your-key-here",
    "MISTRAL_API_KEY=your_mistral_api_key_goes_here",
    "MISTRAL_API_KEY=yourMistralApiKeyGoesRightHere12",
    "MISTRAL_API_KEY=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "MISTRAL_API_KEY=$OTHER_VARIABLE_NAME",
    "MISTRAL_API_KEY=${OTHER_VARIABLE_NAME}",
    "MISTRAL_API_KEY=%OTHER_VARIABLE_NAME%",
    "MISTRAL_API_KEY=op://Private/Mistral/credential",
    "MISTRAL_API_KEY={{ mistral_api_key_of_vault }}",
    'MISTRAL_API_KEY="$(pass show mistral/api-key)"',
    "MISTRAL_API_KEY=<paste your key here please>",
    "MISTRAL_API_KEY=••••••••••••••••••••••••••••",
    `MISTRAL_KEY_PASSPHRASE=${"passWord".repeat(4)}`,
    `MISTRAL_API_KEY_FILE=${key}`,
    `OPENAI_API_KEY=${key}`,
    `MISTRAL_MODEL=mistral-large-latest-of-today`,
  ])("does not mistake a placeholder, reference or other setting for a key: %s", (line) => {
    expect(dotenv(Buffer.from(line).toString("latin1"))).toEqual([]);
  });

  test("is not held up by a long line of blanks", () => {
    const blanks = " ".repeat(90_000);
    expect(dotenv(`MISTRAL_API_KEY="${blanks}`)).toEqual([]);
    expect(removeKeys(dotenv, `MISTRAL_API_KEY=${key};${blanks}x`).left).toBe(1);
  });

  test("a key of a shape that is not usual counts under Mistral's own name", () => {
    expect(dotenv(`MISTRAL_API_KEY=${key}-v2_${otherKey}`)).toHaveLength(1);
    expect(dotenv(`SOME_MISTRAL_KEY=${key}-v2_${otherKey}`)).toHaveLength(0);
  });
});

describe("start-up files of shells", () => {
  const posix = assignments(": #");

  test.each([
    `export MISTRAL_API_KEY=${key}`,
    `export MISTRAL_API_KEY='${key}';`,
    `typeset -x MISTRAL_API_KEY="${key}"`,
    `MISTRAL_API_KEY=${key}; export MISTRAL_API_KEY`,
  ])("replaces a line that only sets the key: %s", (line) => {
    expect(removeKeys(posix, `a=1\n${line}\nb=2\n`)).toEqual({
      text: "a=1\n: # MISTRAL_API_KEY moved\nb=2\n",
      left: 0,
    });
  });

  test.each([
    ["the only command of an if", `if [ -t 0 ]; then\nexport MISTRAL_API_KEY=${key}\nfi\n`],
    ["the only command of a function", `setup() {\n  export MISTRAL_API_KEY=${key}\n}\n`],
    ["the last of a chain", `true &&\nexport MISTRAL_API_KEY=${key}\n`],
  ])("leaves a no-op command in place of a key that is %s", (_, text) => {
    const after = removeKeys(posix, text).text;
    expect(after).toMatch(/^\s*: # MISTRAL_API_KEY moved$/m);
    if (process.platform !== "win32") execFileSync("sh", ["-n"], { input: after });
  });

  test.each([
    `export A=1 MISTRAL_API_KEY=${key} B=2`,
    `[ -t 0 ] && export MISTRAL_API_KEY=${key}`,
    `alias ask='MISTRAL_API_KEY=${key} ask'`,
    `MISTRAL_API_KEY=${key} node server.js`,
    `env \\\nMISTRAL_API_KEY=${key}`,
    `export MISTRAL_API_KEY=${key} LLM_MISTRAL_KEY=${key}`,
    `cat >config.yml <<END\nMISTRAL_API_KEY: ${key}\nEND`,
    `set -gx MISTRAL_API_KEY ${key}`,
  ])("leaves a line that does more for the person to change: %s", (text) => {
    const taken = removeKeys(posix, text);
    expect(taken.text).toBe(text);
    expect(taken.left).toBeGreaterThan(0);
  });

  test.each([
    `set -gx MISTRAL_API_KEY ${key}`,
    `set --export --global MISTRAL_API_KEY "${key}"`,
    `export MISTRAL_API_KEY=${key}`,
  ])("knows the forms of fish: %s", (line) => {
    expect(removeKeys(assignments("#"), `${line} # note\n`).text).toBe("# MISTRAL_API_KEY moved # note\n");
  });

  test.each([`$env:MISTRAL_API_KEY = "${key}"`, `  $Env:MISTRAL_API_KEY='${key}'`])(
    "knows the form of PowerShell: %s",
    (line) => {
      expect(removeKeys(assignments("#"), `${line}\r\n`).text.trimStart()).toMatch(
        /^# MISTRAL_API_KEY moved\r\n$/i,
      );
    },
  );

  test("a universal variable of fish is found and left to fish", () => {
    const text = `# This file contains fish universal variable definitions.\nSETUVAR --export MISTRAL_API_KEY:${key}\n`;
    expect(linesFound(fishVariables, text)).toEqual([2]);
    expect(removeKeys(fishVariables, text)).toEqual({ text, left: 1 });
  });
});

describe("JSON files", () => {
  test.each([
    ["first of several", `{\n  "mistral": "${key}",\n  "a": 1\n}\n`, `{\n  "a": 1\n}\n`],
    ["last of several", `{\n\t"a": 1,\n\t"mistral": "${key}"\n}`, `{\n\t"a": 1\n}`],
    ["in the middle", `{"a":1, "mistral" : "${key}" ,"b":2}`, `{"a":1, "b":2}`],
    ["alone", `{"mistral": "${key}"}\r\n`, "{}\r\n"],
  ])("removes a member that is %s and keeps the rest byte for byte", (_, before, after) => {
    expect(removeKeys(llmKeys, before)).toEqual({ text: after, left: 0 });
  });

  test("removes a whole login of opencode, which is useless without its key", () => {
    const before = `{ "a": {}, "mistral": { "type": "api", "key": "${key}" }, "b": {} }`;
    expect(removeKeys(opencodeKeys, before).text).toBe(`{ "a": {}, "b": {} }`);
  });

  test("removes two members at once", () => {
    const before = `{"x": {"apiKey": "${key}", "provider": "mistral"}, "mistralApiKey": "${key}"}`;
    expect(removeKeys(mistralCodeKeys, before).text).toBe(`{"x": {"provider": "mistral"}}`);
  });

  test("leaves the second of two neighbours when taking both would break the file", () => {
    const before = `{"other": "x", "mistral": "${key}", "mistral-2": "${key}"}`;
    expect(removeKeys(llmKeys, before)).toEqual({ text: `{"other": "x", "mistral-2": "${key}"}`, left: 1 });
  });

  test("leaves keys of other providers alone", () => {
    const text = `{"models": [{"provider": "openai", "apiKey": "${key}"}]}`;
    expect(mistralCodeKeys(text)).toEqual([]);
  });

  test("does not remove what would take a comment with it", () => {
    const text = `{"a": 1, // mine\n"apiKey": "${key}"}`;
    expect(removeKeys(mistralCodeKeys, text)).toEqual({ text, left: 1 });
  });

  test.each([2_000, 100_000])("says when a file is nested %i levels deep", (levels) => {
    const nested = (open: string, close: string) => `${open.repeat(levels)}1${close.repeat(levels)}`;
    for (const text of [
      nested("[", "]"),
      nested('{"mistral":', "}"),
      nested('[{"a":', "}]"),
      nested("\\[", ""),
      `// "\n${nested("[", "]")}`,
      `/* " */${nested("[", "]")}`,
      `{"a": "\n, "b": ${nested("[", "]")}}`,
    ]) {
      expect(() => mistralCodeKeys(text)).toThrow("it is nested too deeply");
    }
  });

  test("brackets in strings do not count as levels", () => {
    const text = `{ "a": "\\"${"[{".repeat(200)}", "mistral": "${key}" }`;
    expect(llmKeys(text)).toHaveLength(1);
  });

  test("says when a long string never ends", () => {
    expect(() => llmKeys(`{"a": "${"x".repeat(900_000)}`)).toThrow(NotUnderstood);
  });

  test("says when a file is no JSON", () => {
    expect(() => llmKeys(`{"mistral": "${key}"`)).toThrow(NotUnderstood);
  });
});

describe("YAML files", () => {
  test.each([
    [
      "an entry on its own line",
      `models:\r\n  - provider: mistral\r\n    apiKey: ${key} # c\r\n    x: 1\r\n`,
      "models:\r\n  - provider: mistral\r\n    # MISTRAL_API_KEY moved # c\r\n    x: 1\r\n",
    ],
    [
      "the first entry of an item",
      `models:\n  - apiKey: '${key}'\n    provider: mistral\n`,
      "models:\n  - # MISTRAL_API_KEY moved\n    provider: mistral\n",
    ],
  ])("removes %s from Continue's settings", (_, before, after) => {
    expect(removeKeys(continueKeys, before)).toEqual({ text: after, left: 0 });
  });

  test.each([
    ["a list between brackets", `a: 1\napi-key: [mistral=${key}]\n`, "a: 1\n# MISTRAL_API_KEY moved\n"],
    ["the only item of a list", `a: 1\napi-key:\n  - mistral=${key}\n`, "a: 1\n# MISTRAL_API_KEY moved\n"],
    [
      "a list of variables",
      `set-env:\n- A=1\n- MISTRAL_API_KEY=${key}\n`,
      "set-env:\n- A=1\n# MISTRAL_API_KEY moved\n",
    ],
    [
      "the only entry, leaving a file that aider still reads",
      `# mine\napi-key: mistral=${key}\n`,
      "# mine\n# MISTRAL_API_KEY moved\n{}\n",
    ],
  ])("removes %s from aider's settings", (_, before, after) => {
    expect(removeKeys(aiderKeys, before)).toEqual({ text: after, left: 0 });
  });

  test.each([
    ["something else refers to it", `api-key: &k mistral=${key}\nother: *k\n`],
    ["a comment stands inside", `api-key: # mine\n  - mistral=${key}\n`],
    ["others stand beside it on its line", `api-key: [openai=x, mistral=${key}]\n`],
  ])("leaves an entry for the person to change when %s", (_, text) => {
    expect(removeKeys(aiderKeys, text)).toEqual({ text, left: 1 });
  });

  test("leaves placeholders, references and other providers alone", () => {
    const text = `models:\n  - provider: mistral\n    apiKey: \${{ secrets.MISTRAL_API_KEY }}\n  - provider: openai\n    apiKey: ${key}\n`;
    expect(continueKeys(text)).toEqual([]);
  });

  test.each([
    ["flow", "[".repeat(2000) + "]".repeat(2000)],
    ["block", "- ".repeat(20_000)],
  ])("says when a file is nested too deeply: %s", (_kind, text) => {
    expect(() => aiderKeys(text)).toThrow("it is nested too deeply");
  });

  test("says when a file is not YAML", () => {
    expect(() => aiderKeys(`api-key: [mistral=${key}`)).toThrow(NotUnderstood);
  });
});
