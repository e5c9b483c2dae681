import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

/** A program bundled from one TypeScript file and its imports. */
export interface BundledProgram {
  /** The file to run with node. */
  readonly path: string;
  /** Removes it. */
  remove(): void;
}

/**
 * Bundles a TypeScript file of the tests into a program, since Node 20 runs no TypeScript.
 *
 * @param entry - the file, as `new URL("./program.ts", import.meta.url)`
 */
export async function bundleProgram(entry: URL): Promise<BundledProgram> {
  const folder = mkdtempSync(join(tmpdir(), "mistral-key-program-"));
  const bundler = await rolldown({
    input: { program: fileURLToPath(entry) },
    platform: "node",
    external: ["keytar"],
    // Prefers ES modules: a package's CommonJS may load files by names that a bundler cannot see.
    resolve: { mainFields: ["module", "main"] },
    transform: { target: "node20.19" },
    logLevel: "silent",
  });
  await bundler.write({
    dir: folder,
    format: "es",
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name].mjs",
  });
  await bundler.close();
  return {
    path: join(folder, "program.mjs"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
