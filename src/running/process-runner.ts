import { constants } from "node:os";
import { MistralKeyError } from "../errors.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { CommandRunner, CommandStart, FoundCommand } from "./command-runner.ts";
import { findCommand } from "./find-command.ts";
import { flush } from "./flush.ts";
import {
  findExecve,
  giveDefaultMeaning,
  type ReplaceableProcess,
  restoreInheritance,
} from "./replace-process.ts";

/** The part of `process` that the runner works with. */
export type RunnerProcess = ReplaceableProcess & Pick<NodeJS.Process, "env" | "pid" | "kill" | "off">;

/** A stream of this process that is opened when it is needed. */
export interface OutputStream {
  readonly stream: NodeJS.WriteStream;
  readonly opened: NodeJS.WriteStream | undefined;
}

/** What the runner works with. */
export interface RunnerOptions {
  readonly process: RunnerProcess;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Aborted when the person stopped the program before the command was started. */
  readonly signal: AbortSignal;
  /** Ends this program's own handling of signals; from then on they are the command's. */
  readonly handOver: () => void;
}

// These leave a dump of the memory; a second one, of this process, would hold the key and could
// take the place of the one somebody needs.
const dumping: readonly string[] = [
  "SIGQUIT",
  "SIGILL",
  "SIGTRAP",
  "SIGABRT",
  "SIGBUS",
  "SIGFPE",
  "SIGSEGV",
  "SIGXCPU",
  "SIGXFSZ",
  "SIGSYS",
];

/** Starts commands in the place, or as a child, of this process. */
export class ProcessRunner implements CommandRunner {
  readonly #options: RunnerOptions;
  readonly #process: RunnerProcess;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#process = options.process;
  }

  get platform(): NodeJS.Platform {
    return this.#process.platform;
  }

  find([name, ...args]: readonly string[]): FoundCommand {
    if (name === undefined) {
      throw new MistralKeyError("usage", "There is no command to run.", {
        hint: "Name it behind --, for example: node app.js",
      });
    }
    // On Windows the endings of PATHEXT count; the library that starts commands there knows them.
    const file = this.#process.platform === "win32" ? name : findCommand(name, this.#process.env.PATH);
    return { name, file, args };
  }

  async start(command: FoundCommand, options: CommandStart): Promise<ExitCode> {
    const own = this.#process;
    const { signal, handOver } = this.#options;
    const execve = options.redact === undefined ? findExecve(own, command.file) : undefined;
    if (execve !== undefined) {
      await this.#flushOutput();
      signal.throwIfAborted();
      handOver();
      restoreInheritance(own, this.#openedStreams());
      return execve(command.file, [command.name, ...command.args], options.env);
    }
    const { runChild } = await import("./run-child.ts");
    const end = await runChild(command, options, this.#options);
    return end.kind === "exit" ? end.code : await this.#endLike(end.signal);
  }

  /** Ends this process by the signal that ended its child; where that cannot be, with the code shells give it. */
  async #endLike(signal: NodeJS.Signals): Promise<ExitCode> {
    const own = this.#process;
    const code = 128 + (constants.signals[signal] ?? 0);
    if (own.platform === "win32" || dumping.includes(signal)) return code;
    await this.#flushOutput();
    if (signal !== "SIGKILL") giveDefaultMeaning(own, [signal]);
    own.kill(own.pid, signal);
    // The signal may reach another thread of this process first.
    await new Promise((resolve) => setTimeout(resolve, 200));
    return code;
  }

  #openedStreams(): readonly NodeJS.WriteStream[] {
    const { stdout, stderr } = this.#options;
    return [stdout.opened, stderr.opened].filter((stream) => stream !== undefined);
  }

  async #flushOutput(): Promise<void> {
    await Promise.all(this.#openedStreams().map(flush));
  }
}
