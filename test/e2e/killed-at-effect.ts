import { spawn } from "node:child_process";
import { findProgram } from "../support/find-program.ts";
import { program } from "../support/program.ts";

const strace = findProgram("strace");

/** What tests that kill at effects need, for `describeNeeding`. */
export const killing = { missing: strace === undefined ? ["strace"] : [], packages: "strace" };

/** What changes a file for good: each write ends with one of these calls of the system. */
export const effects = ["rename,renameat,renameat2", "link,linkat", "unlink,unlinkat"];

/** A run of the built command that is to be killed. */
export interface KilledRun {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input?: string | undefined;
}

/** Runs the command, killed as it makes its nth call of a kind; answers whether it was. */
export function killedAt(calls: string, nth: number, { args, env, input = "" }: KilledRun): Promise<boolean> {
  const injection = ["-e", `trace=${calls}`, "-e", `inject=${calls}:signal=SIGKILL:when=${nth}`];
  const traced = ["-f", "-qq", "-o", "/dev/null", ...injection, process.execPath, program];
  const child = spawn(strace ?? "", [...traced, ...args, "--no-input"], {
    env: { PATH: process.env.PATH, LANG: "C.UTF-8", ...env },
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (_code, signal) => resolve(signal === "SIGKILL"));
  });
}
