import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { type Run, type RunOptions, runNode } from "./program.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What one run of Node loaded. */
export interface Loaded {
  readonly run: Run;
  /** Files of this project, relative to its folder. */
  readonly files: readonly string[];
  /** Modules of src/ in those files. */
  readonly sources: readonly string[];
  /** Packages in those files, or loaded as they are. */
  readonly packages: readonly string[];
  /** Node's own modules, beyond those it starts with. */
  readonly builtins: readonly string[];
}

interface Bundle {
  readonly files: readonly { readonly file: string; readonly modules: readonly string[] }[];
}

/**
 * Runs Node and lists what it loaded, as Node reports it: scripts in a coverage report, its own modules
 * in `process.moduleLoadList`.
 */
export async function runAndList(args: readonly string[], options: RunOptions): Promise<Loaded> {
  const folder = mkdtempSync(join(tmpdir(), "mistral-key-loaded-"));
  try {
    const builtinsFile = join(folder, "builtins");
    const lister = fileURLToPath(new URL("list-builtins.cjs", import.meta.url));
    const run = await runNode(["--require", lister, ...args], {
      ...options,
      env: { ...options.env, NODE_V8_COVERAGE: join(folder, "coverage"), LISTED_BUILTINS: builtinsFile },
    });
    const files = scriptsIn(join(folder, "coverage")).filter((file) => file !== relative(root, lister));
    const modules = files.flatMap(modulesOf);
    return {
      run,
      files,
      sources: modules.filter((module) => module.startsWith("src/")).sort(),
      packages: [...new Set(modules.flatMap(packageOf))].sort(),
      builtins: readFileSync(builtinsFile, "utf8").split("\n").filter(Boolean).sort(),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function scriptsIn(folder: string): string[] {
  const urls = readdirSync(folder).flatMap((report) => {
    const { result } = JSON.parse(readFileSync(join(folder, report), "utf8")) as {
      result: readonly { readonly url: string }[];
    };
    return result.map(({ url }) => url).filter((url) => url.startsWith("file:"));
  });
  const files = [...new Set(urls)].map((url) => relative(root, fileURLToPath(url)).split(sep).join("/"));
  return files.filter((file) => !file.startsWith("..")).sort();
}

let bundle: Bundle | undefined;

function modulesOf(file: string): readonly string[] {
  bundle ??= JSON.parse(readFileSync(join(root, "build/bundle.json"), "utf8")) as Bundle;
  return bundle.files.find((bundled) => `dist/${bundled.file}` === file)?.modules ?? [file];
}

function packageOf(module: string): string[] {
  const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1];
  return name === undefined ? [] : [name];
}
