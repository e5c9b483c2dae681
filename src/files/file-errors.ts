import { MistralKeyError } from "../errors.ts";

/** A path that is not what this program would have made there. */
export function refuse(path: string, why: string): MistralKeyError {
  return new MistralKeyError("store-denied", `${path} is not used, because ${why}.`, {
    hint: "Move it away if you know what it is, then try again.",
  });
}

/** Puts an error of the file system into words; gives back one that has its words already. */
export function explainFileError(path: string, verb: "read" | "write", error: unknown): MistralKeyError {
  if (error instanceof MistralKeyError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const [why, hint] = causes[code] ?? [
    code === "" ? "the system refused" : `the system answered ${code}`,
    "Check this path, or set MISTRAL_KEY_HOME to another folder.",
  ];
  return new MistralKeyError(
    "store-denied",
    `${path} could not be ${verb === "read" ? "read" : "written"}: ${why}.`,
    {
      cause: error,
      hint,
    },
  );
}

const causes: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  EACCES: [
    "permission denied",
    "Give yourself access to it, or set MISTRAL_KEY_HOME to a folder of your own.",
  ],
  EPERM: [
    "permission denied",
    "Give yourself access to it, or set MISTRAL_KEY_HOME to a folder of your own.",
  ],
  EROFS: ["the disk is read-only", "Set MISTRAL_KEY_HOME to a folder on a disk that can be written."],
  ENOSPC: ["the disk is full", "Make some room on this disk, then run the same command again."],
  EDQUOT: ["your disk quota is used up", "Make some room on this disk, then run the same command again."],
  EIO: ["the disk reported an error", "Check this disk before you go on."],
  ELOOP: ["it is a link, and links are not followed here", "Put the file itself there instead of a link."],
  ENOTDIR: [
    "a folder on the way to it is a file",
    "Move that file away, or set MISTRAL_KEY_HOME to another folder.",
  ],
};
