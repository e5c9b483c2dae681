import { closeSync } from "node:fs";
import { constants } from "node:os";
import { isatty } from "node:tty";
import type { ExitCode } from "../exit-codes.ts";

/** The standard descriptors (0, 1, 2) that are terminals. */
export function findTerminals(): readonly number[] {
  return [0, 1, 2].filter(isatty);
}

const { SIGHUP, SIGTERM } = constants.signals;
/** The exit codes after signals that come as a session ends, when its terminals may go at any moment. */
const sessionEnded: readonly ExitCode[] = [128 + SIGHUP, 128 + SIGTERM];

/**
 * Closes descriptors whose terminal window is gone, or may go any moment, just before the process exits. On
 * exit Node restores terminal modes and aborts if a terminal is gone, leaving a core dump that may hold a key
 * (Node 20 to 24, ResetStdio in src/node.cc); it skips closed descriptors.
 *
 * @param terminals - descriptors that were terminals at startup
 * @param code - the exit code of the process
 * @returns whether any terminal was gone
 */
export function closeLostTerminals(terminals: readonly number[], code: ExitCode): boolean {
  if (process.platform === "win32") return false;
  const lost = terminals.filter((descriptor) => !isatty(descriptor));
  for (const descriptor of sessionEnded.includes(code) ? terminals : lost) closeSync(descriptor);
  return lost.length > 0;
}
