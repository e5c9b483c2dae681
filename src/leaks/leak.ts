import type { GitObject } from "../git/object-stream.ts";
import type { Match } from "./leak-pattern.ts";

/** Where a key was found. */
export type LeakPlace =
  | FilePlace
  /** A git object: a version of a file, a message, a file name. */
  | {
      readonly kind: "history";
      readonly object: GitObject;
      /** The file; `undefined` in a message, and for an object that no commit reaches. */
      readonly path: string | undefined;
      /** The commit that introduced it; `undefined` when none reaches it. */
      readonly commit: string | undefined;
      readonly line: number;
    };

/** A line of a file. */
export interface FilePlace {
  /**
   * `file`: in this folder's repository, as it is now. `staged`: as the next commit would have it.
   * `git-file`: git's own, such as `.git/config`. `shell-history`: what was typed into a shell or tool.
   */
  readonly kind: "file" | "staged" | "git-file" | "shell-history";
  readonly path: string;
  /** 1 for a key in its name. */
  readonly line: number;
}

/** A stored key that was found in plaintext. */
export interface Leak extends Match {
  readonly place: LeakPlace;
}

/** The result of searching one part. */
export interface PartScan {
  /** What was searched, for display: "staged changes". */
  readonly part: string;
  readonly leaks: readonly Leak[];
  /** What was not searched and why, each to end "staged changes: …". Empty when all was. */
  readonly gaps: readonly string[];
}
