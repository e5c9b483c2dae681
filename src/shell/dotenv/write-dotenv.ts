import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { MistralKeyError } from "../../errors.ts";
import { removeLeftovers } from "../../files/durable-writes.ts";
import { isForeign } from "../../files/owner.ts";
import type { ProcessContext } from "../../files/process-context.ts";
import { createMissing, replaceFile } from "../../files/replace-file.ts";
import { inPlaceOf, readTextFile, type TextFile } from "../../files/text-file.ts";
import { Git } from "../../git/git.ts";
import { type GitState, gitStates } from "../../git/git-state.ts";
import { addToGitignore } from "../../git/gitignore.ts";
import { gitCommand, runCommand } from "../../hints.ts";
import type { ApiKey } from "../../keys/api-key.ts";
import { isReservedOnWindows, type ProfileName } from "../../keys/profile-name.ts";
import { showName } from "../../outside-text.ts";
import { quoteDotenv, readVariable, removeVariable, setVariable } from "./set-variable.ts";

interface DotenvPlace {
  /** The file; relative paths resolve against the working directory. */
  readonly path: string;
  readonly name: string;
  /** The key's profile, for hints. */
  readonly profile: ProfileName;
}

interface DotenvEntry extends DotenvPlace {
  readonly key: ApiKey;
  /** Asks whether a file git does not ignore may be added to `.gitignore`; absent without a user to ask. */
  readonly mayIgnore?: (() => Promise<boolean>) | undefined;
}

interface DotenvWritten {
  readonly outcome: "created" | "changed" | "unchanged";
  /** The file's mode now, as the system reports it: not every disk keeps the requested one. */
  readonly mode: number;
  /** Whether the variable had another value. */
  readonly replaced?: boolean;
  /** The line added to `.gitignore`, if any. */
  readonly ignored?: string | undefined;
}

/**
 * Sets a key in a dotenv file, for its owner alone: a new file gets mode 0600; an existing one keeps
 * its other content but no permissions for anybody else. No copy of the old content remains. Symbolic
 * links are followed and stay links.
 *
 * @throws MistralKeyError of kind `usage` when git would or might commit the file, when it cannot be
 *   written, or when readers would disagree on the key. The file is then unchanged.
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
 * Runs the checks of {@link writeDotenv} that precede writing; changes nothing.
 *
 * @throws MistralKeyError of kind `usage` when one fails
 */
export async function checkDotenv(entry: DotenvPlace, processContext: ProcessContext): Promise<void> {
  const { place } = await look(entry, processContext);
  await keepFromGit(place, entry, new Git(processContext));
}

/**
 * Removes the lines that set the variable to this key. Everything else stays, including another key.
 *
 * @throws MistralKeyError of kind `usage` when the file cannot be changed
 */
export async function clearDotenv(entry: DotenvEntry, processContext: ProcessContext): Promise<void> {
  const { reading } = await look(entry, processContext);
  if (reading.state === "absent") return;
  const { file } = reading;
  const value = Buffer.from(entry.key.reveal()).toString("latin1");
  const content = Buffer.from(file.mark + removeVariable(file.text, entry.name, value), "latin1");
  if (content.equals(file.bytes)) return;
  const replacement = await replaceFile(file, content);
  if (replacement.outcome === "untouched") throw refused(entry, replacement.reason);
}

async function look(entry: DotenvPlace, { cwd, platform }: ProcessContext) {
  const path = resolve(cwd, entry.path);
  const reading = await readTextFile(path);
  if (reading.state === "unread") throw refused(entry, reading.reason);
  // Node would make a file of that name, which no other program on Windows could open or delete.
  if (reading.state === "absent" && platform === "win32" && isReservedOnWindows(basename(path))) {
    throw refused(entry, "Windows keeps this name for a device");
  }
  const place = reading.state === "read" ? reading.file.realPath : placeOfNew(path, entry);
  return { reading, place };
}

async function change(file: TextFile, entry: DotenvEntry, value: string): Promise<DotenvWritten> {
  const text = file.mark + setVariable(file.text, entry.name, value);
  const content = Buffer.from(text, "latin1");
  const mode = file.mode & 0o600;
  const isSafe = !isForeign(file.stats.uid) && (mode === file.mode || process.platform === "win32");
  if (isSafe && content.equals(file.bytes)) {
    removeLeftovers(dirname(file.realPath));
    return { outcome: "unchanged", mode: file.mode };
  }
  const replacement = await replaceFile(file, content, { mode });
  if (replacement.outcome === "untouched") throw refused(entry, replacement.reason);
  const replaced = readVariable(file.text, entry.name).some((one) => one && one !== entry.key.reveal());
  return { outcome: "changed", mode: replacement.mode, replaced };
}

function create(place: string, text: string, entry: DotenvEntry): DotenvWritten {
  const made = createMissing(place, Buffer.from(text, "latin1"));
  if (made.outcome === "untouched") throw refused(entry, made.reason);
  return { outcome: "created", mode: made.mode };
}

/** The path of a file to create, with links resolved: that is the path git checks. */
function placeOfNew(path: string, entry: DotenvPlace): string {
  const reason = inPlaceOf(path);
  if (reason !== undefined) throw refused(entry, reason);
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    throw refused(entry, "its folder is not there");
  }
}

/** Throws if git might commit the file and cannot be made to ignore it. Returns the line added for that. */
async function keepFromGit(
  place: string,
  entry: DotenvPlace & Pick<DotenvEntry, "mayIgnore">,
  git: Git,
): Promise<string | undefined> {
  const stateNow = async () => (await gitStates([place], git)).get(place);
  const state = await stateNow();
  const isAdded = state === "not-ignored" && (await entry.mayIgnore?.());
  const line = isAdded ? await addToGitignore(place) : undefined;
  if (line !== undefined && (await stateNow()) === "ignored") return line;
  refuseWhatGitCommits(state, place, entry, line);
  return undefined;
}

/** @param line - added to `.gitignore`, in vain */
function refuseWhatGitCommits(
  state: GitState | undefined,
  place: string,
  { path }: DotenvPlace,
  line: string | undefined,
): void {
  const [shown, name] = [showName(path), showName(basename(place))];
  switch (state) {
    case "tracked":
      throw new MistralKeyError("usage", `Git tracks ${shown}, so a key in it would be committed.`, {
        hint: `Add ${name} to .gitignore, then remove it from git: ${gitCommand("rm --cached", place)}`,
      });
    case "not-ignored":
      throw new MistralKeyError("usage", `Git does not ignore ${shown}, so a key in it could be committed.`, {
        hint:
          line === undefined
            ? `Add ${name} to .gitignore, then run the same command again.`
            : `${showName(line)} is in .gitignore now, but another rule wins. To see it: ${gitCommand("check-ignore -v", place)}`,
      });
    case "unknown":
      throw new MistralKeyError("usage", `Git could not say whether it would commit ${shown}.`, {
        hint: `Check that git is installed and that this answers: ${gitCommand("check-ignore -v", place)}`,
      });
    default:
  }
}

function refused({ path, profile, name }: DotenvPlace, reason: string): MistralKeyError {
  return new MistralKeyError("usage", `${showName(path)} was not written: ${reason}.`, {
    hint: `Name another file, or give the key to a program without one: ${runCommand(profile, name)}`,
  });
}
