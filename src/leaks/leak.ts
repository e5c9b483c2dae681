import type { GitObject } from "../git/object-stream.ts";
import type { Match } from "./leak-pattern.ts";

/** Where a key was found. */
export type LeakPlace =
  | FilePlace
  /** An object that git keeps: a version of a file, a message, the name of a file. */
  | {
      readonly kind: "history";
      readonly object: GitObject;
      /** The file; `undefined` in a message, and where no commit leads to the object any more. */
      readonly path: string | undefined;
      /** The commit that brought it in; `undefined` where none leads to it. */
      readonly commit: string | undefined;
      readonly line: number;
    };

/** A line of a file. */
export interface FilePlace {
  /**
   * `file`: one of this folder's repository, as it is now. `staged`: as the next commit would have it.
   * `git-file`: one of git's own, `.git/config` say. `shell-history`: what was typed into a shell or a tool.
   */
  readonly kind: "file" | "staged" | "git-file" | "shell-history";
  readonly path: string;
  readonly line: number;
}

/** A stored key, written down somewhere in plaintext. */
export interface Leak extends Match {
  readonly place: LeakPlace;
}

/** What looking into one part told. */
export interface PartScan {
  /** What was looked into, for people: "staged changes". */
  readonly part: string;
  readonly leaks: readonly Leak[];
  /** What of it was not looked at and why, each as the end of "staged changes: …". Empty when all was. */
  readonly gaps: readonly string[];
}
