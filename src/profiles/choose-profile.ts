import { type MistralKeyError, withSentence } from "../errors.ts";
import { ownCommand } from "../hints.ts";
import { defaultProfile, type ProfileName, parseProfileName } from "../keys/profile-name.ts";
import { showName } from "../outside-text.ts";
import { findFolderProfile } from "./folder-profile.ts";
import { attempt } from "./profile-files.ts";
import { type ProfileRegistry, refuseLookalike } from "./profile-folder.ts";

/** The profile in use and the rule that chose it, the first of: flag, variable, folder, default. */
export type ProfileChoice =
  | {
      readonly name: ProfileName;
      /** `--profile`; `MISTRAL_KEY_PROFILE`; the default set by `use`, else the profile `default`. */
      readonly rule: "flag" | "variable" | "default";
    }
  | {
      readonly name: ProfileName;
      readonly rule: "folder";
      readonly path: string;
    };

interface ChoiceSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The current folder, absolute; `undefined` if deleted. */
  readonly cwd: string | undefined;
  readonly profiles: Pick<ProfileRegistry, "readDefault" | "lookalike">;
}

/**
 * Chooses the profile. Must be cheap, since every command and library call runs it: it lists the profiles, and
 * looks for a `.mistral-key` only if neither the flag nor the variable names one.
 *
 * @param asked - the value of `--profile`
 * @throws MistralKeyError of kind `usage` for an invalid name, one that differs only in case from a profile's,
 *   or a `.mistral-key` that another user could have written; `store-damaged` if the default cannot be read
 */
export function chooseProfile(
  asked: string | undefined,
  { env, cwd, profiles }: ChoiceSources,
): ProfileChoice {
  const unlessLookalike = (name: ProfileName, source?: string): ProfileName => {
    const other = lookalikeOf(name, profiles);
    if (other === undefined) return name;
    const origin =
      source === byUse
        ? `is the default. To change that: ${ownCommand(`use ${other}`)}`
        : `comes from ${source}. Write ${other} there, or use -p ${other}.`;
    throw refuseLookalike(name, other, source && `The name ${name} ${origin}`);
  };
  if (asked !== undefined) return { name: unlessLookalike(parseProfileName(asked)), rule: "flag" };
  const { MISTRAL_KEY_PROFILE: variable } = env;
  if (variable) {
    const source = "MISTRAL_KEY_PROFILE";
    return { name: unlessLookalike(parseProfileName(variable, source), source), rule: "variable" };
  }
  const inFolder = cwd === undefined ? undefined : findFolderProfile(cwd);
  if (inFolder !== undefined) {
    unlessLookalike(inFolder.name, showName(inFolder.path));
    return { ...inFolder, rule: "folder" };
  }
  const set = profiles.readDefault();
  if (set !== undefined) return { name: unlessLookalike(set, byUse), rule: "default" };
  return { name: lookalikeOf(defaultProfile, profiles) ?? defaultProfile, rule: "default" };
}

const byUse = "use";

/** The profile whose key many disks, and Windows Credential Manager, would find under this name. */
function lookalikeOf(name: ProfileName, profiles: ChoiceSources["profiles"]): ProfileName | undefined {
  // Reading the profile meets the same obstacle, and doctor reports it among the rest.
  return attempt(() => profiles.lookalike(name));
}

/** An error about a profile; also names the file or variable that chose it, which may be forgotten. */
export function withChoice(error: MistralKeyError, choice: ProfileChoice | undefined): MistralKeyError {
  const isTold = choice?.rule === "folder" || choice?.rule === "variable";
  return isTold ? withSentence(error, describeChoice(choice)) : error;
}

/** Which profile is used, and what chose it, as a sentence. */
export function describeChoice(choice: ProfileChoice): string {
  const used = `Profile "${choice.name}" is used here`;
  switch (choice.rule) {
    case "flag":
      return `${used}, as --profile says.`;
    case "variable":
      return `${used}, as MISTRAL_KEY_PROFILE says.`;
    case "folder":
      return `${used}, as ${showName(choice.path)} says.`;
    case "default":
      return choice.name === defaultProfile
        ? `${used}, since nothing names another.`
        : `${used}; it is the default.`;
  }
}
