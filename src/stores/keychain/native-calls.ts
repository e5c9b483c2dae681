import { type Limit, withinLimit } from "../../within-limit.ts";

/*
 * A keytar call blocks a thread until the keychain answers, and Node cannot exit while a thread is
 * blocked: neither by returning from main nor by process.exit(). So calls are counted here, and main.ts
 * checks at the end whether one is pending.
 */

let underWay = 0;

/**
 * Waits for a keytar call, up to a limit. After that the call keeps running: nothing can stop it, and
 * the next one waits for it.
 *
 * @throws TimedOut, the signal's reason, or what the call throws
 */
export function waitForCall<Value>(limit: Limit, call: () => Promise<Value>): Promise<Value> {
  return withinLimit(limit, async () => {
    underWay += 1;
    try {
      return await call();
    } finally {
      underWay -= 1;
    }
  });
}

interface WaitingOutput {
  readonly writableLength: number;
  readonly _handle?: { setBlocking?(blocking: boolean): void } | null;
}

/** The part of `process` needed here. */
export type EndableProcess = Pick<NodeJS.Process, "pid" | "kill" | "getActiveResourcesInfo"> & {
  readonly stdout: WaitingOutput;
  readonly stderr: WaitingOutput;
  readonly execve?: (file: string, args: readonly string[], env: Record<string, string>) => never;
};

/**
 * Ends the process if a keytar call hangs, or looking up a name, as without a network; otherwise does nothing.
 * What waits for a slow reader is written first.
 *
 * Where Node has `execve` (22.15 and later, not on Windows), a shell replaces the process and exits
 * with the code. Elsewhere a code above 128 becomes its signal, and for any other only SIGKILL is
 * left: the caller sees 137 instead of the code. On Linux this takes a keychain that stops answering
 * in the milliseconds between reporting that it is unlocked and being read, or a user who leaves its
 * dialog open.
 */
export function endDespiteHungCall(own: EndableProcess, code: number): void {
  const looksUp = own.getActiveResourcesInfo().includes("GetAddrInfoReqWrap");
  if (underWay === 0 && !looksUp) return;
  const outputs = [own.stdout, own.stderr];
  if (outputs.some(({ writableLength }) => writableLength > 0)) {
    setTimeout(() => endDespiteHungCall(own, code), 100).unref();
    return;
  }
  try {
    // As Node does when it exits: other programs may write into the same pipe, and cannot if it does not block.
    for (const { _handle } of outputs) _handle?.setBlocking?.(true);
    own.execve?.("/bin/sh", ["sh", "-c", `exit ${code}`], {});
  } catch {
    // No shell, or not allowed to start one.
  }
  if (code > 128) own.kill(own.pid, code - 128);
  // A lookup ends within a minute, and then with the code.
  if (underWay > 0) own.kill(own.pid, "SIGKILL");
}
