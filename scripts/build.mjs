// Makes dist/ from src/: the bundles, the types of the library, the manual page, and the licences
// of what is bundled.
//
//   node scripts/build.mjs              builds
//   node scripts/build.mjs --if-stale   builds unless dist/ is newer than its inputs
//
// With --if-possible a missing bundler is not a failure: npm also prepares a package without its tools
// (`npm ci --omit=dev`), and so does `npx` in a fresh clone before `npm ci`, where a failure would
// leave npx's own folder broken.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** What the build records for tests and for the bill of materials; written last. */
const record = "build/bundle.json";

/** The inputs of a build; the lock file is npm's record of what is installed. */
const inputs = ["src", "scripts", "package.json", "node_modules/.package-lock.json", "tsconfig.library.json"];

/** The declarations that an importer of the library can reach. */
const declarations = ["index.d.ts", "errors.d.ts", "library/get-mistral-key.d.ts"];

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const options = process.argv.slice(2);
if (options.includes("--if-possible") && !existsSync("node_modules/rolldown")) {
  console.error("mistral-key is not built here: its tools are not installed. Run: npm ci");
} else if (!options.includes("--if-stale") || !isFresh()) {
  await build();
}

function isFresh() {
  return existsSync(record) && existsSync("dist") && newest(inputs) < statSync(record).mtimeMs;
}

/** The time of the last change; a folder changes when an entry is created or removed. */
function newest(paths) {
  const times = paths
    .filter((path) => existsSync(path))
    .map((path) => {
      const stats = statSync(path);
      return stats.isDirectory()
        ? Math.max(stats.mtimeMs, newest(readdirSync(path).map((name) => join(path, name))))
        : stats.mtimeMs;
    });
  return Math.max(0, ...times);
}

async function build() {
  const [{ bundle, bundleWhole }, { licenseDocument, packagesOf }] = await Promise.all([
    import("./bundle.mjs"),
    import("./licenses.mjs"),
  ]);
  rmSync(record, { force: true });
  rmSync("dist", { recursive: true, force: true });
  mkdirSync("build", { recursive: true });

  const files = await bundle();
  const packages = packagesOf(files.flatMap(({ modules }) => modules));
  writeFileSync("dist/THIRD-PARTY-LICENSES.txt", licenseDocument(packages));

  const compiler = "node_modules/typescript/bin/tsc";
  execFileSync(process.execPath, [compiler, "--project", "tsconfig.library.json"], { stdio: "inherit" });
  for (const file of declarations) cpSync(join("build/types", file), join("dist/types", file));

  await bundleWhole("src/cli/manual-page.ts", "build/manual-page.cjs", /\/commands\//);
  const { manualPage } = await import(pathToFileURL("build/manual-page.cjs").href);
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  writeFileSync("dist/mistral-key.1", manualPage(version));

  const components = packages.map(({ name, version, license }) => ({ name, version, license }));
  writeFileSync(record, `${JSON.stringify({ files, packages: components }, undefined, 2)}\n`);
}
