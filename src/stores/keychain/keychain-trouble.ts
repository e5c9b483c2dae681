/** Everything that can be the matter with a keychain. */
export type KeychainTrouble =
  /** keytar is not installed, or for another system. */
  | "library-unusable"
  /** libsecret, which keytar needs on Linux, is not installed. */
  | "libsecret-missing"
  /** There is no session bus. */
  | "bus-missing"
  /** There is a session bus that only a later Node can reach. */
  | "node-too-old"
  /** Nobody on the bus keeps secrets. */
  | "service-missing"
  /** There is no default collection (Linux), no default keychain (macOS), no logon session (Windows). */
  | "collection-missing"
  /** What is stored without choosing a place would be forgotten at log-out (Linux). */
  | "collection-volatile"
  | "locked"
  /** It does not let this program in, or the person does not. */
  | "denied"
  /** It holds an entry and does not give it out, or gives something that is no key. */
  | "unreadable"
  | "unresponsive"
  /** It did not answer when it was given a password, or does not give the same back: it may or may not hold it. */
  | "write-unanswered";

/** The keychain cannot do what it was asked. {@link KeychainStore} puts it into words. */
export class KeychainProblem extends Error {
  override readonly name = "KeychainProblem";
  readonly trouble: KeychainTrouble;

  constructor(trouble: KeychainTrouble, cause?: unknown) {
    super(trouble, { cause });
    this.trouble = trouble;
  }
}

// On macOS the texts are what SecCopyErrorMessageString gives on an English system, and the numbers
// what it gives for a status it has no text for. Windows' texts are in the language of the system.
const troubles: readonly (readonly [RegExp, KeychainTrouble])[] = [
  [/locked collection|is ?locked|user interaction is not allowed|passphrase you entered is not/i, "locked"],
  [/-25308\b|-25320\b|-25293\b/, "locked"],
  [/timeout was reached|timed out|did not (?:send|receive) a reply|without replying/i, "unresponsive"],
  [/object does not exist|no such (?:secret )?(?:object|collection|item)/i, "collection-missing"],
  [/keychain could not be found|-25307\b|-25294\b|logon session does not exist/i, "collection-missing"],
];

/**
 * Tells what is the matter from the message of keytar's error, which has no code. What is not
 * known counts as denied: the keychain was reached and did not do what it was asked.
 */
export function troubleOf(error: unknown): KeychainTrouble {
  const message = error instanceof Error ? error.message : String(error);
  return troubles.find(([pattern]) => pattern.test(message))?.[1] ?? "denied";
}
