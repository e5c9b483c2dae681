import type { Writable } from "node:stream";

/** Resolves when everything written to a stream has been passed to the system, or cannot be. */
export function flush(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    stream.write("", () => resolve());
  });
}
