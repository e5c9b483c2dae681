import { closeSync, constants, openSync, writeFileSync } from "node:fs";
import { MistralKeyError } from "../errors.ts";
import { showName } from "../outside-text.ts";
import { reasonOf } from "./file-errors.ts";

// Absent on Windows. O_NONBLOCK: a named pipe without a reader is an error, not a wait.
const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/**
 * Replaces a file that holds no secrets, readable by others (0644).
 *
 * @param options.links - whether to follow a link at the path
 * @throws MistralKeyError of kind `usage` when it cannot be written
 */
export function writeOpenFile(
  path: string,
  text: string,
  { links }: { readonly links: "followed" | "refused" },
): void {
  try {
    const flags = O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | (links === "refused" ? O_NOFOLLOW : 0);
    const descriptor = openSync(path, flags, 0o644);
    try {
      writeFileSync(descriptor, text);
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    throw new MistralKeyError("usage", `${showName(path)} was not written: ${reasonOf(cause)}.`, {
      cause,
      hint: "Correct that, then run the same command again.",
    });
  }
}
