import { ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { codeOf } from "../files/file-errors.ts";
import { findProgram } from "../files/find-program.ts";
import { ApiKey } from "../keys/api-key.ts";
import { type Environment, helperEnvironment } from "./environment.ts";

/** How to start a program. */
export interface ProgramOptions {
  /** Where to look for the program, and what it inherits (`helperEnvironment`). */
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  /** Variables to add or override; `undefined` removes one. */
  readonly variables?: Environment;
  /** Its working directory, absolute; defaults to the current one. */
  readonly cwd?: string;
  /** Milliseconds until the program is stopped. */
  readonly timeLimitMs: number;
  /** Ends the program. */
  readonly signal?: AbortSignal | undefined;
  /** Known keys: variables that contain one are not inherited. */
  readonly keys?: readonly ApiKey[];
}

/** How a program ended, or why it did not start. `stderr` holds its first 64 kB. */
export type ProgramEnd =
  | { readonly kind: "exited"; readonly code: number; readonly stderr: Buffer }
  /** By a signal that this program did not send. */
  | { readonly kind: "killed"; readonly signal: NodeJS.Signals; readonly stderr: Buffer }
  | { readonly kind: "timed-out"; readonly stderr: Buffer }
  /** By `stop()` or the options' signal. */
  | { readonly kind: "stopped"; readonly stderr: Buffer }
  | { readonly kind: "not-found" }
  /** The system refused to start it; `code` is its error code, `EACCES` for example. */
  | { readonly kind: "not-started"; readonly code: string };

/** The outcome of {@link runProgram}. */
export type ProgramOutcome =
  | (Extract<ProgramEnd, { kind: "exited" }> & { readonly stdout: Buffer })
  | Exclude<ProgramEnd, { kind: "exited" | "stopped" }>
  /** It wrote more than `sizeLimit` to stdout. */
  | { readonly kind: "too-large"; readonly stderr: Buffer };

/** A running program. */
export interface RunningProgram {
  /** The caller must end it. Writing after the program has exited does nothing. */
  readonly stdin: Writable;
  /** The caller must read it: unread output blocks the program. */
  readonly stdout: Readable;
  /** Never rejects. The output is complete only if this resolves to `exited`. */
  readonly ended: Promise<ProgramEnd>;
  /** Ends the program. */
  stop(): Promise<ProgramEnd>;
}

const stderrLimit = 64 * 1024;
const defaultSizeLimit = 64 * 1024 * 1024;
/** How long to wait for a program to exit after SIGTERM, before SIGKILL. */
const graceMs = 500;
/** How long to wait for pipes that an exited program's children hold open. */
const lingerMs = 1000;

/**
 * Runs a program to its end. It has no terminal and inherits no secrets. A timeout, too much output or
 * the signal kills its process group (on Windows, the program alone).
 *
 * @param options.input - its stdin; empty by default
 * @param options.sizeLimit - maximum bytes of stdout; 64 MB by default
 * @throws the signal's reason
 */
export async function runProgram(
  name: string,
  args: readonly string[],
  options: ProgramOptions & { readonly input?: string | Buffer | ApiKey; readonly sizeLimit?: number },
): Promise<ProgramOutcome> {
  const { input = "", sizeLimit = defaultSizeLimit, signal } = options;
  const keys = [...(options.keys ?? []), ...(input instanceof ApiKey ? [input] : [])];
  const program = await startProgram(name, args, { ...options, keys });
  const chunks: Buffer[] = [];
  let length = 0;
  program.stdout.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length <= sizeLimit) chunks.push(chunk);
    else void program.stop();
  });
  program.stdin.end(input instanceof ApiKey ? input.reveal() : input);
  const end = await program.ended;
  program.stdout.destroy();
  signal?.throwIfAborted();
  if (end.kind === "exited" && length <= sizeLimit) return { ...end, stdout: Buffer.concat(chunks) };
  return end.kind === "exited" || end.kind === "stopped" ? { kind: "too-large", stderr: end.stderr } : end;
}

/**
 * Like {@link runProgram}, but the caller reads the output while the program runs.
 *
 * @throws the signal's reason, when aborted before the start
 */
export async function startProgram(
  name: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<RunningProgram> {
  options.signal?.throwIfAborted();
  const child = await spawnHelper(name, args, options, piped);
  if (!(child instanceof ChildProcess)) return notRunning(child);
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) return notRunning({ kind: "not-started", code: "EMFILE" });
  // It may exit before reading all its input.
  stdin.on("error", () => {});
  return { stdin, stdout, ...watch(child, stderr, options) };
}

/**
 * Starts a detached program, a browser for example, that keeps running when this one exits.
 *
 * @param options.input - its stdin, short enough for the pipe buffer; empty by default
 * @param options.failsWithinMs - how long to watch it
 * @returns how it ended; `undefined` if it outlives that time
 */
