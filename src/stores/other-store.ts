import { joinHints, MistralKeyError } from "../errors.ts";
import type { StoreKind } from "./secret-store.ts";

/**
 * The failure of a keychain that a new key was to go to, with what else can be done as one more line of its
 * hint. No other store is ever used unasked.
 *
 * @param remembered - the store recorded in the profile, if any
 */
export function offerOtherStore(
  failure: MistralKeyError,
  remembered: StoreKind | undefined,
): MistralKeyError {
  // A new key in a file would hide the one in the keychain, which nobody would then maintain.
  const alternative =
    remembered === undefined
      ? "Or keep the key in an encrypted file: add --store file to init or import, and set MISTRAL_KEY_PASSPHRASE."
      : "Or leave this profile's key there, and keep another one in an encrypted file: add -p NAME --store file, and set MISTRAL_KEY_PASSPHRASE.";
  const { kind, message, cause, hint } = failure;
  return new MistralKeyError(kind, message, { cause, hint: joinHints(hint, alternative) });
}
