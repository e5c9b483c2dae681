import { join } from "node:path";
import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { expected, MistralKeyError } from "../../errors.ts";
import { commandFor } from "../../hints.ts";
import { defaultProfile, type ProfileName, parseProfileName } from "../../keys/profile-name.ts";
import { showName } from "../../outside-text.ts";
import { describeChoice } from "../../profiles/choose-profile.ts";
import { folderProfileFile, writeFolderProfile } from "../../profiles/folder-profile.ts";
import { refuseLookalike } from "../../profiles/profile-folder.ts";

/** Sets the default profile, or the one of this folder and those below. */
export async function use({ args, flags }: CommandInput, deps: Deps): Promise<undefined> {
  const [text = ""] = args;
  const name = parseProfileName(text);
  requireProfile(name, deps);
  const { output, profiles } = deps;
  const here = flags.on("here");
  const path = here ? join(deps.processContext().cwd, folderProfileFile) : null;
  if (path !== null) writeFolderProfile(path, name);
  else profiles.writeDefault(name === defaultProfile ? undefined : name);
  if (flags.on("json")) {
    output.json({ profile: name, rule: here ? "folder" : "default", path });
    return;
  }
  if (path === null) output.ok(`Profile "${name}" is the default now.`);
  else {
    output.ok(`Profile "${name}" is used in this folder and those below.`);
    output.next(
      `The file ${showName(path)} says so. It holds only the name, so it may be committed; to undo this, delete it.`,
    );
  }
  // A rule that takes precedence would make the change look ineffective.
  try {
    const choice = deps.chooseProfile(undefined);
    if (choice.name !== name) output.warn(`${describeChoice(choice)} That takes precedence.`);
  } catch (error) {
    // What was asked for is done; it is the next command that fails.
    output.warn(expected(error).inOneLine);
  }
}

/** With a mistyped name, every command would report that there is no key. */
function requireProfile(name: ProfileName, { profiles }: Deps): void {
  const names = profiles.list().map((row) => row.name);
  if (name === defaultProfile || names.includes(name)) return;
  const lookalike = profiles.lookalike(name);
  if (lookalike !== undefined) throw refuseLookalike(name, lookalike);
  const there = names.length === 0 ? "" : `\nThe profiles here are: ${names.join(", ")}`;
  throw new MistralKeyError("no-key", `There is no profile called "${name}".`, {
    hint: `To get a key and store it under that name: ${commandFor(name, "init")}${there}`,
  });
}
