import { type Replacement, replaceFile } from "../files/replace-file.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { fingerprintOf } from "../keys/fingerprint.ts";
import { maskKey } from "../keys/mask.ts";
import { defaultProfile } from "../keys/profile-name.ts";
import { LeakPatterns } from "../leaks/leak-pattern.ts";
import { cleanText } from "../outside-text.ts";
import type { FoundInFile } from "./find-keys.ts";
import {
  applyEdits,
  type Edit,
  lineAt,
  type Occurrence,
  planRemoval,
  type Removal,
} from "./formats/occurrence.ts";

/** A planned change that removes a key from a file. */
export interface PlannedChange {
  /** For display: the keys and other secrets are masked. */
  readonly changes: readonly ShownChange[];
  /** Occurrences to remove by hand, with the reason. */
  readonly left: Removal["left"];
  /** Makes the change, unless the file has changed since it was read. */
  apply(): Promise<Replacement>;
}

/** One changed place; `after` is empty for a plain removal. */
export interface ShownChange {
  /** Of the line, counted from 1. */
  readonly number: number;
  readonly before: string;
  readonly after: string;
}

/**
 * Plans to remove a key from one file.
 *
 * @param finds - of that key, all in the same file
 * @param comment - the text of the comment that replaces a variable
 */
export function planChange(
  finds: readonly [FoundInFile, ...FoundInFile[]],
  comment: (variable: string) => string,
): PlannedChange {
  const [{ file, occurrence }] = finds;
  const { key } = occurrence;
  const occurrences = finds.map((find) => find.occurrence);
  const { edits, left } = planRemoval(occurrences, comment);
  return {
    changes: edits.map(({ start, end, text }) => ({
      number: occurrences.find((one) => one.start >= start)?.line ?? 1,
      before: forPeople(file.text.slice(start, end), key),
      after: forPeople(text, key),
    })),
    left: [...left, ...otherForms(file.text, edits, occurrences)],
    apply: () => replaceFile(file, Buffer.from(file.mark + applyEdits(file.text, edits), "latin1")),
  };
}

/** The same key where no format looks for it: in a command, in a note, as base64. */
function otherForms(
  text: string,
  edits: readonly Edit[],
  occurrences: readonly Occurrence[],
): Removal["left"] {
  const [first] = occurrences;
  if (first === undefined) return [];
  const wanted = { profile: defaultProfile, mask: first.key.mask, fingerprint: fingerprintOf(first.key) };
  const patterns = new LeakPatterns([wanted]);
  const search = (one: string) => patterns.search(Buffer.from(one, "latin1"));
  // A comment that an edit keeps may hold it, too.
  const known = [...occurrences, ...edits.filter((edit) => search(edit.text).length === 0)];
  return search(text)
    .filter(({ offset: at }) => !known.some(({ start, end }) => at >= start && at < end))
    .map(({ offset }) => ({
      occurrence: { ...first, line: lineAt(text, offset), start: offset, end: offset },
      reason: "it holds the key in another way",
    }));
}

/** A piece of a file for display: one line, no control characters, the key and other secrets masked. */
function forPeople(piece: string, key: ApiKey): string {
  return cleanText(Buffer.from(piece, "latin1").toString("utf8"), [key], piece.length)
    .replace(/\s+/g, " ")
    .replace(/[A-Za-z0-9+_-]{20,}/g, (run) => (/\d/.test(run) ? maskKey(run) : run))
    .replace(/^[ ,]+|[ ,]+$/g, "");
}
