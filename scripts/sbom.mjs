// Prints a software bill of materials (CycloneDX, JSON): npm's for the whole lock file, reduced to what
// is bundled into dist/ and what is installed beside it. Run it after a build; a release keeps it beside
// the tarball.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const { packages } = JSON.parse(readFileSync("build/bundle.json", "utf8"));
const bundled = new Set(packages.map(({ name, version }) => `${name}@${version}`));

const options = { encoding: "utf8", maxBuffer: 2 ** 26, shell: process.platform === "win32" };
const everything = execFileSync("npm", ["sbom", "--sbom-format=cyclonedx", "--package-lock-only"], options);
const document = JSON.parse(everything);
const isInstalled = ({ properties }) =>
  !properties.some(({ name }) => name === "cdx:npm:package:development");

const components = document.components
  .filter((component) => bundled.has(component["bom-ref"]) || isInstalled(component))
  .map((component) => ({ ...component, scope: "required", properties: [] }));
const { component } = document.metadata;
const dependencies = [{ ref: component["bom-ref"], dependsOn: components.map((each) => each["bom-ref"]) }];
console.log(JSON.stringify({ ...document, components, dependencies }, undefined, 2));
