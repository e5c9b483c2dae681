import { MistralKeyError } from "../errors.ts";

/** The system, folders and environment that the process started with. */
export interface ProcessContext {
  readonly platform: NodeJS.Platform;
  /** The user's home folder, absolute; the program's folder for a user without one. */
  readonly home: string;
  /**
   * The folder the process was started in, absolute.
   *
   * @throws MistralKeyError of kind `usage`, on access, when that folder has been deleted
   */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A copy, with the home folder as `cwd` where the current folder has been deleted: the rest still works. */
export function orAtHome(at: ProcessContext): ProcessContext {
  try {
    return { ...at };
  } catch (error) {
    if (!(error instanceof MistralKeyError)) throw error;
    return { platform: at.platform, home: at.home, env: at.env, cwd: at.home };
  }
}
