import { ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { codeOf } from "../files/file-errors.ts";
import { findProgram } from "../files/find-program.ts";
import { ApiKey } from "../keys/api-key.ts";
import { withUsualDumps } from "./core-dumps.ts";
import { type Environment, helperEnvironment } from "./environment.ts";

/** What a program is started with. */
export interface ProgramOptions {
  /** Where the program is looked for, and what it inherits (`helperEnvironment`). */
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  /** Variables that it gets besides or instead; `undefined` takes one away. */
  readonly variables?: Environment;
  /** The folder that it works in, absolute; without it the current one. */
  readonly cwd?: string;
  /** After so many milliseconds the program is ended. */
  readonly timeLimitMs: number;
  /** Ends the program. */
  readonly signal?: AbortSignal | undefined;
  /** Keys that are known: no variable that has one of them in it is inherited. */
  readonly keys?: readonly ApiKey[];
}

/** How a program ended, or why it did not start. Its `stderr` is kept up to 64 kB. */
export type ProgramEnd =
  | { readonly kind: "exited"; readonly code: number; readonly stderr: Buffer }
  /** By a signal that this program did not send. */
  | { readonly kind: "killed"; readonly signal: NodeJS.Signals; readonly stderr: Buffer }
  | { readonly kind: "timed-out"; readonly stderr: Buffer }
  /** By `stop()` or the signal of the options. */
  | { readonly kind: "stopped"; readonly stderr: Buffer }
  | { readonly kind: "not-found" }
  /** The system refused to start it; `code` is its error code, `EACCES` for example. */
  | { readonly kind: "not-started"; readonly code: string };

/** The outcome of a program that ran to its end. */
export type ProgramOutcome =
  | (Extract<ProgramEnd, { kind: "exited" }> & { readonly stdout: Buffer })
  | Exclude<ProgramEnd, { kind: "exited" | "stopped" }>
  /** It wrote more than `sizeLimit` and was ended. */
  | { readonly kind: "too-large"; readonly stderr: Buffer };

/** A program that runs. */
export interface RunningProgram {
  /** To be ended by the caller. Writing to a program that has ended already does nothing. */
  readonly stdin: Writable;
  /** To be read by the caller: what nobody reads makes the program wait. */
  readonly stdout: Readable;
  /** Never rejects. What the program wrote is complete only when this says that it exited. */
  readonly ended: Promise<ProgramEnd>;
  /** Ends the program. */
  stop(): Promise<ProgramEnd>;
}

const stderrLimit = 64 * 1024;
const defaultSizeLimit = 64 * 1024 * 1024;
/** How long a program may take to end itself after SIGTERM, and to be gone after SIGKILL. */
const graceMs = 500;
/** How long to wait for what others hold open that a program has left behind. */
const lingerMs = 1000;

/**
 * Runs a program to its end. It has no terminal, inherits no secret, and is ended with everything
 * it has started when it takes too long, writes too much, or the signal comes.
 *
 * @param options.input - what it reads on stdin; nothing without it
 * @param options.sizeLimit - how many bytes of stdout are taken; 64 MB without it
 * @throws the reason of the signal
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
 * Starts a program whose output is read while it runs, otherwise like {@link runProgram}.
 *
 * @throws the reason of the signal, when it came before the start
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
  // It may end without having read everything.
  stdin.on("error", () => {});
  return { stdin, stdout, ...watch(child, stderr, options) };
}

/**
 * Starts a program that is left to itself, a browser for example: it goes on when this one ends.
 *
 * @param options.input - what it reads on stdin, little enough not to be waited for; nothing without it
 * @param options.failsWithinMs - how long it is watched
 * @returns how it ended within that time; `undefined` when it still runs
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
 * Watches a program that is left to itself, for a time, without keeping this one alive any longer.
 *
 * @returns how it ended within that time; `undefined` when it still runs
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
  // Only there: it knows how to start a .cmd file, and what must be escaped for it.
  const start = onWindows ? (await import("cross-spawn")).default.spawn : spawn;
  try {
    const spawnOptions: SpawnOptions = {
      cwd,
      env: { ...helperEnvironment(env, { platform, keys }), ...variables },
      stdio,
      // A group of its own can be ended as a whole, and Ctrl-C reaches this program alone.
      detached: !onWindows || stdio !== piped,
      windowsHide: true,
    };
    return withUsualDumps(() => start(file, [...args], spawnOptions));
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
  let abandon = () => {};
  const said = collectStart(stderr);
  const timers: NodeJS.Timeout[] = [];
  const end = (why: typeof reason) => {
    if (reason !== undefined) return;
    reason = why;
    killGroup(child, "SIGTERM");
    timers.push(setTimeout(() => killGroup(child, "SIGKILL"), graceMs));
    // Not even SIGKILL ends a process that waits for a disk or a mount that does not answer.
    timers.push(setTimeout(() => abandon(), 2 * graceMs));
  };
  const stop = () => end("stopped");
  timers.push(setTimeout(() => end("timed-out"), timeLimitMs));
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  const abandoned = new Promise<undefined>((resolve) => {
    abandon = () => {
      child.stdout?.destroy();
      resolve(undefined);
    };
  });
  const ended = Promise.race([endOf(child, said), abandoned]).then((how): ProgramEnd => {
    for (const timer of timers) clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    // What it has started may not care about SIGTERM.
    if (reason !== undefined) killGroup(child, "SIGKILL");
    child.unref();
    stderr.destroy();
    if (reason !== undefined) return { kind: reason, stderr: said() };
    return how ?? { kind: "stopped", stderr: said() };
  });
  return {
    ended,
    stop: () => {
      stop();
      return ended;
    },
  };
}

/** How a child ended by itself; waits a little for what it wrote last. */
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

/** Reads a stream to its end and keeps its beginning. */
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
