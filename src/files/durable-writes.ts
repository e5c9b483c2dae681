import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { codeOf } from "./file-errors.ts";

/**
 * Writes a new file for this person alone (0600), through to the disk. Answers `false`, and writes
 * nothing, when something is there already.
 *
 * @param adjust - changes what is written before it counts, its mode for example
 * @throws the error of the system; the file may then be there, in part
 */
export function createFile(
  path: string,
  content: string | Uint8Array,
  adjust: (descriptor: number) => void = () => {},
): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, "wx", 0o600);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
  try {
    writeFileSync(descriptor, content);
    adjust(descriptor);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return true;
}

/** Makes a change to a folder survive a power failure, where the system can. */
export function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } catch (error) {
    // Some network file systems cannot; the change itself was still whole.
    if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP", "EPERM"].includes(codeOf(error))) throw error;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes a folder for this person alone (0700), and those above it that are not there. One by one:
 * where the system denies that a folder can be made, as in /proc, Node's own recursive mkdir tries
 * again without end.
 *
 * @throws the error of the system
 */
export function makeFolders(path: string): void {
  const missing: string[] = [];
  for (let folder = path; !existsSync(folder) && dirname(folder) !== folder; folder = dirname(folder)) {
    missing.push(folder);
  }
  for (const folder of missing.reverse()) {
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      // Another run may have made it meanwhile.
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
}
