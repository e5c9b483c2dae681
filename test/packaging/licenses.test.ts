import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

interface Licenses {
  packagesOf(modules: Iterable<string>): readonly { readonly name: string; readonly text: string }[];
}

const script = new URL("../../scripts/licenses.mjs", import.meta.url);
const { packagesOf } = (await import(script.href)) as Licenses;

describe("the licences of what is bundled", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mistral-key-licenses-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function install(
    name: string,
    license: string | undefined,
    files: Readonly<Record<string, string>>,
  ): string {
    const place = join(folder, "node_modules", name);
    mkdirSync(join(place, "esm"), { recursive: true });
    writeFileSync(join(place, "package.json"), JSON.stringify({ name, version: "1.2.3", license }));
    writeFileSync(join(place, "esm/package.json"), '{"type":"module"}');
    for (const [file, text] of Object.entries(files)) writeFileSync(join(place, file), text);
    return join(place, "esm/index.js").split(sep).join("/");
  }

  it("are collected with their text and notice, once for each package", () => {
    const module = install("@scope/good", "Apache-2.0", { LICENSE: "The terms.", NOTICE: "The notice." });
    const packages = packagesOf([module, module.replace("index", "other"), "src/start.ts"]);
    expect(packages).toEqual([
      { name: "@scope/good", version: "1.2.3", license: "Apache-2.0", text: "The terms.\n\nThe notice." },
    ]);
  });

  it.each(["GPL-3.0-only", "MPL-2.0", "SEE LICENSE IN terms.txt", undefined])(
    "stop the build when they are not permissive: %s",
    (license) => {
      const module = install("other", license, { LICENSE: "The terms." });
      expect(() => packagesOf([module])).toThrow(/other 1\.2\.3 may not be bundled/);
    },
  );

  it("stop the build when a package lacks their text", () => {
    const module = install("bare", "MIT", { NOTICE: "A notice is no licence." });
    expect(() => packagesOf([module])).toThrow(/bare 1\.2\.3 .* does not carry the text/);
  });
});
