import { closeSync } from "node:fs";
import { isatty } from "node:tty";

/** The standard descriptors (0, 1, 2) that are terminals. */
export function findTerminals(): readonly number[] {
  return [0, 1, 2].filter(isatty);
}

/**
 * Closes descriptors whose terminal window is gone, just before the process exits. On exit Node restores
 * terminal modes and aborts if a terminal is gone, leaving a core dump that may hold a key (Node 20 to 24,
 * ResetStdio in src/node.cc); it skips closed descriptors.
 *
 * @param terminals - descriptors that were terminals at startup
 * @returns whether any was closed
 */
export function closeLostTerminals(terminals: readonly number[]): boolean {
  if (process.platform === "win32") return false;
  const lost = terminals.filter((descriptor) => !isatty(descriptor));
  for (const descriptor of lost) closeSync(descriptor);
  return lost.length > 0;
}
