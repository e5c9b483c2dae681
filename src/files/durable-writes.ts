import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { codeOf } from "./file-errors.ts";

/**
 * Creates a file with mode 0600 and flushes it to disk.
 *
 * @param adjust - changes the file before it is flushed, its mode for example
 * @returns its mode, as the system reports it; `undefined`, and nothing is written, when the path exists
 * @throws the system's error; there is no file then
 */
export function createFile(
  path: string,
  content: string | Uint8Array,
  adjust: (descriptor: number) => void = () => {},
): number | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, "wx", 0o600);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return undefined;
    throw error;
  }
  try {
    try {
      writeFileSync(descriptor, content);
      adjust(descriptor);
      fsyncSync(descriptor);
      return fstatSync(descriptor).mode & 0o7777;
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    // Nobody would look for it, and it may hold a key or part of one.
    rmSync(path, { force: true });
    throw error;
  }
}

/** The path for new content in a folder, to be renamed when it is complete. */
export function temporaryPath(folder: string): string {
  return join(folder, `.mistral-key.${process.pid}.${crypto.randomUUID()}.tmp`);
}

/** For how many milliseconds another program may keep a file from being replaced. */
const patienceMs = 2000;

/**
 * Renames a file over another. Windows refuses that while a program has one of them open, a virus scanner or
 * another run for example, so it is tried again for two seconds.
 *
 * @throws the system's error
 */
export function renameOver(from: string, to: string): void {
  // Not by the wall clock, which may be set back.
  const giveUp = performance.now() + patienceMs;
  for (;;) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      const mayPass = process.platform === "win32" && ["EPERM", "EACCES", "EBUSY"].includes(codeOf(error));
      if (!mayPass || performance.now() > giveUp) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

/**
 * Removes the temporary files that killed runs left in a folder: they may hold a key, and git would add
 * them. Best effort: an unreadable folder or another user's file must not stop a write.
 */
export function removeLeftovers(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      const [, id] = /^\.mistral-key\.(\d+)\..*\.tmp$/.exec(name) ?? [];
      if (id === undefined) continue;
      const path = join(folder, name);
      if (isLeftover(path, Number(id))) rmSync(path, { force: true });
    }
  } catch {
    // The next run tries again.
  }
}

/**
 * Whether no run can still be at work on a file: the one that made it has ended, or it is older than the minute
 * that none takes. True of one that is gone.
 *
 * @param id - of the process that made it
 */
export function isLeftover(path: string, id: number): boolean {
  // Another process may have the same ID by now; in a container, every run may.
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined || !isRunning(id) || Date.now() - stats.mtimeMs > 60_000;
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== "ESRCH";
  }
}

/** Flushes a folder's entries to disk, where the system can. */
export function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } catch (error) {
    // Some network file systems cannot; the change itself was still complete.
    if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP", "EPERM"].includes(codeOf(error))) throw error;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Creates a folder and its missing parents with mode 0700. One by one: where the system refuses, as in
 * /proc, Node's recursive mkdir retries forever.
 *
 * @throws the system's error
 */
export function makeFolders(path: string): void {
  if (existsSync(path) || dirname(path) === path) return;
  makeFolders(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have created it meanwhile.
    if (codeOf(error) !== "EEXIST") throw error;
  }
}
