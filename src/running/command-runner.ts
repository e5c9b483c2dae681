import type { ExitCode } from "../exit-codes.ts";
import type { ApiKey } from "../keys/api-key.ts";

/** A command found on this machine, ready to start. */
export interface FoundCommand {
  /** The file to start. */
  readonly file: string;
  /** The command as typed: some programs act on the name they are called by. */
  readonly name: string;
  readonly args: readonly string[];
}

/** How to start a command. */
export interface CommandStart {
  /** The command's entire environment. */
  readonly env: Readonly<Record<string, string>>;
  /** A key to mask in the command's stdout and stderr. */
  readonly redact?: ApiKey | undefined;
}

/** Runs other commands in place of this program. */
export interface CommandRunner {
  readonly platform: NodeJS.Platform;

  /**
   * Finds a command the way a shell does, without starting it.
   *
   * @throws MistralKeyError of kind `command-not-found` or `command-not-executable`
   */
  find(command: readonly string[]): FoundCommand;

  /**
   * Hands the terminal, input, output and signals over to a command and returns its exit code. When a
   * signal killed the command, this process kills itself with the same signal, so that a shell sees it.
   *
   * @throws MistralKeyError of kind `command-not-found` or `command-not-executable`
   */
  start(command: FoundCommand, options: CommandStart): Promise<ExitCode>;
}
