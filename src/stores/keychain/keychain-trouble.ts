/** Everything that can be the matter with a keychain. */
export type KeychainTrouble =
  /** keytar is not installed. */
  | "library-missing"
  /** keytar is installed for another system. */
  | "library-incompatible"
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
  /** A person was asked to unlock it and did not, or could not be asked. */
  | "still-locked"
  /** A person was asked to allow it and did not. */
  | "refused-by-person"
  /** It does not let this program in. */
  | "denied"
  /** It holds an entry and does not give it out, or not as it was stored. */
  | "unreadable"
  /** It gave back another password than it was given; what was there before was put back. */
  | "not-kept"
  | "unresponsive"
  /** It did not answer when it was given a password, or does not give it back: it may or may not hold it. */
  | "write-unanswered"
  /** The process that talked to it crashed. */
  | "crashed";

/** The keychain cannot do what it was asked. {@link KeychainStore} puts it into words. */
export class KeychainProblem extends Error {
  override readonly name = "KeychainProblem";
  readonly trouble: KeychainTrouble;

  constructor(trouble: KeychainTrouble, cause?: unknown) {
    super(trouble, { cause });
    this.trouble = trouble;
  }
}

const troublesOnLinux: readonly (readonly [RegExp, KeychainTrouble])[] = [
  [/locked collection|is ?locked/i, "still-locked"],
  [/autolaunch D-Bus|could not connect|connection (?:is|was) closed|connection refused/i, "bus-missing"],
  [/not provided by any \.service files|ServiceUnknown|exited with status|launch helper/i, "service-missing"],
  [/object does not exist|no such (?:secret )?(?:object|collection|item)/i, "collection-missing"],
  [/timeout was reached|timed out|did not (?:send|receive) a reply|without replying/i, "unresponsive"],
  [/dismissed|cancell?ed/i, "refused-by-person"],
];

// The texts are what SecCopyErrorMessageString gives on an English system; the numbers are what it
// gives for a status it has no text for.
const troublesOnMac: readonly (readonly [RegExp, KeychainTrouble])[] = [
  [/user cancell?ed the operation|-128\b|-60006\b/i, "refused-by-person"],
  [/user interaction is not allowed|-25308\b|-25320\b|dark wake/i, "locked"],
  [/user name or passphrase you entered is not correct|-25293\b/i, "still-locked"],
  [
    /default keychain could not be found|keychain could not be found|-25307\b|-25294\b/i,
    "collection-missing",
  ],
  [/write permissions|no access|not allowed|-61\b|-25292\b|-25243\b|-34018\b/i, "denied"],
];

// Windows gives its texts in the language of the system, so that most of them end as "denied".
const troublesOnWindows: readonly (readonly [RegExp, KeychainTrouble])[] = [
  [/logon session does not exist/i, "collection-missing"],
  [/operation was cancell?ed/i, "refused-by-person"],
];

/**
 * Tells what is the matter from the message of keytar's error, which has no code. What is not
 * known counts as denied: the keychain was reached and did not do what it was asked.
 */
export function troubleOf(platform: NodeJS.Platform, error: unknown): KeychainTrouble {
  const message = error instanceof Error ? error.message : String(error);
  const known =
    platform === "darwin" ? troublesOnMac : platform === "win32" ? troublesOnWindows : troublesOnLinux;
  return known.find(([pattern]) => pattern.test(message))?.[1] ?? "denied";
}
