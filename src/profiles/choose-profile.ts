import { defaultProfile, type ProfileName, parseProfileName } from "../keys/profile-name.ts";
import { showName } from "../outside-text.ts";
import { findFolderProfile } from "./folder-profile.ts";
import type { ProfileRegistry } from "./profile-registry.ts";

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

/** What a choice depends on. */
export interface ChoiceSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The current folder, absolute; `undefined` if deleted. */
  readonly cwd: string | undefined;
  readonly profiles: Pick<ProfileRegistry, "readDefault">;
}

/**
 * Chooses the profile. Must be cheap, since every command and library call runs it: it looks for a file only
 * if neither the flag nor the variable names a profile.
 *
 * @param asked - the value of `--profile`
 * @throws MistralKeyError of kind `usage` for an invalid name or a `.mistral-key` that another user could
 *   have written; `store-damaged` if the default cannot be read
 */
export function chooseProfile(
  asked: string | undefined,
  { env, cwd, profiles }: ChoiceSources,
): ProfileChoice {
  if (asked !== undefined) return { name: parseProfileName(asked), rule: "flag" };
  if (env.MISTRAL_KEY_PROFILE) return { name: parseProfileName(env.MISTRAL_KEY_PROFILE), rule: "variable" };
  const inFolder = cwd === undefined ? undefined : findFolderProfile(cwd);
  if (inFolder !== undefined) return { ...inFolder, rule: "folder" };
  return { name: profiles.readDefault() ?? defaultProfile, rule: "default" };
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
