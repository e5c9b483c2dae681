import { constants } from "node:os";
import { Cancelled } from "./errors.ts";
import type { ExitCode } from "./exit-codes.ts";

/** The signals that end the program, watched. */
export interface WatchedSignals {
  /** Aborted when one came. */
  readonly signal: AbortSignal;
  /** The code to end with, when a signal came. */
  exitCode(): ExitCode | undefined;
  /** Leaves the signals to the system again, or to somebody else. */
  readonly stop: () => void;
}

/**
 * Turns a signal into an abort that flows can end cleanly on. A second signal, or a flow that has
 * not ended three seconds later, ends the program at once.
 */
export function watchSignals(): WatchedSignals {
  const controller = new AbortController();
  let code: ExitCode | undefined;
  // With no listener for SIGUSR1 Node opens its debugger, in which any user of this machine may read the memory.
  const { SIGHUP, SIGINT, SIGTERM, SIGUSR1 } = constants.signals;
  const numbers = { SIGHUP, SIGINT, SIGTERM, ...(process.platform !== "win32" && { SIGUSR1 }) };
  const watched = Object.entries(numbers).map(([name, number]) => {
    const listener = () => {
      if (code !== undefined) process.exit(code);
      code = 128 + number;
      controller.abort(new Cancelled());
      setTimeout(() => process.exit(128 + number), 3000).unref();
    };
    process.on(name, listener);
    return { name, listener };
  });
  return {
    signal: controller.signal,
    exitCode: () => code,
    stop: () => {
      for (const { name, listener } of watched) process.off(name, listener);
    },
  };
}
