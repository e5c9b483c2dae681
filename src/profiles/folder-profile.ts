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

/** The file that names the profile for its folder and for those below. */
export const folderProfileFile = ".mistral-key";

/** In bytes: a name takes 64 at most, and a line ending. */
const longest = 128;

/**
 * The profile that a `.mistral-key` names, in this folder or in the nearest one above that has such
 * a file. It only ever chooses among the profiles that this person has, and it counts only where
 * nobody else can have written it: a file of this user's or of root's, no link, and not writable by
 * group or others. Windows tells no owners, so there any file counts.
 *
 * @param cwd - absolute
 * @throws MistralKeyError of kind `usage` for a file that is refused or holds no name; it never quotes the file
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

/** A folder of that name is something else, and a place that may not be looked into holds nothing of this person's. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
  } catch {
    return false;
  }
}

/**
 * Writes such a file, in the place of one that this person may write.
 *
 * @throws MistralKeyError of kind `usage` when it cannot be written, or when what is there is refused or holds no name
 */
export function writeFolderProfile(path: string, name: ProfileName): void {
  // What stands there and is no such file is somebody's own.
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
