import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import type { Writable } from "node:stream";
import { MistralKeyError } from "../errors.ts";
import type { CommandStart, FoundCommand } from "./command-runner.ts";

/** How a child ended. */
export type ChildEnd =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "signal"; readonly signal: NodeJS.Signals };

const sockets = ["pipe", "pipe"] as const;

/** What a child is started with, besides its command. */
export interface SpawnSurroundings {
  readonly platform: NodeJS.Platform;
  /** Where stdout and stderr of the child go when they are masked on the way. */
  outputs(): readonly [Writable, Writable];
  /** Called at the last moment before the child is started; may throw to prevent it. */
  beforeStart(): void;
  /** Called in the same turn in which the child was started. */
  afterStart(child: ChildProcess): void;
}

/**
 * Starts a command with this process's own input and output, or with its output passed through a
 * masking stream. Resolves when the child has ended and everything it wrote has been passed on.
 *
 * @throws MistralKeyError of kind `command-not-found` or `command-not-executable`
 */
export async function spawnCommand(
  command: FoundCommand,
  { env, redact }: CommandStart,
  surroundings: SpawnSurroundings,
): Promise<ChildEnd> {
  const onWindows = surroundings.platform === "win32";
  const start = onWindows ? await windowsSpawn() : spawn;
  const masking = redact === undefined ? undefined : await loadMasking();
  const pipes = await masking?.makePipes(2);
  const options: SpawnOptions = {
    env,
    stdio:
      masking === undefined ? "inherit" : ["inherit", ...(pipes?.map(({ writeEnd }) => writeEnd) ?? sockets)],
    ...(onWindows ? {} : { argv0: command.name }),
  };
  let child: ChildProcess;
  try {
    surroundings.beforeStart();
    child = start(command.file, [...command.args], options);
    surroundings.afterStart(child);
  } catch (error) {
    for (const { readEnd } of pipes ?? []) readEnd.destroy();
    // Node throws some refusals of the system at once and reports others later.
    throw isSystemError(error) ? explain(error, command.name) : error;
  } finally {
    masking?.closeWriteEnds(pipes ?? []);
  }
  const ended = new Promise<ChildEnd>((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => reject(explain(error, command.name)));
    child.once("exit", (code, signal) => {
      resolve(signal === null ? { kind: "exit", code: code ?? 0 } : { kind: "signal", signal });
    });
  });
  if (masking === undefined || redact === undefined) return ended;
  const [stdout, stderr] = pipes?.map(({ readEnd }) => readEnd) ?? [child.stdout, child.stderr];
  const [toStdout, toStderr] = surroundings.outputs();
  const passed = [masking.maskOutput(stdout, redact, toStdout), masking.maskOutput(stderr, redact, toStderr)];
  const [end] = await Promise.all([ended, ...passed]);
  return end;
}

async function loadMasking() {
  const [masking, pipes] = await Promise.all([import("./mask-output.ts"), import("./real-pipes.ts")]);
  return { ...masking, ...pipes };
}

/** Knows how Windows finds `.cmd` files and what must be escaped for them. */
async function windowsSpawn(): Promise<typeof spawn> {
  return (await import("cross-spawn")).default.spawn;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

function explain(cause: NodeJS.ErrnoException, name: string): MistralKeyError {
  const shown = JSON.stringify(name);
  if (cause.code === "ENOENT") {
    return new MistralKeyError(
      "command-not-found",
      `There is no command ${shown} here, or what it needs to start is missing.`,
      {
        cause,
        hint: "Check its spelling and, if it is a script, the program that its first line names.",
      },
    );
  }
  const why = reasons[cause.code ?? ""] ?? `the system answered ${cause.code ?? "with an error"}`;
  return new MistralKeyError("command-not-executable", `${shown} cannot be run: ${why}.`, {
    cause,
    hint: "Try to start it without mistral-key first; what is wrong is between it and the system.",
  });
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "it is not executable",
  EPERM: "the system does not permit it",
  ENOEXEC: "it is not a program for this system",
  E2BIG: "its arguments and environment are too long together",
  EAGAIN: "no further process may be started now",
  ENOMEM: "there is not enough memory",
};
