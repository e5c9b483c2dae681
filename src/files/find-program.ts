import type { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { posix, win32 } from "node:path";
import { codeOf } from "./file-errors.ts";

/** What determines where programs are found. */
export interface ProgramSearch {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/**
 * Finds a program by name in the absolute folders of `PATH`, never in the current folder. An absolute
 * path names the file itself.
 *
 * @param folders - absolute folders to search instead
 * @returns its absolute path; `undefined` when it is missing or not executable
 */
export function findProgram(
  name: string,
  search: ProgramSearch,
  folders = programFolders(search),
): string | undefined {
  const { platform } = search;
  const { isAbsolute, join } = platform === "win32" ? win32 : posix;
  if (!isAbsolute(name) && /[/\\]/.test(name)) return undefined;
  const places = isAbsolute(name) ? [name] : folders.map((folder) => join(folder, name));
  // A name without an ending comes last: Windows starts no such file, and scripts for Unix have such names.
  const endings = platform === "win32" ? [".com", ".exe", ".bat", ".cmd"] : [];
  return [...places.flatMap((place) => endings.map((ending) => place + ending)), ...places].find(isProgram);
}

/** Whether a variable is `PATH`, which Windows spells in any case. */
export function isPath(variable: string, platform: NodeJS.Platform): boolean {
  return variable === "PATH" || (platform === "win32" && variable.toUpperCase() === "PATH");
}

/** The absolute folders of `PATH`, in order. */
export function programFolders({ env, platform }: ProgramSearch): readonly string[] {
  const { delimiter, isAbsolute } = platform === "win32" ? win32 : posix;
  const path = Object.entries(env).find(([name]) => isPath(name, platform))?.[1] ?? "";
  // Windows takes a folder in quotes, too; elsewhere they would belong to its name.
  const folders = path.split(delimiter);
  const plain = platform === "win32" ? folders.map((one) => one.replace(/^"(.*)"$/, "$1")) : folders;
  return plain.filter((folder) => isAbsolute(folder));
}

function isProgram(file: string): boolean {
  try {
    if (!isFile(file)) return false;
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isFile(file: string): boolean {
  try {
    // Most folders of PATH do not hold it, and an exception for each is slow.
    return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
  } catch (error) {
    // A program of the Microsoft Store is a link that only the system follows (nodejs/node#36790, September 2026).
    return process.platform === "win32" && codeOf(error) === "EACCES";
  }
}

/** What starts a program: Node, but a script on Windows needs cross-spawn, which escapes its arguments. */
export async function spawnFor(file: string, platform: NodeJS.Platform): Promise<typeof spawn> {
  return platform === "win32" && !/\.(?:exe|com)$/i.test(file)
    ? (await import("cross-spawn")).default.spawn
    : process.getBuiltinModule("node:child_process").spawn;
}
