import { constants } from "node:os";
import { Cancelled } from "./errors.ts";
import type { ExitCode } from "./exit-codes.ts";

/** The watched signals that end the program. */
export interface WatchedSignals {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** The exit code, once a signal has come. */
  exitCode(): ExitCode | undefined;
  /** Stops listening, so that the system or another listener handles signals. */
  readonly stop: () => void;
}

/**
 * Turns a signal into an abort, so that flows can end cleanly. A second signal, or a flow still running
 * three seconds later, ends the program at once.
 */
export function watchSignals(): WatchedSignals {
  const controller = new AbortController();
  let code: ExitCode | undefined;
  // Without a listener for SIGUSR1, Node opens its debugger, through which any local user can read the
  // memory.
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
