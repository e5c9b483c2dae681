// Turns src/ into the two bundles of the package:
//
// - dist/program: the command, as CommonJS, which Node starts faster than ES modules
//   (docs/performance.md has the figures); a command that runs all day pays for it each time.
// - dist/index.js and dist/library: what `import "mistral-key"` loads, as ES modules.
//
// A file is loaded only when its `import()` is reached, so a command pays only for what it uses.
import { readFileSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const source = resolve("src");

/**
 * Modules and folders that are loaded together share one file with their imports: finding, reading and
 * compiling another file takes Node half a millisecond, installing it takes npm two. Files of the first
 * group stay out of the second, and so on.
 */
const together = {
  main: ["main.ts"],
  "every-command": ["create-deps.ts", "settings.ts", "stores/stored-key.ts"],
  keychain: ["stores/keychain/keychain-store.ts"],
  "receive-key": ["capture/receive-key.ts"],
  prompts: ["terminal/prompts/"],
};
const togetherInLibrary = {
  face: ["errors.ts", "keys/environment-key.ts", "within-limit.ts"],
  "stored-keys": ["library/stored-keys.ts", "stores/keychain/keychain-store.ts"],
};

/** Other entry points than Node's choice: ES modules, of which unused parts can be dropped. */
const otherEntries = {
  "#supports-color": resolve("node_modules/chalk/source/vendor/supports-color/browser.js"),
  "jsonc-parser": resolve("node_modules/jsonc-parser/lib/esm/main.js"),
  yaml: resolve("node_modules/yaml/browser/dist/index.js"),
};

/** Packages that their users can do without, replaced as a whole: the stub, and why. */
const replacedPackages = {
  // Tracing has no place in a program that handles keys; the SDK treats it as not installed.
  "@opentelemetry/api": `module.exports = {}; throw new Error("OpenTelemetry is left out.");`,
  // It starts a program that the environment names; nothing is edited here. Half a megabyte of encodings.
  "@inquirer/external-editor": "module.exports = {};",
  // age files use a passphrase here; support for keys is 110 kB.
  "@noble/curves": "module.exports = {};",
  "@noble/post-quantum": "module.exports = {};",
  // Kerberos sign-in to a proxy needs a native package, and is opt-in.
  "proxy-agent-negotiate": "module.exports = {};",
  // With DEBUG set it would print the proxy's URL with the password.
  debug: "module.exports = () => () => {};",
};

const replacing = {
  name: "replaced-packages",
  resolveId(id) {
    const name = Object.keys(replacedPackages).find((each) => id === each || id.startsWith(`${each}/`));
    return name && { id: `\0replaced:${name}` };
  },
  load: {
    filter: { id: /^\0replaced:/ },
    handler: (id) => replacedPackages[id.slice("\0replaced:".length)],
  },
};

/** What `init --web` serves, in place of its stub module. */
const page = {
  name: "page",
  load: {
    filter: { id: /[/\\]src[/\\]web[/\\]page-text\.ts$/ },
    handler: async () => `export const pageText = ${JSON.stringify(await makePage())};`,
  },
};

async function makePage() {
  const bundler = await rolldown({ input: "src/web/page/page.ts", platform: "browser" });
  const { output } = await bundler.generate({ format: "iife", minify: true, comments: false });
  await bundler.close();
  const read = (name) => readFileSync(`src/web/page/${name}`, "utf8");
  return {
    markup: read("page.html"),
    style: ["page.css", "log.css", "question.css"].map(read).join(""),
    script: output[0].code.trim(),
  };
}

/** Writes both bundles. Returns the files below dist/ with their modules, relative to the project. */
export async function bundle() {
  const program = await write("src/start.ts", together, {
    dir: "dist/program",
    format: "cjs",
    // Node's own import() would start the ES module loader only for keytar, which is CommonJS.
    dynamicImportInCjs: false,
    entryFileNames: "[name].cjs",
    chunkFileNames: (chunk) => `${placeOf(chunk)}.cjs`,
  });
  const library = await write("src/index.ts", togetherInLibrary, {
    dir: "dist",
    format: "es",
    entryFileNames: "[name].js",
    chunkFileNames: (chunk) => `library/${placeOf(chunk)}.js`,
  });
  return [...program, ...library];
}

/** Bundles a TypeScript file into one CommonJS module, with the packages that the program has. */
export async function bundleWhole(input, file, external = ["keytar"]) {
  // A file that looks for its neighbours finds them beside its source.
  const ownAddress = {
    name: "own-address",
    transform: (code, id) => code.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(id).href)),
  };
  const plugins = [...inProgram.plugins, ownAddress];
  const bundler = await rolldown({ input, ...inProgram, plugins, external, logLevel: "silent" });
  await bundler.write({ file, format: "cjs", dynamicImportInCjs: false, codeSplitting: false });
  await bundler.close();
}

const inProgram = {
  plugins: [replacing, page],
  platform: "node",
  external: ["keytar"],
  resolve: { alias: otherEntries },
  transform: { target: "node20.19" },
};

async function write(input, groups, output) {
  // The groups put modules that everything needs into one file on purpose.
  const bundler = await rolldown({ input, ...inProgram, checks: { ineffectiveDynamicImport: false } });
  const written = await bundler.write({
    ...output,
    codeSplitting: {
      groups: Object.entries(groups).map(([name, files], place) => ({
        name,
        priority: 10 - place,
        test: (id) => files.some((file) => posix(relative(source, id)).startsWith(file)),
      })),
    },
    // Functions keep their names, for stack traces in bug reports.
    minify: { compress: true, mangle: { toplevel: false }, codegen: { removeWhitespace: true } },
    comments: { legal: false },
    // One byte for each character: Node reads and compiles such a file faster.
    charset: "ascii",
  });
  await bundler.close();
  return written.output.map((chunk) => ({
    file: posix(relative("dist", resolve(output.dir, chunk.fileName))),
    modules: chunk.moduleIds.filter((id) => isAbsolute(id)).map((id) => posix(relative(".", id))),
  }));
}

/** A file made for one module is named after it, so that dist/ reads like src/. */
function placeOf({ name, facadeModuleId }) {
  if (!facadeModuleId?.startsWith(source + sep)) return name;
  return posix(relative(source, facadeModuleId)).replace(/\.ts$/, "");
}

function posix(path) {
  return path.split(sep).join("/");
}
