import { isAbsolute, resolve } from "node:path";
import { MistralKeyError } from "../errors.ts";

/**
 * The folder that holds every file of the program: `MISTRAL_KEY_HOME` or, without it, the
 * `mistral-key` folder among this person's configuration (`~/.config`, `~/Library/Preferences`,
 * `%APPDATA%`). It need not exist.
 *
 * @throws MistralKeyError of kind `store-absent` when this user has no home folder, or one that would
 *   be another wherever a command is started
 */
export async function programFolder(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const chosen = env.MISTRAL_KEY_HOME;
  if (chosen !== undefined && chosen !== "") return resolve(chosen);
  let folder: string;
  try {
    // Loaded only here, because it asks for the home folder while it loads, and a user in a container may have none.
    const { default: envPaths } = await import("env-paths");
    folder = envPaths("mistral-key", { suffix: "" }).config;
  } catch (cause) {
    throw new MistralKeyError("store-absent", "This user has no home folder to keep settings in.", {
      cause,
      hint: chooseFolder,
    });
  }
  if (isAbsolute(folder)) return folder;
  throw new MistralKeyError("store-absent", "HOME or XDG_CONFIG_HOME is set, but not to an absolute path.", {
    hint: `Correct or unset it. ${chooseFolder}`,
  });
}

const chooseFolder = "Set MISTRAL_KEY_HOME to a folder that only you can read.";

/** This person's home folder, absolute; `undefined` for a user without one, as in a container. */
export function homeFolder(): string | undefined {
  const { homedir, userInfo } = process.getBuiltinModule("node:os");
  for (const tell of [homedir, () => userInfo().homedir]) {
    try {
      // An empty or relative HOME would be another folder wherever a command is started.
      const home = tell();
      if (isAbsolute(home)) return home;
    } catch {
      // The system knows no such user.
    }
  }
  return undefined;
}

/** The folder that this process works in; `undefined` when it has been deleted. */
export function currentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/** For what cannot be done without that folder. */
export function refuseDeletedFolder(): never {
  throw new MistralKeyError("usage", "The folder that this was started in has been deleted.", {
    hint: "Go to one that is there (cd ~), then run the same command again.",
  });
}