export async function launchProgram(
  name: string,
  args: readonly string[],
  {
    input = "",
    failsWithinMs,
    ...options
  }: Omit<ProgramOptions, "timeLimitMs" | "signal"> & {
    readonly input?: string | ApiKey;
    readonly failsWithinMs: number;
  },
): Promise<ProgramEnd | undefined> {
  const keys = [...(options.keys ?? []), ...(input instanceof ApiKey ? [input] : [])];
  const child = await spawnHelper(name, args, { ...options, keys }, ["pipe", "ignore", "ignore"]);
  if (!(child instanceof ChildProcess)) return child;
  child.stdin?.on("error", () => {}).end(input instanceof ApiKey ? input.reveal() : input);
  return await endWithin(child, failsWithinMs);
}

/**
 * Watches a detached program for `ms`, and keeps this process alive no longer than that.
 *
 * @returns how it ended; `undefined` if it outlives that time
 */
export async function endWithin(child: ChildProcess, ms: number): Promise<ProgramEnd | undefined> {
  child.unref();
  return await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), ms);
    void endOf(child, () => Buffer.alloc(0)).then((end) => {
      clearTimeout(timer);
      resolve(end);
    });
  });
}

const piped: SpawnOptions["stdio"] = ["pipe", "pipe", "pipe"];

type NotRunning = Extract<ProgramEnd, { kind: "not-found" | "not-started" }>;

async function spawnHelper(
  name: string,
  args: readonly string[],
  { env, platform, variables = {}, cwd, keys = [] }: Omit<ProgramOptions, "timeLimitMs">,
  stdio: SpawnOptions["stdio"],
): Promise<ChildProcess | NotRunning> {
  const file = findProgram(name, { env, platform });
  if (file === undefined) return { kind: "not-found" };
  const onWindows = platform === "win32";
  // It starts .cmd files and escapes their arguments; only Windows needs that.
  const start = onWindows ? (await import("cross-spawn")).default.spawn : spawn;
  try {
    const spawnOptions: SpawnOptions = {
      cwd,
      env: { ...helperEnvironment(env, { platform, keys }), ...variables },
      stdio,
      // Its own process group can be killed as a whole and does not receive Ctrl-C.
      detached: !onWindows || stdio !== piped,
      windowsHide: true,
    };
    const child = start(file, [...args], spawnOptions);
    // Without a listener, the event of a failed start would end this process.
    return child.on("error", () => {});
  } catch (error) {
    return { kind: "not-started", code: codeOf(error) };
  }
}

function notRunning(end: NotRunning): RunningProgram {
  const ended = Promise.resolve(end);
  return { stdin: new PassThrough().resume(), stdout: new PassThrough().end(), ended, stop: () => ended };
}

function watch(
  child: ChildProcess,
  stderr: Readable,
  { timeLimitMs, signal }: ProgramOptions,
): Pick<RunningProgram, "ended" | "stop"> {
  let reason: "timed-out" | "stopped" | undefined;
  const said = collectStart(stderr);
  const timers: NodeJS.Timeout[] = [];
  const end = (why: typeof reason) => {
    if (reason !== undefined) return;
    reason = why;
    killGroup(child, "SIGTERM");
    timers.push(setTimeout(() => killGroup(child, "SIGKILL"), graceMs));
  };
  const stop = () => end("stopped");
  timers.push(setTimeout(() => end("timed-out"), timeLimitMs));
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  const ended = endOf(child, said).then((how): ProgramEnd => {
    for (const timer of timers) clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    // Its descendants may ignore SIGTERM.
    if (reason !== undefined) killGroup(child, "SIGKILL");
    child.unref();
    stderr.destroy();
    return reason === undefined ? how : { kind: reason, stderr: said() };
  });
  return {
    ended,
    stop: () => {
      stop();
      return ended;
    },
  };
}

/** How a child ended; waits up to `lingerMs` for its last output. */
function endOf(child: ChildProcess, said: () => Buffer): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const settle = () => {
      const { exitCode, signalCode } = child;
      if (signalCode !== null) resolve({ kind: "killed", signal: signalCode, stderr: said() });
      else resolve({ kind: "exited", code: exitCode ?? 0, stderr: said() });
    };
    if (child.exitCode !== null || child.signalCode !== null) return settle();
    let lingering: NodeJS.Timeout | undefined;
    child.once("exit", () => {
      lingering = setTimeout(settle, lingerMs);
    });
    child.once("close", () => {
      clearTimeout(lingering);
      settle();
    });
    child.on("error", (error) => resolve({ kind: "not-started", code: codeOf(error) }));
  });
}

/** Drains a stream and keeps only its beginning. */
function collectStart(stream: Readable): () => Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on("data", (chunk: Buffer) => {
    if (length < stderrLimit) chunks.push(chunk.subarray(0, stderrLimit - length));
    length += chunk.length;
  });
  return () => Buffer.concat(chunks);
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended.
  }
}
