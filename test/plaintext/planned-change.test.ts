import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FoundInFile, type FoundPlace, findKeys } from "../../src/plaintext/find-keys.ts";
import { type PlannedChange, planChange } from "../../src/plaintext/planned-change.ts";
import { chosenKey, otherKey } from "./planted-home.ts";

let home: string;
let path: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "planned-change-"));
  path = join(home, ".env");
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const before = `A=1\nMISTRAL_API_KEY=${chosenKey}\nB=2\n`;
const after = "A=1\n# MISTRAL_API_KEY moved\nB=2\n";

async function plan(): Promise<PlannedChange> {
  const env = { PATH: process.env.PATH };
  const { found } = await findKeys({ platform: "linux", home, cwd: home, env });
  const places: readonly FoundPlace[] = found[0]?.places ?? [];
  const [first, ...others] = places.filter((place): place is FoundInFile => "file" in place);
  if (first === undefined) throw new Error("Nothing was found.");
  return planChange([first, ...others], (variable) => `${variable} moved`);
}

test("replaces the file as a whole, with its mode, and leaves no other file behind", async () => {
  writeFileSync(path, before);
  chmodSync(path, 0o604);

  expect(await (await plan()).apply()).toMatchObject({ outcome: "replaced" });

  expect(readFileSync(path, "utf8")).toBe(after);
  if (process.platform !== "win32") expect(statSync(path).mode & 0o777).toBe(0o604);
  expect(readdirSync(home)).toEqual([".env"]);
});

test("shows what changes without the key and without other secrets", async () => {
  writeFileSync(path, `MISTRAL_API_KEY=${chosenKey} # \x1b[31mnot ${otherKey}\n`);

  const { changes } = await plan();

  expect(changes).toEqual([
    {
      number: 1,
      before: "MISTRAL_API_KEY=test...Key0 # not spar...eKy1",
      after: "# MISTRAL_API_KEY moved # not spar...eKy1",
    },
  ]);
});

test("shows no key that has no digit, by which other secrets are told from words", async () => {
  writeFileSync(path, `MISTRAL_API_KEY=${"testKeyA".repeat(4)}\n`);
  expect((await plan()).changes).toMatchObject([{ before: "MISTRAL_API_KEY=test...KeyA" }]);
});

test("says where else in the file the key is, in whatever form", async () => {
  const encoded = Buffer.from(`user:${chosenKey}`).toString("base64");
  const comment = `MISTRAL_API_KEY=${chosenKey} # in base64: ${encoded}`;
  writeFileSync(path, `${before}CURL_HEADER="Bearer ${chosenKey}"\nBASIC=${encoded}\n${comment}\n`);

  const { left } = await plan();

  expect(left.map(({ occurrence: { line }, reason }) => [line, reason])).toEqual([
    [4, "it holds the key in another way"],
    [5, "it holds the key in another way"],
    [6, "it holds the key in another way"],
  ]);
});

test("does not name a place where the change removes the key in every form", async () => {
  writeFileSync(path, `CURL="MISTRAL_API_KEY=${chosenKey} -H ${chosenKey}"\n`);

  const { changes, left } = await plan();

  expect(changes).toMatchObject([{ after: "# MISTRAL_API_KEY moved" }]);
  expect(left).toEqual([]);
});
