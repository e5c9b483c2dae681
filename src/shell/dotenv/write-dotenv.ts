import { lstatSync, realpathSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { MistralKeyError } from "../../errors.ts";
import { reasonOf } from "../../files/file-errors.ts";
import { replaceFile } from "../../files/replace-file.ts";
import type { Surroundings } from "../../files/surroundings.ts";
import { readTextFile, type TextFile } from "../../files/text-file.ts";
import { Git } from "../../git/git.ts";
import { gitStates } from "../../git/git-state.ts";
import { runCommand } from "../../hints.ts";
import type { ApiKey } from "../../keys/api-key.ts";
import type { ProfileName } from "../../keys/profile-name.ts";
import { quoteDotenv } from "./quote-dotenv.ts";
import { setVariable } from "./set-variable.ts";

/** A variable to put into a dotenv file. */
export interface DotenvEntry {
  /** The file; a relative path counts from the folder the program was started in. */
  readonly path: string;
  readonly name: string;
  readonly key: ApiKey;
  /** Whose key it is, for the advice. */
  readonly profile: ProfileName;
}

/** What came of it. */
export type DotenvOutcome = "created" | "changed" | "unchanged";

/**
 * Puts a key into a dotenv file, for its owner alone: a new file is made with mode 0600, one that
 * is there keeps everything else and loses what others may do with it. The old content is kept
 * nowhere. A link is followed, and stays a link.
 *
 * @throws MistralKeyError of kind `usage` when git would commit the file or might, when it cannot be
 * written, or when readers would not agree on the key. The file is then as it was.
 */
export async function writeDotenv(entry: DotenvEntry, surroundings: Surroundings): Promise<DotenvOutcome> {
  const value = quoteDotenv(entry.key.reveal());
  if (value === undefined) {
    throw new MistralKeyError(
      "usage",
      "This key has signs that programs read differently in a dotenv file.",
      {
        hint: `Give it to the program without a file: ${runCommand(entry.profile, entry.name)}`,
      },
    );
  }
  const path = resolve(surroundings.cwd, entry.path);
  const reading = await readTextFile(path);
  if (reading.state === "unread") throw refused(entry, reading.reason);
  const place = reading.state === "read" ? reading.file.realPath : placeOfNew(path, entry);
  await refuseWhatGitCommits(place, entry.path, surroundings);
  const line = Buffer.from(value).toString("latin1");
  if (reading.state === "absent") {
    await create(place, setVariable("", entry.name, line), entry);
    return "created";
  }
  return change(reading.file, entry, line);
}

async function change(file: TextFile, entry: DotenvEntry, value: string): Promise<DotenvOutcome> {
  const text = file.mark + setVariable(file.text, entry.name, value);
  const content = Buffer.from(text, "latin1");
  const mode = file.mode & 0o600;
  if (content.equals(file.bytes) && (mode === file.mode || process.platform === "win32")) return "unchanged";
  const replacement = await replaceFile(file, content, { mode });
  if (replacement.outcome === "untouched") throw refused(entry, replacement.reason);
  return "changed";
}

async function create(place: string, text: string, entry: DotenvEntry): Promise<void> {
  try {
    const file = await open(place, "wx", 0o600);
    try {
      await file.writeFile(text, "latin1");
      await file.sync();
    } catch (error) {
      await rm(place, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw refused(entry, reasonOf(error));
  }
}

/** Where a file will be that is not there yet, links followed, since git looks at that place. */
function placeOfNew(path: string, entry: DotenvEntry): string {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there?.isDirectory() === true) throw refused(entry, "it is a folder");
  if (there !== undefined) throw refused(entry, "it is a link that leads nowhere");
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    throw refused(entry, "its folder is not there");
  }
}

async function refuseWhatGitCommits(place: string, shown: string, surroundings: Surroundings): Promise<void> {
  const states = await gitStates([place], new Git(surroundings));
  const name = basename(place);
  switch (states.get(place)) {
    case "tracked":
      throw new MistralKeyError("usage", `Git has ${shown}, so a key in it would be committed.`, {
        hint: `Take it out of git first: git rm --cached ${name}, and add ${name} to .gitignore.`,
      });
    case "not-ignored":
      throw new MistralKeyError("usage", `Git does not ignore ${shown}, so a key in it could be committed.`, {
        hint: `Add ${name} to .gitignore, then run the same command again.`,
      });
    case "unknown":
      throw new MistralKeyError("usage", `Git could not say whether it would commit ${shown}.`, {
        hint: `Check that git is installed and that this answers: git check-ignore -v ${name}`,
      });
    default:
  }
}

function refused({ path, profile, name }: DotenvEntry, reason: string): MistralKeyError {
  return new MistralKeyError("usage", `${path} was not written: ${reason}.`, {
    hint: `Nothing was changed. Name another file, or give the key to a program without one: ${runCommand(profile, name)}`,
  });
}
