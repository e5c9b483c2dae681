import { MistralKeyError } from "../errors.ts";
import { storeFor } from "../profiles/profile.ts";
import type { StoreAvailability, StoreKind } from "./secret-store.ts";

/** What the choice of a store depends on. */
export interface StoreCircumstances {
  /** The store asked for with `--store` or `MISTRAL_KEY_STORE`. */
  readonly asked: StoreKind | undefined;
  /** The store that the profile remembers. */
  readonly remembered: StoreKind | undefined;
  /** Whether the store that these two come to (`storeFor` of a profile) can be used. */
  readonly availability: StoreAvailability;
  /** Whether a person can answer. */
  readonly interactive: boolean;
}

/** What a person can do when there is no usable keychain. */
export type StoreOption =
  /** Look at the keychain again, after the person has unlocked or started it. */
  | "retry"
  /** Keep the key in an encrypted file. */
  | "file"
  /** Use the key for this run, then forget it. */
  | "once"
  /** Stop, with the advice. */
  | "stop";

/** A store that cannot be used, and why. */
export type UnusableStore = Exclude<StoreAvailability, { readonly state: "available" }>;

/** Which store a new key goes to, decided before anybody fetches a key. */
export type StoreChoice =
  | { readonly outcome: "use"; readonly kind: StoreKind }
  | { readonly outcome: "ask"; readonly unusable: UnusableStore; readonly options: readonly StoreOption[] }
  | { readonly outcome: "refuse"; readonly failure: MistralKeyError };

/**
 * Chooses a store. Neither asks nor prints; a key is never put anywhere that was not asked for, and
 * never into a file that is not encrypted.
 */
export function chooseStore(circumstances: StoreCircumstances): StoreChoice {
  const { asked, availability, interactive, remembered } = circumstances;
  const kind = storeFor({ store: asked }, remembered && { store: remembered });
  if (availability.state === "available") return { outcome: "use", kind };
  if (kind === "keychain" && interactive) {
    // A keychain that is not there seldom comes while one waits; one that is can be unlocked at once.
    const options: readonly StoreOption[] =
      availability.state === "absent" ? ["file", "once", "retry", "stop"] : ["retry", "file", "once", "stop"];
    // In a file, a new key would hide the one that the keychain holds, and nobody would look after that.
    const possible = options.filter((option) => option !== "file" || remembered === undefined);
    return { outcome: "ask", unusable: availability, options: possible };
  }
  return { outcome: "refuse", failure: unusableStore(kind, availability, insteadOfKeychain(remembered)) };
}

/** What a person without a usable keychain can do about a new key, as a sentence. */
export function insteadOfKeychain(remembered: StoreKind | undefined): string {
  return remembered === undefined
    ? "Or keep the key in an encrypted file: add --store file, and set MISTRAL_KEY_PASSPHRASE."
    : "Or leave this profile's key there, and keep another one in an encrypted file: add -p NAME --store file, and set MISTRAL_KEY_PASSPHRASE.";
}

/**
 * The failure that says why a store cannot be used and what would change that.
 *
 * @param alternative - what else can be done where it is the keychain
 */
export function unusableStore(
  kind: StoreKind,
  { state, reason, advice }: UnusableStore,
  alternative?: string,
): MistralKeyError {
  const lines = kind === "keychain" && alternative !== undefined ? [...advice, alternative] : advice;
  return new MistralKeyError(`store-${state}`, reason, lines.length === 0 ? {} : { hint: lines.join("\n") });
}
