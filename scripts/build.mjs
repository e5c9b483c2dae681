// Makes dist/ from src/: the bundles, the types of the library, and the licences of what is bundled.
//
//   node scripts/build.mjs              builds
//   node scripts/build.mjs --if-stale   builds unless dist/ is what the sources would give
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isFresh, noteFresh, noteStale } from "./freshness.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

if (!process.argv.includes("--if-stale") || !isFresh()) await build();

async function build() {
  const [{ bundle }, { licenseDocument, packagesOf }, { refuseUnwanted }, { writeTypes }] = await Promise.all(
    [import("./bundle.mjs"), import("./licenses.mjs"), import("./unwanted.mjs"), import("./types.mjs")],
  );
  noteStale();
  rmSync("dist", { recursive: true, force: true });
  const files = await bundle();
  const modules = new Set(files.flatMap((file) => file.modules));
  refuseUnwanted(modules);
  const packages = packagesOf(modules);
  writeFileSync("dist/THIRD-PARTY-LICENSES.txt", licenseDocument(packages));
  writeTypes("dist/types");
  mkdirSync("build", { recursive: true });
  const components = packages.map(({ name, version, license }) => ({ name, version, license }));
  writeFileSync("build/bundle.json", `${JSON.stringify({ files, packages: components }, undefined, 2)}\n`);
  noteFresh();
}
