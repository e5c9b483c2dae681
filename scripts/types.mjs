// Writes dist/types/: the declarations that whoever imports the library's face can reach, and no
// others, with the endings that every version of TypeScript resolves.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";

const relativeImport = /(?<=\bfrom\s+"|\bimport\("|^import\s+")(\.{1,2}\/[^"]+)\.ts(?=")/gm;

/** @param {string} folder where to write them */
export function writeTypes(folder) {
  const everything = mkdtempSync(join(tmpdir(), "mistral-key-types-"));
  try {
    compile(everything);
    const pending = ["index"];
    const written = new Set();
    for (const module of pending) {
      if (written.has(module)) continue;
      written.add(module);
      const text = readFileSync(join(everything, `${module}.d.ts`), "utf8");
      for (const [, target] of text.matchAll(relativeImport)) {
        pending.push(normalize(join(dirname(module), target)));
      }
      const file = join(folder, `${module}.d.ts`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text.replace(relativeImport, "$1.js"));
    }
  } finally {
    rmSync(everything, { recursive: true, force: true });
  }
}

function compile(folder) {
  const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
  const compiler = join(dirname(manifest), "bin/tsc");
  const options = ["--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--rootDir", "src"];
  execFileSync(
    process.execPath,
    [compiler, "--project", "tsconfig.library.json", ...options, "--outDir", folder],
    { stdio: "inherit" },
  );
}
