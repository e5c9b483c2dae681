// Bundles the program into split ES modules under dist/, so that each command loads only what it
// uses and an installed package has keytar as its one dependency. Types of the library stand beside.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { build } from "esbuild";

const root = new URL("..", import.meta.url);
process.chdir(new URL(root).pathname);
rmSync("dist", { recursive: true, force: true });

// The SDK registers hooks that trace with OpenTelemetry when it is installed and that print
// warnings on their own; neither belongs into a program that handles keys.
const withoutSdkHooks = {
  name: "without-sdk-hooks",
  setup(builder) {
    builder.onLoad({ filter: /@mistralai[\\/]mistralai[\\/]esm[\\/]hooks[\\/]registration\.js$/ }, () => ({
      contents: "export function initHooks() {}",
    }));
  },
};

await build({
  entryPoints: { main: "src/main.ts", index: "src/index.ts" },
  outdir: "dist",
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  external: ["keytar"],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  plugins: [withoutSdkHooks],
  logLevel: "warning",
});

const tsc = createRequire(import.meta.url)
  .resolve("typescript/package.json")
  .replace(/package\.json$/, "bin/tsc");
execFileSync(
  process.execPath,
  [
    tsc,
    "--noEmit",
    "false",
    "--declaration",
    "--emitDeclarationOnly",
    "--outDir",
    "dist/types",
    "--rootDir",
    "src",
    "--project",
    "tsconfig.library.json",
  ],
  { stdio: "inherit" },
);
