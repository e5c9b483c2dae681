import { type Limit, withinLimit } from "../../within-limit.ts";

/*
 * A call into keytar blocks a thread until the keychain answers, and Node ends no process while a
 * thread is blocked: neither returning from main nor process.exit() does it. So the calls are
 * counted here, and main.ts asks at the end whether one is left.
 */

let underWay = 0;

/**
 * Waits for a call into keytar, up to a limit. Then the call goes on by itself: nothing can stop it,
 * and the next one waits for it.
 *
 * @throws TimedOut, the reason of the signal, or what the call throws
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

/** What ending a process takes of it. */
export interface EndableProcess {
  readonly pid: number;
  readonly execve?: (file: string, args: readonly string[], env: Record<string, string>) => never;
  kill(pid: number, signal: NodeJS.Signals | number): void;
}

/**
 * Ends the process when a call into keytar hangs; else does nothing.
 *
 * Where Node can replace its process (22.15 and later, not on Windows), a shell takes its place and
 * ends with the code. Elsewhere a code that stands for a signal is reached by that signal, and for
 * any other only SIGKILL is left: whoever started the program sees that (137) instead of the code.
 * On Linux, the keychain has to stop answering in the milliseconds between having said that it is
 * unlocked and being read for this to happen, or a person has to leave its dialog open.
 */
export function endDespiteHungCall(own: EndableProcess, code: number): void {
  if (underWay === 0) return;
  try {
    own.execve?.("/bin/sh", ["sh", "-c", `exit ${code}`], {});
  } catch {
    // No shell, or not allowed to start one.
  }
  if (code > 128) own.kill(own.pid, code - 128);
  own.kill(own.pid, "SIGKILL");
}
