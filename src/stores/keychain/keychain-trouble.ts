/** Everything that can be wrong with a keychain. */
export type KeychainTrouble =
  /** keytar is missing or built for another system. */
  | "library-unusable"
  | "libsecret-missing"
  /** There is no session bus, or none that can be reached: before 22, Node reaches no abstract address. */
  | "bus-missing"
  | "service-missing"
  /** There is no default collection (Linux), no default keychain (macOS), no logon session (Windows). */
  | "collection-missing"
  /** The default collection lasts only for this session (Linux). */
  | "collection-volatile"
  | "locked"
  | "denied"
  /** It has an entry but returns nothing, or something that is not a key. */
  | "unreadable"
  | "unresponsive"
  /** It did not answer a write, or does not return the same password: the write may have succeeded. */
  | "write-unanswered";

/** A keychain operation failed. {@link KeychainStore} words it for the user. */
export class KeychainProblem extends Error {
  override readonly name = "KeychainProblem";
  readonly trouble: KeychainTrouble;

  constructor(trouble: KeychainTrouble, cause?: unknown) {
    super(trouble, { cause });
    this.trouble = trouble;
  }
}

// On macOS the texts come from SecCopyErrorMessageString on an English system; the numbers appear for a
// status that has no text. Windows localizes its texts.
const troubles: readonly (readonly [RegExp, KeychainTrouble])[] = [
  [/locked collection|is ?locked|user interaction is not allowed|passphrase you entered is not/i, "locked"],
  [/-25308\b|-25320\b|-25293\b/, "locked"],
  [/timeout was reached|timed out|did not (?:send|receive) a reply|without replying/i, "unresponsive"],
  [/object does not exist|no such (?:secret )?(?:object|collection|item)/i, "collection-missing"],
  [/keychain could not be found|-25307\b|-25294\b|logon session does not exist/i, "collection-missing"],
];

/**
 * Classifies keytar's error by its message, since it has no code. An unknown one counts as denied: the
 * keychain was reached and did not do what it was asked.
 */
export function troubleOf(error: unknown): KeychainTrouble {
  const message = error instanceof Error ? error.message : String(error);
  return troubles.find(([pattern]) => pattern.test(message))?.[1] ?? "denied";
}
