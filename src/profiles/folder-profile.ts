import { lstatSync } from "node:fs";
import { dirname, join } from "node:path";
import { MistralKeyError } from "../errors.ts";
import { reasonOf } from "../files/file-errors.ts";
import { isForeign } from "../files/owner.ts";
import { readSmallFile } from "../files/read-file.ts";
import { writeOpenFile } from "../files/write-open-file.ts";
import { ownCommand, shellWord } from "../hints.ts";
import { type ProfileName, parseProfileName } from "../keys/profile-name.ts";
import { showName } from "../outside-text.ts";

/** The file that names the profile for its folder and those below. */
export const folderProfileFile = ".mistral-key";

/** In bytes: a name of at most 64 and a line ending. */
const longest = 128;

/**
 * Returns the profile named by `.mistral-key` in this folder or the nearest one above that has the file. It
 * can only choose among this user's profiles, and is trusted only if nobody else can have written it: owned
 * by this user or root, not a link, not writable by group or others. Windows reports no owners, so any file
 * counts there.
 *
 * @param cwd - absolute
 * @throws MistralKeyError of kind `usage` if the file is refused or holds no name; never quotes its content
 */
export function findFolderProfile(
  cwd: string,
): { readonly name: ProfileName; readonly path: string } | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = join(folder, folderProfileFile);
    if (isThere(path)) return { name: readName(path), path };
    if (dirname(folder) === folder) return undefined;
  }
}

/** A folder of that name does not count, nor a file where this user may not look. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
  } catch {
    return false;
  }
}

/**
 * Writes a `.mistral-key`, replacing a valid one.
 *
 * @throws MistralKeyError of kind `usage` if it cannot be written, or if the file there is refused or holds
 *   no name
 */
export function writeFolderProfile(path: string, name: ProfileName): void {
  // Anything else is not ours to overwrite.
  if (isThere(path)) readName(path);
  writeOpenFile(path, `${name}\n`, { links: "refused" });
}

function readName(path: string): ProfileName {
  let text: string;
  try {
    text = readSmallFile(path, { links: "refused", longest }, (stats) => {
      if (isForeign(stats.uid) && stats.uid !== 0) throw refuse(path, "it belongs to another user");
      if (process.platform !== "win32" && (stats.mode & 0o022) !== 0) {
        throw refuse(path, "others can write it", `chmod go-w ${shellWord(path)}`);
      }
    }).bytes.toString();
  } catch (error) {
    throw error instanceof MistralKeyError ? error : refuse(path, reasonOf(error));
  }
  try {
    return parseProfileName(text.trim());
  } catch (cause) {
    throw new MistralKeyError("usage", `${showName(path)} does not hold the name of a profile.`, {
      cause,
      hint: `Write one into it (${ownCommand("use NAME --here")}), or delete it. ${instead}`,
    });
  }
}

const instead = "To choose a profile without it: -p NAME, or MISTRAL_KEY_PROFILE.";

function refuse(path: string, why: string, mend?: string): MistralKeyError {
  const message = `${showName(path)} would choose the profile here and is not used, because ${why}.`;
  const first =
    mend === undefined
      ? `Delete it, or write your own: ${ownCommand("use NAME --here")}`
      : `If it is yours: ${mend}`;
  return new MistralKeyError("usage", message, { hint: `${first}\n${instead}` });
}
