// Turns src/ into the two bundles of the package:
//
// - dist/program: the command, as CommonJS chunks. Node starts CommonJS in about half the time it
//   takes to get its ES module loader going (docs/performance.md has the figures), and a command
//   that is run all day pays that each time.
// - dist/index.js and dist/library: what `import "mistral-key"` gives, as ES modules.
//
// A chunk is loaded only when its `import()` is reached, so a command pays for what it uses.
import { isBuiltin } from "node:module";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { rolldown } from "rolldown";

const source = resolve("src");

/**
 * Modules that are loaded together go into one file, because finding, reading and compiling a
 * further file takes Node half a millisecond: what every command needs, and what reading the
 * keychain needs. What they import comes along.
 */
const programTogether = {
  "every-command": [
    "cli/parse.ts",
    "settings.ts",
    "keys/api-key.ts",
    "main.ts",
    "mistral/endpoint.ts",
    "onboarding/drafts-folder.ts",
    "profiles/profile-folder.ts",
    "profiles/program-folder.ts",
    "rotation/journal-folder.ts",
    "stores/open-store.ts",
    "stores/stored-key.ts",
    "terminal/output/terminal-output.ts",
  ],
  keychain: ["stores/keychain/keychain-store.ts", "stores/keychain/secret-service/secret-service.ts"],
  run: ["commands/use/run.ts", "running/process-runner.ts", "running/run-child.ts"],
};
const libraryTogether = {
  errors: ["errors.ts", "keys/environment-key.ts"],
  "stored-keys": ["library/stored-keys.ts", "stores/keychain/keychain-store.ts"],
};

/**
 * A file of a bundle.
 *
 * @typedef {object} BundledFile
 * @property {string} file its name below dist/
 * @property {number} bytes
 * @property {string[]} modules the modules in it, relative to the project
 * @property {string[]} imports files below dist/ that are loaded with it
 * @property {string[]} dynamicImports files below dist/ that may be loaded later
 */

/** Writes both bundles and tells what is in them. @returns {Promise<BundledFile[]>} */
export async function bundle() {
  const program = await write({
    input: { start: "src/start.ts" },
    plugins: [commanderAsModules, zodWithoutCompiler, withoutSdkHooks, withoutUnreached, builtinsOnFirstUse],
    output: {
      dir: "dist/program",
      format: "cjs",
      // Node's own import() would start the ES module loader only to reach keytar, which is CommonJS.
      dynamicImportInCjs: false,
      entryFileNames: "[name].cjs",
      chunkFileNames: (chunk) => `${placeOf(chunk)}.cjs`,
      codeSplitting: {
        groups: groupsOf(programTogether),
      },
    },
  });
  const library = await write({
    input: { index: "src/index.ts" },
    plugins: [withoutUnreached, builtinsOnFirstUseOfModules],
    output: {
      dir: "dist",
      format: "es",
      entryFileNames: "[name].js",
      chunkFileNames: (chunk) => `library/${placeOf(chunk)}.js`,
      codeSplitting: { groups: groupsOf(libraryTogether) },
    },
  });
  return [...program, ...library];
}

/** Files of the first group stay out of the second, and so on. */
function groupsOf(together) {
  return Object.entries(together).map(([name, files], place) => ({
    name,
    priority: 10 - place,
    test: (id) => files.includes(relative(source, id).split(sep).join("/")),
  }));
}

