import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import { MistralKeyError } from "../errors.ts";
import { shellWord } from "../hints.ts";
import { showName } from "../outside-text.ts";

// What `execvp` takes where there is no PATH.
const usualPath = "/usr/local/bin:/bin:/usr/bin";

/**
 * Finds the file of a command as POSIX shells do: a name with a slash is a path, any other is
 * looked for in each folder of PATH. A file that may not be executed counts only when no other is
 * found.
 *
 * @throws MistralKeyError of kind `command-not-found` or `command-not-executable`
 */
export function findCommand(name: string, path: string | undefined): string {
  const candidates = name.includes("/")
    ? [name]
    : (path ?? usualPath).split(":").map((folder) => `${folder === "" ? "." : folder}/${name}`);
  let refused: string | undefined;
  for (const candidate of name === "" ? [] : candidates) {
    const why = whyNotExecutable(candidate);
    if (why === undefined) return resolve(candidate);
    // A folder of that name on PATH is passed over by shells; one that was named outright is not.
    if (why !== "missing" && (name.includes("/") || why !== "it is a folder")) refused ??= why;
  }
  if (refused === undefined) {
    throw new MistralKeyError("command-not-found", `There is no command ${quote(name)} here.`, {
      hint: name.includes("/")
        ? "Check the path; it counts from the folder you are in."
        : "Check its spelling, or give its whole path. A shell's own functions and aliases need the shell behind --, as in: sh -c '…'",
    });
  }
  throw new MistralKeyError("command-not-executable", `${quote(name)} cannot be run: ${refused}.`, {
    hint:
      refused === "it is a folder"
        ? "Name a program behind --, for example: node app.js"
        : `Start it with the program it is written for, or make it executable: chmod +x ${shellWord(name)}`,
  });
}

function whyNotExecutable(file: string): "missing" | "it is a folder" | "it is not executable" | undefined {
  try {
    const stats = statSync(file);
    if (stats.isDirectory()) return "it is a folder";
    accessSync(file, constants.X_OK);
    return stats.isFile() ? undefined : "it is not executable";
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return code === "EACCES" ? "it is not executable" : "missing";
  }
}

function quote(name: string): string {
  return `"${showName(name)}"`;
}
