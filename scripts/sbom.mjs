// Prints a software bill of materials (CycloneDX 1.6, JSON): what is bundled into dist/ and what is
// installed beside it. Run it after a build; a release keeps the answer beside the tarball.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));

const manifest = readJson("package.json");
const { packages: bundled } = readJson("build/bundle.json");
const { packages: locked } = readJson("package-lock.json");

const installed = Object.entries(locked)
  .filter(([path, entry]) => path !== "" && !entry.dev && !entry.devOptional && !entry.optional)
  .map(([path, entry]) => {
    const alias = path.replace(/^.*node_modules\//, "");
    return {
      name: entry.name ?? alias,
      version: entry.version,
      license: entry.license,
      hash: entry.integrity,
    };
  });

const components = [
  ...bundled.map((part) => ({ ...componentOf(part), scope: "required", properties: [how("bundled")] })),
  ...installed.map((part) => ({ ...componentOf(part), scope: "required", properties: [how("installed")] })),
];
const self = componentOf(manifest);
const document = {
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  version: 1,
  metadata: { component: { ...self, type: "application" } },
  components,
  dependencies: [{ ref: self["bom-ref"], dependsOn: components.map((component) => component["bom-ref"]) }],
};
console.log(JSON.stringify(document, undefined, 2));

function componentOf({ name, version, license, hash }) {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  return {
    type: "library",
    "bom-ref": purl,
    name,
    version,
    purl,
    licenses: [{ license: { id: license } }],
    ...(hash === undefined ? {} : { hashes: [hashOf(hash)] }),
  };
}

/** npm writes `sha512-` and base64, CycloneDX wants hexadecimal. */
function hashOf(integrity) {
  const [, algorithm, value] = /^(sha\d+)-(\S+)/.exec(integrity);
  return {
    alg: algorithm.replace("sha", "SHA-"),
    content: Buffer.from(value, "base64").toString("hex"),
  };
}

function how(value) {
  return { name: "mistral-key:included", value };
}
