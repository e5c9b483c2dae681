// Which third-party packages are inside the bundles, and under which licence.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Licences that allow bundling, if their text is shipped along. */
const accepted = new Set(["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"]);

/**
 * The packages that modules of a bundle come from, by name, each with its version, its licence (an SPDX
 * identifier) and the text of the licence and of any notice.
 *
 * @param {Iterable<string>} modules paths relative to the project
 * @throws Error when a licence is not accepted or its text is missing
 */
export function packagesOf(modules) {
  const folders = new Set([...modules].filter((path) => path.includes("node_modules/")).map(packageFolder));
  return [...folders].map(readPackage).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The text of all licences, to be shipped with the bundles. */
export function licenseDocument(packages) {
  const rule = "-".repeat(80);
  const parts = packages.map(
    ({ name, version, license, text }) => `${rule}\n${name} ${version} (${license})\n\n${text.trim()}\n`,
  );
  return `mistral-key contains parts of these packages.\n\n${parts.join("\n")}`;
}

/** Walks up: packages mark subfolders as CommonJS or ESM with a package.json without a name. */
function packageFolder(module) {
  let folder = dirname(module);
  while (!existsSync(join(folder, "package.json")) || manifestOf(folder).name === undefined) {
    if (folder === dirname(folder)) throw new Error(`${module} belongs to no package.`);
    folder = dirname(folder);
  }
  return folder;
}

function readPackage(folder) {
  const { name, version, license } = manifestOf(folder);
  if (!accepted.has(license)) {
    throw new Error(`${name} ${version} may not be bundled: its licence is ${license ?? "not stated"}.`);
  }
  const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|copying|notice)\b/i.test(file));
  if (!files.some((file) => !/^notice/i.test(file))) {
    throw new Error(`${name} ${version} may not be bundled: it does not carry the text of its licence.`);
  }
  const text = files.sort().map((file) => readFileSync(join(folder, file), "utf8"));
  return { name, version, license, text: text.join("\n\n") };
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}
