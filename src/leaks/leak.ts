import type { Encoding, WantedKey } from "./leak-pattern.ts";

/** Where a key was found. */
export type LeakPlace =
  /** A file of this folder's repository, as it is now. */
  | { readonly kind: "file"; readonly path: string; readonly line: number }
  /** What the next commit would contain. */
  | { readonly kind: "staged"; readonly path: string; readonly line: number }
  /** A version of a file, or a message, in the history. */
  | {
      readonly kind: "history";
      /** `undefined` in the message of a commit. */
      readonly path: string | undefined;
      /** The commit, shortened; `undefined` when git did not tell in time. */
      readonly commit: string | undefined;
      readonly line: number;
    }
  | { readonly kind: "shell-history"; readonly path: string; readonly line: number };

/** A stored key, written down somewhere in plaintext. */
export interface Leak {
  readonly wanted: WantedKey;
  readonly encoding: Encoding;
  readonly place: LeakPlace;
}

/** How far a scan goes. A scan that reaches one of these says so. */
export interface ScanLimits {
  /** Commits of the history, the newest first. */
  readonly commits: number;
  /** Bytes of the history, unpacked. */
  readonly bytes: number;
  /** Size of a file of the history above which it is passed over. */
  readonly blob: number;
  /** Time for all of it, in milliseconds. */
  readonly duration: number;
  /** Places after which searching further tells nothing new. */
  readonly leaks: number;
}

/** What a scan of one part told. */
export interface PartScan {
  readonly leaks: readonly Leak[];
  /** What was not looked at and why, a sentence each. */
  readonly notes: readonly string[];
}
