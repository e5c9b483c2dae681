import { basename, dirname, join, resolve } from "node:path";
import { findProgram, type ProgramSearch, programFolders } from "./files/find-program.ts";
import { readTextIfThere } from "./files/read-file.ts";
import { defaultProfile, type ProfileName } from "./keys/profile-name.ts";
import { showName } from "./outside-text.ts";

let search: ProgramSearch | undefined;
let name: string | undefined;
let namesEveryProfile = false;

/** Sets where this program runs, so that every hint is a command that works there. */
export function startedIn(context: ProgramSearch): void {
  search = context;
  name = undefined;
}

/** Makes hints name the profile `default` too, for when a command without one would use another. */
export function nameEveryProfile(): void {
  namesEveryProfile = true;
}

/** How to start this program here: by name if installed, else through npx. */
function programName(): string {
  name ??= search === undefined || isInstalled(search) ? "mistral-key" : `npx ${npxPackage(search)}`;
  return name;
}

/**
 * What npx should run: the tarball or folder it was given, which npm 11 records in npx's own folder, else
 * the name, which npx finds in a project, the source folder or the registry. A bare path would count as a
 * command.
 */
function npxPackage(where: ProgramSearch): string {
  const bin = programFolders(where).find((folder) => /[/\\]_npx[/\\]/.test(folder));
  if (bin === undefined) return "mistral-key";
  const folder = join(bin, "../..");
  const [, path] =
    /"mistral-key": "file:([^"\\]+)"/.exec(readTextIfThere(join(folder, "package.json"))) ?? [];
  return path === undefined ? "mistral-key" : shellWord(`file:${resolve(folder, path)}`);
}

function isInstalled(where: ProgramSearch): boolean {
  // npx and npm scripts put such folders on PATH, only for the programs they start.
  const lasting = (folder: string) => !/node_modules[/\\]\.bin[/\\]?$/.test(folder);
  return findProgram("mistral-key", where, programFolders(where).filter(lasting)) !== undefined;
}

/** A command line of this program, to copy: `mistral-key status` or `npx mistral-key status`. */
export function ownCommand(command: string): string {
  return `${programName()} ${command}`;
}

/**
 * A command line of this program for a profile, to copy: `mistral-key rotate --finish -p work`.
 *
 * @param command - without the program's name and the profile: `rotate --finish`
 */
export function commandFor(profile: ProfileName, command: string): string {
  return ownCommand([command, ...profileFlag(profile)].join(" "));
}

/** The command line that starts a program with the stored key in a variable, to copy. */
export function runCommand(profile: ProfileName, variable = "MISTRAL_API_KEY", command = "CMD"): string {
  const flags = [...profileFlag(profile), ...(variable === "MISTRAL_API_KEY" ? [] : ["--as", variable])];
  return ownCommand(["run", ...flags, "--", command].join(" "));
}

/** A command line of git about a file, to copy: also in a folder where git would look for another repository. */
export function gitCommand(words: string, path: string): string {
  return `git -C ${shellWord(dirname(path))} ${words} ${shellWord(basename(path))}`;
}

function profileFlag(profile: ProfileName): readonly string[] {
  return profile === defaultProfile && !namesEveryProfile ? [] : ["-p", profile];
}

/**
 * A path or name as one word of a shell command, to copy: quoted where the shell would act on it. What a
 * terminal would act on is only shown, so such a name has to be typed.
 */
export function shellWord(text: string): string {
  let word = text.startsWith("-") ? `./${text}` : text;
  if (search?.platform === "win32") {
    // A path of the network, of whose two backslashes bash would leave one.
    if (/^(?:dotenv:|vercel:[^#]*#)?\\\\/.test(word)) word = word.replaceAll("\\", "/");
    if (/^[\w:./-]+$/.test(word)) return word;
    // In cmd.exe, PowerShell and Git's bash alike. The rest is quoted for PowerShell, to which typographic
    // quotes are quotes, too. Source: learn.microsoft.com, about_Quoting_Rules, November 2026.
    return /["\u201c-\u201e$`%!]|\\$/.test(word)
      ? `'${showName(word).replace(/['\u2018-\u201b]/g, "$&$&")}'`
      : `"${showName(word)}"`;
  }
  if (/^[\w@%+:,./~-]+$/.test(word)) return word;
  const shown = showName(word);
  // PowerShell and Nushell cannot continue a quoted word, as the second form does.
  return shown.includes("'") && !/["$`\\!%]/.test(shown)
    ? `"${shown}"`
    : `'${shown.replaceAll("'", "'\\''")}'`;
}
