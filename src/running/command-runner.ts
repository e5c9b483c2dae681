import type { ExitCode } from "../exit-codes.ts";
import type { ApiKey } from "../keys/api-key.ts";

/** A command that was found on this machine, ready to be started. */
export interface FoundCommand {
  /** The file to start. */
  readonly file: string;
  /** The command as it was written; a program may behave differently by the name it is called. */
  readonly name: string;
  readonly args: readonly string[];
}

/** How a command is started. */
export interface CommandStart {
  /** The whole environment of the command. */
  readonly env: Readonly<Record<string, string>>;
  /** A key to mask in the command's stdout and stderr. */
  readonly redact?: ApiKey | undefined;
}

/** Runs other programs in the place of this one. */
export interface CommandRunner {
  readonly platform: NodeJS.Platform;

  /**
   * Finds a command the way a shell does, without starting it.
   *
   * @throws MistralKeyError of kind `command-not-found` or `command-not-executable`
   */
  find(command: readonly string[]): FoundCommand;

  /**
   * Hands terminal, input, output and signals over to a command, and answers with its exit code when
   * it has ended. A process whose command was ended by a signal ends by the same one, so that a shell
   * sees it.
   *
   * @throws MistralKeyError of kind `command-not-found` or `command-not-executable`
   */
  start(command: FoundCommand, options: CommandStart): Promise<ExitCode>;
}
