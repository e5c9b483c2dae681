import { MistralKeyError } from "../errors.ts";
import { showName } from "../outside-text.ts";

/** The path is not a file to read. `message` ends the sentence "It was not read, because …". */
export class UnfitFile extends Error {
  override readonly name = "UnfitFile";
}

/** The code of a system error, such as `ENOENT`; without one, the error's name. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return error instanceof Error ? error.name : "an error";
}

/** Why a file could not be read or written, as the end of the sentence "It was not read, because …". */
export function reasonOf(error: unknown): string {
  if (error instanceof UnfitFile) return error.message;
  const code = codeOf(error);
  return causes[code]?.[0] ?? `the system answered ${code}`;
}

/** The error for a path that is not as this program would have made it. */
export function refuse(path: string, why: string, hint = moveAway): MistralKeyError {
  return new MistralKeyError("store-denied", `${showName(path)} is not used, because ${why}.`, { hint });
}

const moveAway = "Move it away if you know what it is, then try again.";

/** The error for a path that another user owns. */
export function refuseForeign(path: string): MistralKeyError {
  const hint =
    "If a key was stored as that user, run this command as that user, too, or make the files yours (chown -R).\nIf not, move it away, then try again.";
  return refuse(path, "it belongs to another user", hint);
}

/** Explains an error on one of the program's own files; returns a MistralKeyError unchanged. */
export function explainFileError(path: string, verb: "read" | "written", error: unknown): MistralKeyError {
  if (error instanceof MistralKeyError) return error;
  if (error instanceof UnfitFile) return refuse(path, error.message);
  const message = `${showName(path)} could not be ${verb}: ${reasonOf(error)}.`;
  return new MistralKeyError("store-denied", message, {
    cause: error,
    hint: causes[codeOf(error)]?.[1] ?? "Check this path, or set MISTRAL_KEY_HOME to another folder.",
  });
}

const giveAccess = "Give yourself access to it, or set MISTRAL_KEY_HOME to a folder of your own.";
// Windows says both also of a file that another program has open.
const denied: readonly [reason: string, hint: string] =
  process.platform === "win32"
    ? [
        "access is denied, or another program has it open",
        `Close the program that has it open, then run the same command again.\n${giveAccess}`,
      ]
    : ["permission denied", giveAccess];

/** What system error codes mean for a file, and the hint when it is one of the program's own. */
const causes: Readonly<Record<string, readonly [reason: string, hint?: string]>> = {
  EACCES: denied,
  EPERM: denied,
  EROFS: ["the disk is read-only", "Set MISTRAL_KEY_HOME to a folder on a disk that can be written."],
  ENOSPC: ["the disk is full", "Make some room on this disk, then run the same command again."],
  EIO: ["the disk reported an error", "Check this disk before you continue."],
  ESTALE: [
    "the disk it is on cannot be reached",
    "Make that disk reachable again, or set MISTRAL_KEY_HOME to a folder on another one.",
  ],
  ENOENT: ["its folder is not there and cannot be made", "Set MISTRAL_KEY_HOME to another folder."],
  ENOTDIR: [
    "a folder on the way to it is a file",
    "Move that file away, or set MISTRAL_KEY_HOME to another folder.",
  ],
  EISDIR: ["it is a folder"],
  ELOOP: [
    "it is a link that leads nowhere or is not followed here",
    "Put the file itself there instead of a link.",
  ],
  ENXIO: ["it is a pipe or a socket with nothing at its other end"],
  EBUSY: [
    "it is in use, or mounted by itself as containers do it",
    "Try again in a moment. If that does not help, set MISTRAL_KEY_HOME to another folder.",
  ],
};
