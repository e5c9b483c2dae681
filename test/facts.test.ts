import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { consolePages, furtherPages } from "../src/mistral/console-pages.ts";
import type { Facts } from "../src/mistral/facts.ts";

const root = fileURLToPath(new URL("../src/", import.meta.url));
const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));

/** The facts of each module that has some, by the folder of the module. */
async function allFacts(): Promise<readonly (readonly [string, Facts])[]> {
  const holders = files.filter((file) => file.endsWith("/facts.ts") && file !== "mistral/facts.ts").sort();
  return await Promise.all(
    holders.map(async (file) => [dirname(file), (await import(join(root, file))).facts as Facts] as const),
  );
}

/** A cell of a table: no line of its own, no end of the cell. */
const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

async function factsDocument(): Promise<string> {
  const facts = (await allFacts()).flatMap(([folder, table]) =>
    Object.entries(table).map(([name, { says, source, seen }]) => ({ folder, name, says, source, seen })),
  );
  return [
    "# What this program says about Mistral",
    "",
    "Generated from `src/**/facts.ts` and `src/mistral/console-pages.ts` by `npm run docs`.",
    "When Mistral changes something, look for the page here, and change the sentence where it is said.",
    "",
    "## Sentences",
    "",
    "| sentence | said in | source | read in |",
    "|---|---|---|---|",
    ...facts.map(
      ({ folder, name, says, source, seen }) =>
        `| ${cell(says)} | \`${folder}\`, ${name} | ${source} | ${seen} |`,
    ),
    "",
    "## Pages",
    "",
    "Source: Mistral's public documentation, August 2026.",
    "",
    "| name | address |",
    "|---|---|",
    ...Object.entries({ ...consolePages, ...furtherPages }).map(
      ([name, address]) => `| ${name} | ${address} |`,
    ),
    "",
  ].join("\n");
}

describe("what is said about Mistral", () => {
  it("is listed in docs/facts.md", async () => {
    await expect(await factsDocument()).toMatchFileSnapshot("../docs/facts.md");
  });

  it("has a source and a month, and says each thing once", async () => {
    const facts = (await allFacts()).flatMap(([, table]) => Object.values(table));
    for (const { source, seen } of facts) {
      expect(source).toMatch(/^https:\/\/|^public reports/);
      expect(seen).toMatch(/^[A-Z][a-z]+ 20\d\d$/);
    }
    expect(new Set(facts.map(({ says }) => says)).size).toBe(facts.length);
  });

  it("takes pages of Mistral's only from their list", () => {
    const page = /https:\/\/(?:console|admin|backoffice|help|status|docs)\.mistral\.ai/;
    const listed = ["mistral/console-pages.ts", "mistral/facts.ts"];
    const naming = files.filter((file) => page.test(withoutComments(readFileSync(join(root, file), "utf8"))));
    expect(naming.filter((file) => !listed.includes(file))).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}
