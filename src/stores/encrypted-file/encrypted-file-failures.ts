import { MistralKeyError } from "../../errors.ts";
import { commandFor } from "../../hints.ts";
import type { ProfileName } from "../../keys/profile-name.ts";
import type { PassphraseOrigin } from "./passphrase.ts";

const passphrases: Record<PassphraseOrigin, readonly [which: string, mend: string]> = {
  variable: ["The passphrase in MISTRAL_KEY_PASSPHRASE", "Set MISTRAL_KEY_PASSPHRASE to"],
  file: [
    "The passphrase in the file that MISTRAL_KEY_PASSPHRASE_FILE names",
    "Let MISTRAL_KEY_PASSPHRASE_FILE name a file with",
  ],
  person: ["That passphrase", "Try again with"],
  nowhere: ["That passphrase", "Try again with"],
};

/** The passphrase does not open a file. */
export function wrongPassphrase(path: string, origin: PassphraseOrigin): MistralKeyError {
  const [which, mend] = passphrases[origin];
  return new MistralKeyError("wrong-passphrase", `${which} does not open ${path}.`, {
    hint: `${mend} the passphrase it was made with.\nIf you are sure of it, the file was changed since: put a copy of it back.`,
  });
}

/**
 * A file cannot be used.
 *
 * @param reason - the end of the sentence "The file cannot be used, because …"
 */
export function damagedFile(path: string, profile: ProfileName, reason: string): MistralKeyError {
  return new MistralKeyError("store-damaged", `${path} cannot be used, because ${reason}.`, {
    hint: `It was left as it is. If you have a copy of it, put that back.\nWithout a copy: ${commandFor(profile, "remove")}, then ${commandFor(profile, "init")} with a new key`,
  });
}

/** A file does not hold what was just written to it. */
export function notKept(path: string): MistralKeyError {
  return new MistralKeyError("store-damaged", `${path} did not keep what was written.`, {
    hint: "Check this disk, or set MISTRAL_KEY_HOME to a folder on another one.",
  });
}
