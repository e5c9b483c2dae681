import { closeSync, constants, openSync, writeFileSync } from "node:fs";
import { MistralKeyError } from "../errors.ts";
import { showName } from "../outside-text.ts";
import { reasonOf } from "./file-errors.ts";

// Absent on Windows. O_NONBLOCK makes a named pipe that nobody reads an error instead of a wait.
const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/**
 * Writes a file that holds nothing secret, for others to read too, in place of what it held.
 *
 * @param options.links - whether a link in its place is followed
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
    throw new MistralKeyError("usage", `${showName(path)} was not written: ${reasonOf(cause)}.`, { cause });
  }
}
