import type { ExitCode } from "../exit-codes.ts";
import type { ApiKey } from "../keys/api-key.ts";

/** How to start a command. */
export interface CommandStart {
  /** The command's entire environment. */
  readonly env: Readonly<Record<string, string>>;
  /** A key to mask in the command's stdout and stderr. */
  readonly redact?: ApiKey | undefined;
}

/** Runs other commands in place of this program. */
export interface CommandRunner {
  /**
   * Hands the terminal, input, output and signals over to a command, found as a shell finds it, and
   * returns its exit code: 128 + n when signal n killed it. By SIGINT, SIGTERM or SIGHUP this process
   * ends as well, so that a shell stops its script.
   *
   * @throws MistralKeyError of kind `command-not-found` or `command-not-executable`
   */
  start(command: readonly string[], options: CommandStart): Promise<ExitCode>;
}
