import { isAbsolute, resolve } from "node:path";
import { MistralKeyError } from "../errors.ts";

/**
 * The folder that holds all files of the program: `MISTRAL_KEY_HOME` or, if unset, `mistral-key` in the
 * user's configuration folder (`~/.config`, `~/Library/Preferences`, `%APPDATA%`). It need not exist.
 *
 * @throws MistralKeyError of kind `store-absent` if this user has no home folder, or a relative one; or if
 *   `~` was left in `MISTRAL_KEY_HOME`, as in a systemd unit or a crontab
 */
export async function programFolder(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const chosen = env.MISTRAL_KEY_HOME;
  if (chosen?.startsWith("~")) {
    const message = "MISTRAL_KEY_HOME begins with ~, which nothing has replaced by the home folder.";
    throw new MistralKeyError("store-absent", message, { hint: "Write the whole path there." });
  }
  if (chosen !== undefined && chosen !== "") return resolve(chosen);
  let folder: string;
  try {
    // Loaded lazily: it looks up the home folder on load, and a user in a container may have none.
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

/** This user's home folder, absolute; `undefined` without one, as in a container. */
export function homeFolder(): string | undefined {
  try {
    const home = process.getBuiltinModule("node:os").homedir();
    // An empty or relative HOME would depend on the current folder.
    return isAbsolute(home) ? home : undefined;
  } catch {
    // No entry for this user.
    return undefined;
  }
}

/** The current folder; `undefined` if it has been deleted. */
export function currentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/** Throws: the current folder is gone. */
export function refuseDeletedFolder(): never {
  throw new MistralKeyError("usage", "The folder that this was started in has been deleted.", {
    hint: "Change to another one (cd ~), then run the same command again.",
  });
}
