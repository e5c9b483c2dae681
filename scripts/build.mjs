// Makes dist/ from src/: the bundles, the types of the library, the manual
// page, and the licences of what is bundled.
//
//   node scripts/build.mjs              builds
//   node scripts/build.mjs --if-stale   builds unless dist/ is what the sources would give
//
// With --if-possible a missing bundler is no failure: npm prepares a package also where its tools
// were not asked for (`npm ci --omit=dev`), and `npx` in a fresh clone does before `npm ci`, where
// a failure would leave npx's own folder broken.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isFresh, noteFresh, noteStale } from "./freshness.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const options = process.argv.slice(2);
if (options.includes("--if-possible") && !hasTools()) {
  console.error("mistral-key is not built here: its tools are not installed. Run: npm ci");
} else if (!options.includes("--if-stale") || !isFresh()) {
  await build();
}

function hasTools() {
  try {
    import.meta.resolve("rolldown");
    return true;
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    return false;
  }
}

async function build() {
  const [{ bundle }, { licenseDocument, packagesOf }, { refuseUnwanted }, { writeTypes }, { writeManual }] =
    await Promise.all([
      import("./bundle.mjs"),
      import("./licenses.mjs"),
      import("./unwanted.mjs"),
      import("./types.mjs"),
      import("./manual.mjs"),
    ]);
  noteStale();
  rmSync("dist", { recursive: true, force: true });
  const files = await bundle();
  const modules = new Set(files.flatMap((file) => file.modules));
  refuseUnwanted(modules);
  const packages = packagesOf(modules);
  writeFileSync("dist/THIRD-PARTY-LICENSES.txt", licenseDocument(packages));
  writeTypes("dist/types");
  await writeManual("dist/mistral-key.1", JSON.parse(readFileSync("package.json", "utf8")).version);
  mkdirSync("build", { recursive: true });
  const components = packages.map(({ name, version, license }) => ({ name, version, license }));
  writeFileSync("build/bundle.json", `${JSON.stringify({ files, packages: components }, undefined, 2)}\n`);
  noteFresh();
}
