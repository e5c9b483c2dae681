import { ChildProcess, type SpawnOptions } from "node:child_process";
import { PassThrough, type Readable } from "node:stream";
import { codeOf } from "../files/file-errors.ts";
import { findProgram, spawnFor } from "../files/find-program.ts";
import { ApiKey } from "../keys/api-key.ts";
import { type Environment, helperEnvironment } from "./environment.ts";

/** How to start a program. */
export interface ProgramOptions {
  /** Where to look for the program, and what it inherits (`helperEnvironment`). */
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  /** Variables to add or override; `undefined` removes one. */
  readonly variables?: Environment;
  readonly cwd?: string;
  /** Its stdin; empty by default. A detached program's must fit into a pipe's buffer. */
  readonly input?: string | Buffer | ApiKey;
  readonly timeLimitMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Known keys besides the input: variables that contain one are not inherited. */
  readonly keys?: readonly ApiKey[];
}

/** How a program ended, or why it did not start. */
export type ProgramEnd =
  /** `stderr` holds its first 64 kB. */
  | { readonly kind: "exited"; readonly code: number; readonly stderr: Buffer }
  | { readonly kind: "timed-out" }
  /** By a signal, this program's or another's. */
  | { readonly kind: "stopped" }
  | { readonly kind: "not-found" }
  /** The system refused to start it; `code` is its error code, `EACCES` for example. */
  | { readonly kind: "not-started"; readonly code: string };

/** The outcome of {@link runProgram}. */
export type ProgramOutcome =
  | (Extract<ProgramEnd, { kind: "exited" }> & { readonly stdout: Buffer })
  | Exclude<ProgramEnd, { kind: "exited" }>
  /** It wrote more than `sizeLimit` to stdout. */
  | { readonly kind: "too-large" };

interface RunningProgram {
  /** The caller must read it: unread output blocks the program. */
  readonly stdout: Readable;
  /** Never rejects. The output is complete only if this resolves to `exited`. */
  readonly ended: Promise<ProgramEnd>;
  stop(): void;
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
 * @param options.sizeLimit - maximum bytes of stdout; 64 MB by default
 * @throws the signal's reason
 */
export async function runProgram(
  name: string,
  args: readonly string[],
  options: ProgramOptions & { readonly sizeLimit?: number },
): Promise<ProgramOutcome> {
  const { sizeLimit = defaultSizeLimit, signal } = options;
  const program = await startProgram(name, args, options);
  const chunks: Buffer[] = [];
  let length = 0;
  program.stdout.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length <= sizeLimit) chunks.push(chunk);
    else program.stop();
  });
  const end = await program.ended;
  program.stdout.destroy();
  signal?.throwIfAborted();
  if (length > sizeLimit) return { kind: "too-large" };
  return end.kind === "exited" ? { ...end, stdout: Buffer.concat(chunks) } : end;
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
  const { stdout, stderr } = child;
  if (!stdout || !stderr) return notRunning({ kind: "not-started", code: "EMFILE" });
  return { stdout, ...watch(child, stderr, options) };
}

/**
 * Starts a detached program, a browser for example, that keeps running when this one exits.
 *
 * @param options.failsWithinMs - how long to watch it
 * @returns how it ended; `undefined` if it outlives that time
 */
export async function launchProgram(
  name: string,
  args: readonly string[],
  options: Omit<ProgramOptions, "timeLimitMs" | "signal"> & { readonly failsWithinMs: number },
): Promise<ProgramEnd | undefined> {
  const child = await spawnHelper(name, args, options, ["pipe", "ignore", "ignore"]);
  return child instanceof ChildProcess ? await endWithin(child, options.failsWithinMs) : child;
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
    void endOf(child).then((end) => {
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
  { env, platform, variables = {}, cwd, input = "", keys = [] }: Omit<ProgramOptions, "timeLimitMs">,
  stdio: SpawnOptions["stdio"],
): Promise<ChildProcess | NotRunning> {
  const file = findProgram(name, { env, platform });
  if (file === undefined) return { kind: "not-found" };
  const onWindows = platform === "win32";
  const known = input instanceof ApiKey ? [...keys, input] : keys;
  const inherited = helperEnvironment(env, { platform, keys: known });
  const start = await spawnFor(file, platform);
  try {
    const spawnOptions: SpawnOptions = {
      cwd,
      env: { ...inherited, ...variables },
      stdio,
      // Its own process group can be killed as a whole and does not receive Ctrl-C.
      detached: !onWindows || stdio !== piped,
      windowsHide: true,
    };
    const child = start(file, [...args], spawnOptions);
    // It may exit before it has read all of its input.
    child.stdin?.on("error", () => {}).end(input instanceof ApiKey ? input.reveal() : input);
    // Without a listener, the event of a failed start would end this process.
    return child.on("error", () => {});
  } catch (error) {
    return { kind: "not-started", code: codeOf(error) };
  }
}

function notRunning(end: NotRunning): RunningProgram {
  return { stdout: new PassThrough().end(), ended: Promise.resolve(end), stop: () => {} };
}

function watch(
  child: ChildProcess,
  stderr: Readable,
  { timeLimitMs, signal }: ProgramOptions,
): Pick<RunningProgram, "ended" | "stop"> {
  let reason: "timed-out" | "stopped" | undefined;
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
  const ended = endOf(child, collectStart(stderr)).then((how): ProgramEnd => {
    for (const timer of timers) clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    // Its descendants may ignore SIGTERM.
    if (reason !== undefined) killGroup(child, "SIGKILL");
    child.unref();
    stderr.destroy();
    return reason === undefined ? how : { kind: reason };
  });
  return { ended, stop };
}

/** How a child ended; waits up to `lingerMs` for its last output. */
function endOf(child: ChildProcess, said: () => Buffer = () => Buffer.alloc(0)): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const settle = () => {
      const { exitCode, signalCode } = child;
      resolve(signalCode ? { kind: "stopped" } : { kind: "exited", code: exitCode ?? 0, stderr: said() });
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