async function write({ input, plugins, output }) {
  const bundler = await rolldown({
    input,
    plugins,
    platform: "node",
    resolve: { alias: asModules },
    external: ["keytar"],
    transform: { target: "node20.19" },
    onLog(level, log, report) {
      // That modules which everything needs are put into one file is what the group is for.
      if (log.code !== "INEFFECTIVE_DYNAMIC_IMPORT") report(level, log);
    },
  });
  const written = await bundler.write({
    ...output,
    // Functions keep their names: a stack trace in a bug report should say where it happened.
    minify: { compress: true, mangle: { toplevel: false }, codegen: { removeWhitespace: true } },
    comments: { legal: false },
  });
  await bundler.close();
  const folder = relative("dist", output.dir);
  const below = (file) => (folder === "" ? file : `${folder}/${file}`);
  const own = (files) => files.filter((file) => written.output.some((chunk) => chunk.fileName === file));
  return written.output.map((chunk) => ({
    file: below(chunk.fileName),
    bytes: Buffer.byteLength(chunk.code),
    modules: Object.keys(chunk.modules)
      .filter((id) => isAbsolute(id))
      .map((id) => relative(".", id).split(sep).join("/")),
    imports: own(chunk.imports).map(below),
    dynamicImports: own(chunk.dynamicImports).map(below),
  }));
}

/** What these libraries give Node is CommonJS that cannot be bundled, or not in parts; the same as ES modules can. */
const asModules = {
  "jsonc-parser": resolve("node_modules/jsonc-parser/lib/esm/main.js"),
  yaml: resolve("node_modules/yaml/browser/dist/index.js"),
};

/** A chunk is named after the module or package it was made for, so that dist/ reads like src/. */
function placeOf(chunk) {
  const module = chunk.facadeModuleId;
  if (module?.startsWith(source + sep)) {
    return relative(source, module).split(sep).join("/").replace(/\.ts$/, "");
  }
  const path = (module ?? chunk.moduleIds.at(-1))?.split(sep).join("/");
  const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path ?? "")?.[1];
  return name === undefined ? chunk.name : `packages/${name.replace("@", "").replace("/", "-")}`;
}

/**
 * The SDK registers hooks that trace with OpenTelemetry when it is installed and that print
 * warnings on their own; neither belongs into a program that handles keys.
 */
const withoutSdkHooks = {
  name: "without-sdk-hooks",
  load: {
    filter: { id: /@mistralai[\\/]mistralai[\\/]esm[\\/]hooks[\\/]registration\.js$/ },
    handler: () => "export function initHooks() {}",
  },
};

/**
 * commander is CommonJS, which stays a function that is compiled twice and of which nothing can be
 * left out. Its six files are plain enough to be read as ES modules; that saves 1 ms.
 */
