import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { commandTable, globalFlags } from "../../src/cli/command-table.ts";
import { manualPage } from "../../src/cli/manual-page.ts";
import { exitCodes } from "../../src/exit-codes.ts";
import { findProgram } from "../support/find-program.ts";

const page = manualPage(manifest.version);
const built = fileURLToPath(new URL("../../dist/mistral-key.1", import.meta.url));

/** As a terminal without colours and bold type shows it, lines as long as they need be. */
function shown(): string {
  const text = execFileSync("mandoc", ["-T", "utf8", "-O", "width=1000"], { input: page, encoding: "utf8" });
  return text.replace(/.\x08/g, "").replace(/[ \t]+/g, " ");
}

describe("the manual page", () => {
  it("is in the package as the table gives it", () => {
    expect(readFileSync(built, "utf8")).toBe(page);
    const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(fileURLToPath(new URL(manifest.man, new URL("../../", import.meta.url)))).toBe(built);
  });

  it("explains every exit code", () => {
    const explained = page.slice(page.indexOf(".SH EXIT STATUS"));
    for (const code of Object.values(exitCodes))
      expect(explained).toMatch(new RegExp(`(?:B| )${code}(?:,|\\\\)`));
  });

  it.runIf(findProgram("mandoc"))("shows every command, flag and example as help does", () => {
    const text = shown();
    for (const { name, flags, examples, summary } of commandTable) {
      expect(text).toMatch(new RegExp(`^ ?${name}( |$)`, "m"));
      for (const example of examples) expect(text).toContain(example.replace(/\s+/g, " "));
      for (const flag of flags) expect(text).toContain(flag.syntax.replaceAll(/[<>]/g, ""));
      expect(summary.endsWith(".")).toBe(false);
    }
    for (const flag of globalFlags) expect(text).toContain(flag.syntax.replaceAll(/[<>]/g, ""));
  });

  it.runIf(findProgram("mandoc"))("is valid roff", () => {
    const { stdout } = spawnSync("mandoc", ["-T", "lint", "-W", "warning"], {
      input: page,
      encoding: "utf8",
    });
    // The page has no date, so that building the same version twice gives the same bytes.
    expect(
      stdout
        .trim()
        .split("\n")
        .filter((line) => !line.includes("missing date")),
    ).toEqual([]);
  });

  it.runIf(findProgram("groff"))("is roff that groff takes without a warning", () => {
    const { stderr, status } = spawnSync("groff", ["-man", "-Tutf8", "-ww", "-z"], {
      input: page,
      encoding: "utf8",
    });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  });
});
