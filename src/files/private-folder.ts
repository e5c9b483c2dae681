import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { MistralKeyError } from "../errors.ts";
import { explainFileError, refuse } from "./file-errors.ts";

// Absent on Windows, where links cannot be made without a privilege. O_NONBLOCK keeps a named pipe from holding us up.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/**
 * A folder of small files that nobody else may read: 0700, its files 0600. A file is replaced whole
 * or not at all and survives a power failure once a call has returned. A link in the place of the
 * folder or of a file, and a folder or file that belongs to another user, is refused.
 *
 * Every method throws a MistralKeyError of kind `store-denied` that names the path when the system
 * does not allow it (permissions, a read-only or full disk).
 */
export class PrivateFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Where a file of this folder is. */
  pathOf(file: string): string {
    return join(this.path, file);
  }

  /** The text of a file, or `undefined` when there is none. */
  read(file: string): string | undefined {
    return this.#readOwn(file, readAsText);
  }

  /** The content of a file, or `undefined` when there is none. */
  readBytes(file: string): Buffer | undefined {
    return this.#readOwn(file, (descriptor) => readFileSync(descriptor));
  }

  /** The text of every file whose name ends with `ending`, by name; one that cannot be read comes with the reason. */
  readAll(ending: string): readonly (readonly [file: string, content: string | MistralKeyError])[] {
    const files = this.names().filter((name) => name.endsWith(ending));
    return files.sort().flatMap((file): (readonly [string, string | MistralKeyError])[] => {
      const path = this.pathOf(file);
      try {
        const content = readOwnFile(path, readAsText);
        return content === undefined ? [] : [[file, content]];
      } catch (error) {
        return [[file, explainFileError(path, "read", error)]];
      }
    });
  }

  /** The names of the files, in no order; empty when there is no folder. */
  names(): string[] {
    return this.#exists() ? attempt(this.path, "read", () => readdirSync(this.path)) : [];
  }

  /** Puts a file in place of the one that may be there. */
  write(file: string, content: string | Uint8Array): void {
    this.#prepare();
    const path = this.pathOf(file);
    attempt(path, "write", () => {
      if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) {
        throw refuse(path, "it is not an ordinary file");
      }
      this.#withTemporary(file, content, (temporary) => renameSync(temporary, path));
      syncFolder(this.path);
    });
  }

  /** Makes a file; answers `false`, and changes nothing, when there is one already. */
  create(file: string, text: string): boolean {
    this.#prepare();
    const path = this.pathOf(file);
    return attempt(path, "write", () => {
      // A link appears whole or not at all, and never in place of another file.
      const made = this.#withTemporary(file, text, (temporary) => {
        try {
          linkSync(temporary, path);
          return true;
        } catch (error) {
          if (codeOf(error) === "EEXIST") return false;
          if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(codeOf(error))) throw error;
          return createDirectly(path, text);
        }
      });
      syncFolder(this.path);
      return made;
    });
  }

  /** Removes a file. Answers whether there was one. */
  remove(file: string): boolean {
    if (!this.#exists()) return false;
    const path = this.pathOf(file);
    return attempt(path, "write", () => {
      this.#removeLeftovers(file);
      try {
        rmSync(path);
      } catch (error) {
        if (codeOf(error) === "ENOENT") return false;
        throw error;
      }
      syncFolder(this.path);
      return true;
    });
  }

  #readOwn<Content>(file: string, read: (descriptor: number) => Content): Content | undefined {
    if (!this.#exists()) return undefined;
    const path = this.pathOf(file);
    return attempt(path, "read", () => readOwnFile(path, read));
  }

  /** Whether the folder is there; one that is not this person's own is refused. */
  #exists(): boolean {
    const stats = attempt(this.path, "read", () => lstatSync(this.path, { throwIfNoEntry: false }));
    if (stats === undefined) return false;
    if (!stats.isDirectory()) throw refuse(this.path, "it is not a folder");
    if (isForeign(stats.uid)) throw refuse(this.path, "it belongs to another user");
    return true;
  }

  #prepare(): void {
    if (!this.#exists()) {
      attempt(this.path, "write", () => {
        // The folder above is made for this person alone; one that is there already is theirs to arrange.
        mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
        mkdirSync(this.path, { recursive: true, mode: 0o700 });
        syncFolder(dirname(this.path));
      });
      return;
    }
    attempt(this.path, "write", () => {
      if ((lstatSync(this.path).mode & 0o077) !== 0) chmodSync(this.path, 0o700);
    });
  }

  /** Removes what writes of a file left that were killed; a write that is under way is much younger. */
  #removeLeftovers(file: string): void {
    const leftovers = readdirSync(this.path).filter(
      (name) => name.startsWith(`.${file}.`) && name.endsWith(".tmp"),
    );
    for (const name of leftovers) {
      const written = lstatSync(this.pathOf(name), { throwIfNoEntry: false })?.mtimeMs;
      if (written !== undefined && Date.now() - written > 10_000) rmSync(this.pathOf(name), { force: true });
    }
  }

  #withTemporary<Result>(
    file: string,
    content: string | Uint8Array,
    use: (temporary: string) => Result,
  ): Result {
    const temporary = this.pathOf(`.${file}.${crypto.randomUUID()}.tmp`);
    try {
      createDirectly(temporary, content);
      return use(temporary);
    } finally {
      rmSync(temporary, { force: true });
    }
  }
}

/** Writes a new file through to the disk; answers `false` when there is one already. */
function createDirectly(path: string, content: string | Uint8Array): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, "wx", 0o600);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
  try {
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return true;
}

/** Makes a change to a folder survive a power failure, where the system can. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(path, O_RDONLY);
  try {
    fsyncSync(descriptor);
  } catch (error) {
    // Some network file systems cannot; the rename itself was still whole.
    if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP", "EPERM"].includes(codeOf(error))) throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Reads a file of this person's own; `undefined` when there is none. */
function readOwnFile<Content>(path: string, read: (descriptor: number) => Content): Content | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw refuse(path, "it is not an ordinary file");
    if (isForeign(stats.uid)) throw refuse(path, "it belongs to another user");
    return read(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Much quicker for many small files than a buffer that is turned into text. */
function readAsText(descriptor: number): string {
  return readFileSync(descriptor, "utf8");
}

function isForeign(owner: number): boolean {
  return process.geteuid !== undefined && owner !== process.geteuid();
}

function attempt<Result>(path: string, verb: "read" | "write", act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw explainFileError(path, verb, error);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