const commanderAsModules = {
  name: "commander-as-modules",
  resolveId: (id) => (id === "commander" ? resolve("node_modules/commander/index.js") : undefined),
  transform: {
    filter: { id: /[\\/]commander[\\/](?:index|lib[\\/]\w+)\.js$/ },
    handler(code, id) {
      const modules = code
        .replace(/^const (\{[^}]*\}) = require\(('[^']+')\);$/gm, "import $1 from $2;")
        .replace(/^const (\w+) = require\(('[^']+')\)\.(\w+);$/gm, "import { $3 as $1 } from $2;")
        .replace(/^const (\w+) = require\(('[^']+')\);$/gm, "import $1 from $2;")
        .replace(/^exports\.(\w+) = \1;.*$/gm, "export { $1 };")
        .replace(/^exports\.(\w+) = /gm, "export const $1 = ");
      if (/\brequire\(|^exports\./m.test(modules)) throw new Error(`${id} is not as plain as it was.`);
      return { code: modules, moduleType: "js" };
    },
  },
};

/**
 * zod, which the SDK reads answers with, writes a program for each schema and compiles it. That pays
 * after many answers; for the three of `verify` it takes 8 ms more than it saves.
 */
const zodWithoutCompiler = {
  name: "zod-without-compiler",
  transform: {
    filter: { id: /[\\/]zod[\\/]v4[\\/]core[\\/]core\.js$/ },
    handler(code, id) {
      const config = code.replace("__zod_globalConfig = {}", "__zod_globalConfig = { jitless: true }");
      if (config === code) throw new Error(`${id} keeps its settings elsewhere now.`);
      return { code: config };
    },
  },
};

/** Parts of libraries that are never reached here: what asks for it, and what it gets instead. */
const leftOut = [
  // commander can run its commands as programs of their own; ours are not, and loading this costs 2 ms.
  { module: "node:child_process", importer: "commander", instead: "export default {}" },
  // The theme tells chalk how many colours there are; that chalk finds out for itself costs 3 ms.
  {
    module: "#supports-color",
    importer: "chalk",
    instead: "export default { stdout: false, stderr: false }",
  },
  // age files are sealed with a passphrase here; keys and what makes them are 110 kB.
  {
    module: "@noble/post-quantum/hybrid.js",
    importer: "age-encryption",
    instead: "export const MLKEM768P256 = undefined, MLKEM768X25519 = undefined",
  },
  { module: "@noble/curves/nist.js", importer: "age-encryption", instead: "export const p256 = undefined" },
  {
    module: "@noble/curves/ed25519.js",
    importer: "age-encryption",
    instead: "export const x25519 = undefined",
  },
  // Of inquirer's prompts the one that starts an editor is never asked; its encodings are 450 kB.
  {
    module: "@inquirer/external-editor",
    importer: "editor",
    instead: "export const editAsync = undefined",
  },
  // Signing in to a proxy with Kerberos needs a native package, and has to be asked for.
  {
    module: "proxy-agent-negotiate",
    importer: "https-proxy-agent",
    instead: "export const createNegotiateAuth = undefined",
  },
  // With DEBUG set it would print the address of the proxy with the password in it.
  {
    module: "debug",
    importer: "https-proxy-agent",
    instead: "export default () => () => {}",
  },
];

const withoutUnreached = {
  name: "without-unreached",
  resolveId(id, importer) {
    const place = leftOut.findIndex(
      (part) => part.module === id && importer?.split(sep).includes(part.importer),
    );
    return place === -1 ? undefined : { id: `\0left-out:${place}` };
  },
  load: {
    filter: { id: /^\0left-out:/ },
    handler: (id) => leftOut[Number(id.slice("\0left-out:".length))].instead,
  },
};

/**
 * Loads a module of Node's when something of it is first used: many commands get by without
 * `node:crypto`, `node:tty` or `node:child_process`, which take 1 to 3 ms each.
 */
const builtinsOnFirstUse = {
  name: "builtins-on-first-use",
  renderChunk(code) {
    const declared = /^let (\w+) = require\("([\w:/]+)"\);(\n\1 = [\w.]+\(\1(?:, 1)?\);)?$/gm;
    return code.replace(declared, (whole, name, id, wrapped) => {
      // Wrapped again elsewhere, for CommonJS and for ES modules: what is wrapped must be the module itself.
      const wraps = code.split(new RegExp(`= [\\w.]+\\(${name}(?:, 1)?\\);`)).length - 1;
      if (!isBuiltin(id) || wraps > (wrapped === undefined ? 0 : 1)) return whole;
      return `const ${name} = ${onFirstUse(`require("${id}")`)};`;
    });
  },
};

/**
 * The same for ES modules, which have no `require`. An `import` would even make Node evaluate
 * everything the module exports, streams and all: 2 ms for `node:fs` alone.
 */
const builtinsOnFirstUseOfModules = {
  name: "builtins-on-first-use-of-modules",
  resolveId: (id, importer) =>
    isBuiltin(id) && !importer?.startsWith("\0") ? { id: `\0builtin:${id}` } : undefined,
  load: {
    filter: { id: /^\0builtin:/ },
    handler: (id) => ({
      code: `module.exports = process.getBuiltinModule(${JSON.stringify(id.slice("\0builtin:".length))});`,
      moduleType: "js",
    }),
  },
  renderChunk(code) {
    const declared = /^var (import__builtin_\w+) = (?:.*__toESM\()?(require__builtin_\w+)\(\)(?:, 1\))?;$/gm;
    return code.replace(declared, (_, name, load) => `const ${name} = ${onFirstUse(`${load}()`)};`);
  },
};

function onFirstUse(load) {
  const get = `get: (_, member) => member === "default" ? ${load} : ${load}[member]`;
  return `new Proxy({}, { ${get}, has: (_, member) => member in ${load} })`;
}
