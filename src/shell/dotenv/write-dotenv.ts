import { fstatSync, lstatSync, realpathSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { MistralKeyError } from "../../errors.ts";
import { createFile } from "../../files/durable-writes.ts";
import { reasonOf } from "../../files/file-errors.ts";
import { isForeign } from "../../files/owner.ts";
import type { ProcessContext } from "../../files/process-context.ts";
import { removeLeftovers, replaceFile } from "../../files/replace-file.ts";
import { readTextFile, type TextFile } from "../../files/text-file.ts";
import { Git } from "../../git/git.ts";
import { type GitState, gitStates } from "../../git/git-state.ts";
import { addToGitignore } from "../../git/gitignore.ts";
import { runCommand, shellWord } from "../../hints.ts";
import type { ApiKey } from "../../keys/api-key.ts";
import type { ProfileName } from "../../keys/profile-name.ts";
import { showName } from "../../outside-text.ts";
import { quoteDotenv, removeVariable, setVariable } from "./set-variable.ts";

/** A variable of a dotenv file. */
export interface DotenvPlace {
  /** The file; a relative path counts from the folder the program was started in. */
  readonly path: string;
  readonly name: string;
  /** Whose key it is, for the advice. */
  readonly profile: ProfileName;
}

/** A variable to put into a dotenv file. */
export interface DotenvEntry extends DotenvPlace {
  readonly key: ApiKey;
  /** Asks whether a file that git does not ignore may be added to `.gitignore`; absent where nobody can be asked. */
  readonly mayIgnore?: (() => Promise<boolean>) | undefined;
}

/** The outcome. */
export interface DotenvWritten {
  readonly outcome: "created" | "changed" | "unchanged";
  /** The mode that the file has now, as the system says: not every disk keeps the one that was wanted. */
  readonly mode: number;
  /** The line that was added to `.gitignore`. */
  readonly ignored?: string | undefined;
}

/**
 * Puts a key into a dotenv file, for its owner alone: a new file is made with mode 0600, one that
 * is there keeps everything else and loses what others may do with it. The old content is kept
 * nowhere. A link is followed, and stays a link.
 *
 * @throws MistralKeyError of kind `usage` when git would commit the file or might, when it cannot be
 * written, or when readers would not agree on the key. The file is then as it was.
 */
export async function writeDotenv(
  entry: DotenvEntry,
  processContext: ProcessContext,
): Promise<DotenvWritten> {
  const value = quoteDotenv(entry.key.reveal());
  if (value === undefined) {
    throw new MistralKeyError(
      "usage",
      "This key has characters that programs read differently in a dotenv file.",
      { hint: `Give it to the program without a file: ${runCommand(entry.profile, entry.name)}` },
    );
  }
  const { reading, place } = await look(entry, processContext);
  const ignored = await keepFromGit(place, entry, new Git(processContext));
  const line = Buffer.from(value).toString("latin1");
  const written =
    reading.state === "absent"
      ? create(place, setVariable("", entry.name, line), entry)
      : await change(reading.file, entry, line);
  return { ...written, ignored };
}

/**
 * Looks whether {@link writeDotenv} would write the file, and changes nothing.
 *
 * @throws MistralKeyError of kind `usage` where it would not
 */
export async function checkDotenv(entry: DotenvPlace, processContext: ProcessContext): Promise<void> {
  const { place } = await look(entry, processContext);
  await keepFromGit(place, entry, new Git(processContext));
}

/**
 * Takes the lines out that give the variable this key. Everything else in the file stays, another key too.
 *
 * @returns whether there was such a line
 * @throws MistralKeyError of kind `usage` when the file cannot be changed
 */
export async function clearDotenv(entry: DotenvEntry, processContext: ProcessContext): Promise<boolean> {
  const { reading } = await look(entry, processContext);
  if (reading.state === "absent") return false;
  const { file } = reading;
  const value = Buffer.from(entry.key.reveal()).toString("latin1");
  const content = Buffer.from(file.mark + removeVariable(file.text, entry.name, value), "latin1");
  if (content.equals(file.bytes)) return false;
  const replacement = await replaceFile(file, content);
  if (replacement.outcome === "untouched") throw refused(entry, replacement.reason);
  return true;
}

async function look(entry: DotenvPlace, { cwd }: ProcessContext) {
  const path = resolve(cwd, entry.path);
  const reading = await readTextFile(path);
  if (reading.state === "unread") throw refused(entry, reading.reason);
  const place = reading.state === "read" ? reading.file.realPath : placeOfNew(path, entry);
  return { reading, place };
}

async function change(file: TextFile, entry: DotenvEntry, value: string): Promise<DotenvWritten> {
  const text = file.mark + setVariable(file.text, entry.name, value);
  const content = Buffer.from(text, "latin1");
  const mode = file.mode & 0o600;
  const isSafe = !isForeign(file.owner) && (mode === file.mode || process.platform === "win32");
  if (isSafe && content.equals(file.bytes)) {
    removeLeftovers(dirname(file.realPath));
    return { outcome: "unchanged", mode: file.mode };
  }
  const replacement = await replaceFile(file, content, { mode });
  if (replacement.outcome === "untouched") throw refused(entry, replacement.reason);
  return { outcome: "changed", mode: replacement.mode };
}

function create(place: string, text: string, entry: DotenvEntry): DotenvWritten {
  let mode = 0;
  try {
    const isNew = createFile(place, Buffer.from(text, "latin1"), (descriptor) => {
      mode = fstatSync(descriptor).mode & 0o7777;
    });
    if (!isNew) throw refused(entry, "something else made it meanwhile");
  } catch (error) {
    if (error instanceof MistralKeyError) throw error;
    // What is there of it is of no use, and may hold a part of the key.
    rmSync(place, { force: true });
    throw refused(entry, reasonOf(error));
  }
  return { outcome: "created", mode };
}

/** Where a file will be that is not there yet, links followed, since git looks at that place. */
function placeOfNew(path: string, entry: DotenvPlace): string {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there?.isDirectory() === true) throw refused(entry, "it is a folder");
  if (there !== undefined) throw refused(entry, "it is a link that leads nowhere");
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    throw refused(entry, "its folder is not there");
  }
}

/** Refuses what git would commit, or has it ignored first. Answers with the line that was added for that. */
async function keepFromGit(
  place: string,
  entry: DotenvPlace & Pick<DotenvEntry, "mayIgnore">,
  git: Git,
): Promise<string | undefined> {
  const stateNow = async () => (await gitStates([place], git)).get(place);
  const state = await stateNow();
  if (state === "not-ignored" && (await entry.mayIgnore?.())) {
    const line = await addToGitignore(place);
    if ((await stateNow()) === "ignored") return line;
  }
  refuseWhatGitCommits(state, place, entry);
  return undefined;
}

function refuseWhatGitCommits(state: GitState | undefined, place: string, { path }: DotenvPlace): void {
  const [shown, name] = [showName(path), showName(basename(place))];
  switch (state) {
    case "tracked":
      throw new MistralKeyError("usage", `Git has ${shown}, so a key in it would be committed.`, {
        hint: `Take it out of git first: git rm --cached ${shellWord(basename(place))}, and add ${name} to .gitignore.`,
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

function refused({ path, profile, name }: DotenvPlace, reason: string): MistralKeyError {
  return new MistralKeyError("usage", `${showName(path)} was not written: ${reason}.`, {
    hint: `Nothing was changed. Name another file, or give the key to a program without one: ${runCommand(profile, name)}`,
  });
}
