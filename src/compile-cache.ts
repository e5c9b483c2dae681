import { statSync } from "node:fs";
import * as module from "node:module";
import { isAbsolute, join } from "node:path";

/** What decides where compiled code is kept. */
export interface CacheSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  /** The user this process acts as; absent on Windows. */
  readonly user: number | undefined;
}

/**
 * Lets Node keep the compiled form of the program between runs, where Node can (22.8 and later).
 * Only a matter of speed: nothing happens where it cannot be kept.
 */
export function keepCompiledCode(surroundings: CacheSurroundings): void {
  if (!("enableCompileCache" in module) || typeof module.enableCompileCache !== "function") return;
  const folder = compileCacheFolder(surroundings);
  if (folder !== undefined) module.enableCompileCache(folder);
}

/**
 * A folder for compiled code that only this person can write to, or `undefined` when none is known.
 * Node's own choice is below the system's temporary folder; but what lies in such a folder is run,
 * and this program handles keys.
 */
export function compileCacheFolder({ env, platform, user }: CacheSurroundings): string | undefined {
  const [base, ...below] = placeOf(env, platform);
  if (base === undefined || !isAbsolute(base)) return undefined;
  // With `sudo` the home folder can be another user's; MISTRAL_KEY_HOME may be where others can write.
  return isOwnFolder(base, user) ? join(base, ...below) : undefined;
}

function isOwnFolder(path: string, user: number | undefined): boolean {
  try {
    const stats = statSync(path);
    return user === undefined || (stats.uid === user && (stats.mode & 0o022) === 0);
  } catch {
    // It is not there; or, with `su`, below another user's home.
    return false;
  }
}

/** A folder that is there, and the folders below it. */
function placeOf(
  env: CacheSurroundings["env"],
  platform: string,
): readonly [base: string | undefined, ...below: string[]] {
  if (env.MISTRAL_KEY_HOME) return [env.MISTRAL_KEY_HOME, "cache"];
  if (platform === "win32") return [env.LOCALAPPDATA, "mistral-key", "Cache"];
  if (platform === "darwin") return [env.HOME, "Library", "Caches", "mistral-key"];
  if (env.XDG_CACHE_HOME) return [env.XDG_CACHE_HOME, "mistral-key"];
  return [env.HOME, ".cache", "mistral-key"];
}
