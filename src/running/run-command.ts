import type { ChildProcess, SpawnOptions } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { MistralKeyError } from "../errors.ts";
import type { ExitCode } from "../exit-codes.ts";
import { reasonOf } from "../files/file-errors.ts";
import { findProgram, programFolders, spawnFor } from "../files/find-program.ts";
import { shellWord } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { showName } from "../outside-text.ts";
import { withUsualDumps } from "./core-dumps.ts";
import type { Environment } from "./environment.ts";
import { forwardSignals } from "./forward-signals.ts";

/** How to start a command. */
export interface CommandStart {
  /** The command's entire environment. */
  readonly env: Readonly<Record<string, string>>;
  /** A key to mask in the command's stdout and stderr. */
  readonly redact?: ApiKey | undefined;
}

interface Starter {
  readonly platform: NodeJS.Platform;
  /** Of this process, for helpers. */
  readonly env: Environment;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Aborted when the user stops the program before the command starts. */
  readonly signal: AbortSignal;
  /** Stops this program's own signal handling; from then on signals go to the command. */
  readonly handOver: () => void;
}

/** Signals on which a shell stops its script too. Of any other it sees the same number, 128 + n. */
const stoppingScripts: readonly string[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Hands the terminal, input, output and signals over to a command, found as a shell finds it, and returns
 * its exit code: 128 + n when signal n killed it. By SIGINT, SIGTERM or SIGHUP this process ends as well,
 * so that a shell stops its script.
 *
 * @throws MistralKeyError of kind `command-not-found` or `command-not-executable`
 */
export async function runCommand(
  [name = "", ...args]: readonly string[],
  { env, redact }: CommandStart,
  starter: Starter,
): Promise<ExitCode> {
  if (name === "") throw notFound(name, starter);
  const { platform, signal, handOver, stdout, stderr } = starter;
  // cross-spawn would look in the current folder first, which may be anybody's, and would take a program
  // of the Microsoft Store that exits with 1 for a missing one.
  const program = (platform === "win32" && findProgram(name, { env, platform })) || name;
  const startChild = await spawnFor(program, platform);
  const masked = redact && (await (await import("./masked-output.ts")).openMaskedOutput(redact, starter));
  await flushAll([stdout, stderr]);
  let child: ChildProcess | undefined;
  let stopForwarding = () => {};
  try {
    signal.throwIfAborted();
    stopForwarding = forwardSignals(platform, (signalName) => child?.kill(signalName));
    handOver();
    const options: SpawnOptions = {
      env,
      stdio: ["inherit", ...(masked?.writeEnds ?? (["inherit", "inherit"] as const))],
    };
    child = withUsualDumps(() => startChild(program, args, options));
    const passedOn = masked?.passOn(child, [stdout, stderr]);
    // What the command left running may keep its output open; from then on a signal ends this process.
    const [end] = await Promise.all([endOf(child).finally(stopForwarding), passedOn]);
    return typeof end === "number" ? end : await endLike(end, starter);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw isThere(error, name, starter) ? cannotRun(error, name) : notFound(name, starter, error);
  } finally {
    stopForwarding();
    masked?.close();
  }
}

/** The system says EACCES also of a folder in PATH that may not be searched. */
function isThere({ code }: NodeJS.ErrnoException, name: string, starter: Starter): boolean {
  if (code !== "EACCES" || name.includes("/")) return code !== "ENOENT";
  return programFolders(starter).some((folder) => existsSync(join(folder, name)));
}

function notFound(name: string, { env, platform }: Starter, cause?: unknown): MistralKeyError {
  const message = `There is no command "${showName(name)}" here, or what it needs to start is missing.`;
  const [first = "", ...words] = name.split(" ");
  const isLine = words.length > 0 && findProgram(first, { env, platform }) !== undefined;
  const hint = isLine
    ? `Leave out the quotes around it, so that "${showName(first)}" is the command and the rest its arguments.`
    : "Check its spelling and, if it is a script, the program that its first line names.";
  // Its value, since not every shell replaces "$SHELL".
  const shell = env.SHELL;
  const ofShell =
    shell && `\nFor an alias or a function of your shell, after run --: ${shellWord(shell)} -ic 'COMMAND'`;
  return new MistralKeyError("command-not-found", message, { cause, hint: hint + (ofShell ?? "") });
}

/** Kills this process with its child's signal if a shell needs to see that; else returns 128 + n. */
async function endLike(signal: NodeJS.Signals, { platform, stdout, stderr }: Starter): Promise<ExitCode> {
  const code = 128 + (constants.signals[signal] ?? 0);
  if (platform === "win32" || !stoppingScripts.includes(signal)) return code;
  await flushAll([stdout, stderr]);
  // Node may still hold a listener; without any, the default action is back.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // The signal may reach another thread of this process first.
  await new Promise((resolve) => setTimeout(resolve, 200));
  return code;
}

/** Waits until the streams have written everything out, or have failed. */
async function flushAll(streams: readonly Writable[]): Promise<void> {
  // Writing even nothing to a full disk fails, and would be reported as a lost answer.
  const pending = streams.filter(({ writableLength }) => writableLength > 0);
  await Promise.all(pending.map((stream) => new Promise((resolve) => stream.write("", resolve))));
}

function endOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(signal ?? code ?? 0));
  });
}

function isRefusal(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && String(error.syscall).startsWith("spawn");
}

function cannotRun(cause: NodeJS.ErrnoException, name: string): MistralKeyError {
  const message = `"${showName(name)}" cannot be run: ${reasonOf(cause)}.`;
  return new MistralKeyError("command-not-executable", message, {
    cause,
    hint:
      cause.code === "EACCES"
        ? "Check that it is a program that you may run: not a folder, and executable (chmod +x)."
        : undefined,
  });
}
