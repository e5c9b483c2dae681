// Tells whether dist/ is what the sources would give now, so that `npm ci`, `npx`, `npm test` and
// `npm pack`, which all ask for a build, build once.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const record = "build/digest";

/** Everything a build depends on; the second lock file is npm's note of what is really installed. */
const inputs = [
  "src",
  "scripts",
  "package.json",
  "package-lock.json",
  "node_modules/.package-lock.json",
  "tsconfig.json",
  "tsconfig.library.json",
];

/** Whether dist/ is complete, unchanged since it was built, and built from what is here now. */
export function isFresh() {
  return existsSync(record) && readFileSync(record, "utf8") === digest();
}

/** Notes that dist/ belongs to what is here now. */
export function noteFresh() {
  mkdirSync("build", { recursive: true });
  writeFileSync(record, digest());
}

/** Forgets it, before a build that may fail. */
export function noteStale() {
  rmSync(record, { force: true });
}

function digest() {
  const hash = createHash("sha256");
  for (const file of [...inputs, "dist"].flatMap(filesIn)) {
    hash.update(`${file}\0`).update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}

function filesIn(path) {
  if (!existsSync(path)) return [];
  try {
    const names = readdirSync(path, { recursive: true, withFileTypes: true });
    return names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    if (error.code === "ENOTDIR") return [path];
    throw error;
  }
}
