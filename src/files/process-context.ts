import { MistralKeyError } from "../errors.ts";

/** What the process was started with: the system, the folders and the environment. */
export interface ProcessContext {
  readonly platform: NodeJS.Platform;
  /** The person's home folder, absolute; that of the program for a user without one. */
  readonly home: string;
  /**
   * The folder the program was started in, absolute.
   *
   * @throws MistralKeyError of kind `usage`, when it is asked for, where that folder has been deleted
   */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The same, at home where the current folder has been deleted: it has no files, and the rest can be looked at all the same. */
export function orAtHome(at: ProcessContext): ProcessContext {
  try {
    return { ...at };
  } catch (error) {
    if (!(error instanceof MistralKeyError)) throw error;
    return { platform: at.platform, home: at.home, env: at.env, cwd: at.home };
  }
}
