import { chmodSync, linkSync, lstatSync, readdirSync, rmSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import {
  createFile,
  isLeftover,
  makeFolders,
  removeLeftovers,
  renameOver,
  syncFolder,
  temporaryPath,
} from "./durable-writes.ts";
import { codeOf, explainFileError, refuse, refuseForeign } from "./file-errors.ts";
import { isForeign } from "./owner.ts";
import { readSmallFile } from "./read-file.ts";

/** In bytes; far larger than any file of this program. */
const longest = 1024 * 1024;

/**
 * A folder of small files that nobody else may read: mode 0700, files 0600. A file is replaced
 * atomically, and a change survives a power failure once the call has returned. A link in place of the
 * folder or of a file, and anything that another user owns, is refused.
 *
 * Every method throws MistralKeyError of kind `store-denied`, naming the path, when the system refuses
 * (permissions, a read-only or full disk).
 */
export class PrivateFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  pathOf(file: string): string {
    return join(this.path, file);
  }

  /** The text of a file; `undefined` when it does not exist. */
  read(file: string): string | undefined {
    return this.readBytes(file)?.toString();
  }

  /** The content of a file; `undefined` when it does not exist. */
  readBytes(file: string): Buffer | undefined {
    if (!this.#exists()) return undefined;
    const path = this.pathOf(file);
    const check = ({ uid }: Stats) => {
      if (isForeign(uid)) throw refuseForeign(path);
    };
    try {
      return readSmallFile(path, { links: "refused", longest }, check).bytes;
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw explainFileError(path, "read", error);
    }
  }

  /** The file names, unordered; empty when there is no folder. */
  names(): string[] {
    return this.#exists() ? attempt(this.path, "read", () => readdirSync(this.path)) : [];
  }

  write(file: string, content: string | Uint8Array): void {
    this.prepare();
    const path = this.pathOf(file);
    attempt(path, "written", () => {
      if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) {
        throw refuse(path, "it is not an ordinary file");
      }
      this.#withTemporary(content, (temporary) => renameOver(temporary, path));
      syncFolder(this.path);
    });
  }

  /** Creates a file. Returns `false`, and changes nothing, when it exists. */
  create(file: string, text: string): boolean {
    this.prepare();
    const path = this.pathOf(file);
    return attempt(path, "written", () => {
      // A hard link appears atomically and never replaces another file.
      const made = this.#withTemporary(text, (temporary) => {
        try {
          linkSync(temporary, path);
          return true;
        } catch (error) {
          if (codeOf(error) === "EEXIST") return false;
          // Each disk without hard links refuses them in its own way.
          return createFile(path, text) !== undefined;
        }
      });
      syncFolder(this.path);
      return made;
    });
  }

  /**
   * Creates a file that keeps other runs away until it is removed, this run ends or a minute has passed. Returns
   * `false` when another run has it.
   */
  claim(file: string): boolean {
    const text = `${process.pid}\n`;
    if (this.create(file, text)) return true;
    const path = this.pathOf(file);
    const holder = Number(this.read(file));
    if (!attempt(path, "read", () => isLeftover(path, holder))) return false;
    this.remove(file);
    return this.create(file, text);
  }

  /** Removes a file. Returns whether it existed. */
  remove(file: string): boolean {
    if (!this.#exists()) return false;
    const path = this.pathOf(file);
    return attempt(path, "written", () => {
      removeLeftovers(this.path);
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

  /** Whether the folder exists; throws when it is not a folder of this user. */
  #exists(): boolean {
    const stats = attempt(this.path, "read", () => lstatSync(this.path, { throwIfNoEntry: false }));
    if (stats === undefined) return false;
    if (!stats.isDirectory()) throw refuse(this.path, "it is not a folder");
    if (isForeign(stats.uid)) throw refuseForeign(this.path);
    return true;
  }

  /** Creates the folder, or makes it private. */
  prepare(): void {
    const exists = this.#exists();
    attempt(this.path, "written", () => {
      if (!exists) {
        // New parents are private too; existing ones are the user's to arrange.
        makeFolders(this.path);
        syncFolder(dirname(this.path));
      } else if ((lstatSync(this.path).mode & 0o077) !== 0) chmodSync(this.path, 0o700);
    });
  }

  #withTemporary<Result>(content: string | Uint8Array, use: (temporary: string) => Result): Result {
    const temporary = temporaryPath(this.path);
    try {
      createFile(temporary, content);
      return use(temporary);
    } finally {
      rmSync(temporary, { force: true });
    }
  }
}

function attempt<Result>(path: string, verb: "read" | "written", act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw explainFileError(path, verb, error);
  }
}
