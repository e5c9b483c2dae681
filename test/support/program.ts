import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The built command; `npm test` builds it first. */
export const program = fileURLToPath(new URL("../../bin/mistral-key.js", import.meta.url));

/** How a run of the program ended. */
export interface Run {
  /** The exit code; `null` when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The duration, in milliseconds. */
  readonly ms: number;
}

/**
 * The time, in milliseconds, by which the program has given up on what does not answer, even on a busy
 * machine: it takes 2.5 s on an idle one, keytar itself 50 s.
 */
export const soonMs = 12_000;

/** How to run the program. */
export interface RunOptions {
  /** The whole environment; `PATH` and `LANG` have defaults. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Standard input, which is then closed; none at all when absent. */
  readonly input?: string;
  readonly cwd?: string;
}

/**
 * Runs the built command to its end, without a terminal. Fails when Node or a library prints a warning,
 * which the program hides from users.
 */
export async function runProgram(args: readonly string[], options: RunOptions): Promise<Run> {
  // With NODE_DEBUG, Node warns about its own output, and the program hides that as well.
  const flags = options.env.NODE_DEBUG === undefined ? ["--trace-warnings"] : [];
  const run = await runNode([...flags, program, ...args], options);
  if (/^\(node:\d+\) /m.test(run.stderr)) throw new Error(`mistral-key ${args.join(" ")}: ${run.stderr}`);
  return run;
}

/** Runs Node to its end, without a terminal. */
export function runNode(args: readonly string[], options: RunOptions): Promise<Run> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env.PATH, LANG: "C.UTF-8", ...options.env },
      cwd: options.cwd,
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
    });
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({ code, signal, stdout, stderr, ms: performance.now() - started }),
    );
    // The program may end without reading it.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input);
  });
}
