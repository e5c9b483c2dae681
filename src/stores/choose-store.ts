import { MistralKeyError } from "../errors.ts";
import { storeFor } from "../profiles/profile.ts";
import type { StoreAvailability, StoreKind } from "./secret-store.ts";

/** What the choice of a store depends on. */
export interface StoreCircumstances {
  /** The store requested with `--store` or `MISTRAL_KEY_STORE`. */
  readonly asked: StoreKind | undefined;
  /** The store recorded in the profile. */
  readonly remembered: StoreKind | undefined;
  /** Availability of the store that these two select (`storeFor`). */
  readonly availability: StoreAvailability;
  /** Whether a user can answer. */
  readonly interactive: boolean;
}

/** What the user can do without a usable keychain. */
export type StoreOption =
  /** Check the keychain again, once the user has unlocked or started it. */
  | "retry"
  /** Keep the key in an encrypted file. */
  | "file"
  /** Use the key for this run, then forget it. */
  | "once"
  /** Stop, with the advice. */
  | "stop";

/** A store that cannot be used, and why. */
export type UnusableStore = Exclude<StoreAvailability, { readonly state: "available" }>;

/** Which store a new key goes to, decided before the user fetches one. */
export type StoreChoice =
  | { readonly outcome: "use"; readonly kind: StoreKind }
  | { readonly outcome: "ask"; readonly unusable: UnusableStore; readonly options: readonly StoreOption[] }
  | { readonly outcome: "refuse"; readonly failure: MistralKeyError };

/**
 * Chooses a store, without prompting or printing. Never falls back to another store by itself, and
 * never to an unencrypted file.
 */
export function chooseStore(circumstances: StoreCircumstances): StoreChoice {
  const { asked, availability, interactive, remembered } = circumstances;
  const kind = storeFor({ store: asked }, remembered && { store: remembered });
  if (availability.state === "available") return { outcome: "use", kind };
  if (kind === "keychain" && interactive) {
    // A missing keychain rarely appears on a retry; a locked one can be unlocked at once.
    const options: readonly StoreOption[] =
      availability.state === "absent" ? ["file", "once", "retry", "stop"] : ["retry", "file", "once", "stop"];
    // A new key in a file would hide the one in the keychain, which nobody would then maintain.
    const possible = options.filter((option) => option !== "file" || remembered === undefined);
    return { outcome: "ask", unusable: availability, options: possible };
  }
  return { outcome: "refuse", failure: unusableStore(kind, availability, insteadOfKeychain(remembered)) };
}

/** A sentence on what to do with a new key without a usable keychain. */
export function insteadOfKeychain(remembered: StoreKind | undefined): string {
  return remembered === undefined
    ? "Or keep the key in an encrypted file: add --store file, and set MISTRAL_KEY_PASSPHRASE."
    : "Or leave this profile's key there, and keep another one in an encrypted file: add -p NAME --store file, and set MISTRAL_KEY_PASSPHRASE.";
}

/**
 * An error that says why a store cannot be used and how to fix that.
 *
 * @param alternative - what else to do; used for the keychain only
 */
export function unusableStore(
  kind: StoreKind,
  { state, reason, advice }: UnusableStore,
  alternative?: string,
): MistralKeyError {
  const lines = kind === "keychain" && alternative !== undefined ? [...advice, alternative] : advice;
  return new MistralKeyError(`store-${state}`, reason, lines.length === 0 ? {} : { hint: lines.join("\n") });
}
