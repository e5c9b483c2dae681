import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import { MistralKeyError } from "../errors.ts";
import { codeOf } from "../files/file-errors.ts";
import { shellWord } from "../hints.ts";
import { showName } from "../outside-text.ts";

// What `execvp` uses when PATH is unset.
const usualPath = "/usr/local/bin:/bin:/usr/bin";

/**
 * Finds a command's file as POSIX shells do: a name with a slash is a path, any other is searched for
 * in PATH. Reports a non-executable file only when it finds no other, and a folder, or a file in an
 * unsearchable folder, only when given as a path.
 *
 * @throws MistralKeyError of kind `command-not-found` or `command-not-executable`
 */
export function findCommand(name: string, path: string | undefined): string {
  const byPath = name.includes("/");
  const candidates = byPath
    ? [name]
    : (path ?? usualPath).split(":").map((folder) => `${folder === "" ? "." : folder}/${name}`);
  let refused: string | undefined;
  for (const candidate of name === "" ? [] : candidates) {
    const why = whyNotExecutable(candidate);
    if (why === undefined) return resolve(candidate);
    if (byPath || why === notExecutable) refused ??= why;
  }
  const shown = `"${showName(name)}"`;
  if (refused === undefined || refused === missing) {
    throw new MistralKeyError("command-not-found", `There is no command ${shown} here.`, {
      hint: byPath
        ? "Check the path; it is relative to the folder you are in."
        : "Check its spelling, or give its whole path. Functions and aliases of a shell need that shell after --, as in: sh -c '…'",
    });
  }
  throw new MistralKeyError("command-not-executable", `${shown} cannot be run: ${refused}.`, {
    hint:
      refused === notExecutable
        ? `Start it with the program that it is written for, or make it executable: chmod +x ${shellWord(name)}`
        : "Name a program after --, for example: node app.js",
  });
}

const missing = "it is not there";
const notExecutable = "it is not executable";

function whyNotExecutable(file: string): string | undefined {
  try {
    const stats = statSync(file);
    if (stats.isDirectory()) return "it is a folder";
    if (!stats.isFile()) return notExecutable;
  } catch (error) {
    return codeOf(error) === "EACCES" ? "its folder may not be searched" : missing;
  }
  try {
    accessSync(file, constants.X_OK);
    return undefined;
  } catch {
    return notExecutable;
  }
}
