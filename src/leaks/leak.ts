import type { Encoding, WantedKey } from "./leak-pattern.ts";

/** Where a key was found. */
export type LeakPlace =
  /** A file of this folder's repository, as it is now. */
  | { readonly kind: "file"; readonly path: string; readonly line: number }
  /** What the next commit would contain. */
  | { readonly kind: "staged"; readonly path: string; readonly line: number }
  /** An object that git keeps: a version of a file, a message, the name of a file. */
  | {
      readonly kind: "history";
      readonly object: GitObjectName;
      /** The file; `undefined` in a message, and where no commit leads to the object any more. */
      readonly path: string | undefined;
      /** The commit that brought it in; `undefined` where none leads to it. */
      readonly commit: string | undefined;
      /** Whether who clones this repository gets it. */
      readonly shared: boolean;
      readonly line: number;
    }
  /** A file of git's own, `.git/config` for example. */
  | { readonly kind: "git-file"; readonly path: string; readonly line: number }
  /** What was typed into a shell or a tool. */
  | { readonly kind: "shell-history"; readonly path: string; readonly line: number };

/** An object of git: what it is, and its id. */
export interface GitObjectName {
  readonly id: string;
  readonly type: string;
}

/** A stored key, written down somewhere in plaintext. */
export interface Leak {
  readonly wanted: WantedKey;
  readonly encoding: Encoding;
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
