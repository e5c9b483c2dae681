import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BundledProgram, bundleProgram } from "../../support/bundle.ts";

/** The result of one act of the program in keychain-program.ts. */
export interface Outcome {
  readonly act: string;
  readonly result?: unknown;
  readonly kind?: string;
  readonly message?: string;
  readonly hint?: string;
  readonly cause?: string;
  readonly name: string;
  readonly ms: number;
}

/** How the program ended. */
export interface KeychainRun {
  readonly outcomes: readonly Outcome[];
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly ms: number;
}

/** A run that is under way. */
export interface StartedRun {
  readonly child: ChildProcess;
  readonly ended: Promise<KeychainRun>;
}

/**
 * Makes the program, so that it finds keytar as an installed one does.
 *
 * @param bend - changes keytar's folder, which is then a copy
 */
export async function makeKeychainProgram(bend?: (keytar: string) => void): Promise<BundledProgram> {
  const program = await bundleProgram(new URL("./keychain-program.ts", import.meta.url));
  const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url));
  const own = join(dirname(program.path), "node_modules");
  if (bend === undefined) symlinkSync(modules, own);
  else {
    cpSync(join(modules, "keytar"), join(own, "keytar"), { recursive: true, dereference: true });
    // What keytar's install script leaves there is a copy of one of the others.
    rmSync(join(own, "keytar", "build"), { recursive: true, force: true });
    bend(join(own, "keytar"));
  }
  return program;
}

/** Starts the program in the environment of a keyring. */
export function startAct(
  program: BundledProgram,
  env: Readonly<Record<string, string | undefined>>,
  ...acts: readonly string[]
): StartedRun {
  const started = performance.now();
  const child = spawn(process.execPath, [program.path, ...acts], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  const ended = new Promise<KeychainRun>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const outcomes = output.split("\n").filter((line) => line !== "");
      resolve({
        outcomes: outcomes.map((line): Outcome => JSON.parse(line)),
        code,
        signal,
        ms: performance.now() - started,
      });
    });
  });
  return { child, ended };
}

/** Runs acts to their end. */
export function act(
  program: BundledProgram,
  env: Readonly<Record<string, string | undefined>>,
  ...acts: readonly string[]
): Promise<KeychainRun> {
  return startAct(program, env, ...acts).ended;
}
