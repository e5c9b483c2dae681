import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { MistralKeyError } from "../errors.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { CommandStart, FoundCommand } from "./command-runner.ts";
import { closeWriteEnds, makePipes } from "./real-pipes.ts";

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
 * {@link Redactor}. Resolves when the child has ended and everything it wrote has been passed on.
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
  const mask = redact === undefined ? undefined : await masking(redact);
  const pipes = mask === undefined ? undefined : await makePipes(2);
  const options: SpawnOptions = {
    env,
    stdio:
      mask === undefined ? "inherit" : ["inherit", ...(pipes?.map(({ writeEnd }) => writeEnd) ?? sockets)],
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
    closeWriteEnds(pipes ?? []);
  }
  const ended = new Promise<ChildEnd>((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => reject(explain(error, command.name)));
    child.once("exit", (code, signal) => {
      resolve(signal === null ? { kind: "exit", code: code ?? 0 } : { kind: "signal", signal });
    });
  });
  if (mask === undefined) return ended;
  const [stdout, stderr] = pipes?.map(({ readEnd }) => readEnd) ?? [child.stdout, child.stderr];
  const [toStdout, toStderr] = surroundings.outputs();
  const [end] = await Promise.all([ended, mask(stdout, toStdout), mask(stderr, toStderr)]);
  return end;
}

/** Knows how Windows finds `.cmd` files and what must be escaped for them. */
async function windowsSpawn(): Promise<typeof spawn> {
  return (await import("cross-spawn")).default.spawn;
}

/** Passes a stream of a child on, masked, until it ends or nobody reads it any more. */
async function masking(
  key: ApiKey,
): Promise<(from: Readable | null | undefined, to: Writable) => Promise<void>> {
  const { Redactor } = await import("./redactor.ts");
  return async (from, to) => {
    if (!from) return;
    try {
      await pipeline(from, new Redactor(key), to, { end: false });
      await flush(to);
    } catch {
      // The reader has left. The child learns it by its next write, as it would with nothing in between.
      from.destroy();
    }
  };
}

/** Resolves when everything written to a stream has been passed to the system, or cannot be. */
export function flush(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    stream.write("", () => resolve());
  });
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
