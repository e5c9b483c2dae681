import type { RefusedKey } from "../capture/capture-key.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { KeyCheck } from "../mistral/mistral-api.ts";
import type { Profile } from "../profiles/profile.ts";
import type { RotationOutcome } from "../rotation/outcome.ts";
import type { PlaceRequest } from "./place.ts";

/** The options of `init`. */
export interface OnboardRequest extends PlaceRequest {
  /** Where the key comes from: the wizard, or standard input. */
  readonly from: "prompt" | "stdin";
  readonly verify: boolean;
  /** Whether it was asked on a page; for the advice to continue. */
  readonly web?: boolean;
  /** The made-up key that Enter takes in the demonstration. */
  readonly offered?: ApiKey;
}

/** A key that was stored. */
export interface StoredOutcome {
  readonly outcome: "stored";
  readonly profile: Profile;
  readonly key: ApiKey;
  readonly check: KeyCheck | undefined;
  /** The rotation's outcome, when another key was replaced. */
  readonly replaced: RotationOutcome | undefined;
}

/** How onboarding ended. */
export type OnboardOutcome =
  | StoredOutcome
  | RefusedKey
  /** For use in this run only; stored nowhere. */
  | { readonly outcome: "once"; readonly key: ApiKey; readonly check: KeyCheck | undefined }
  /** The user keeps the stored key. */
  | {
      readonly outcome: "kept";
      readonly profile: ProfileName;
      /** Its last day, if it was given and is now noted. */
      readonly noted?: Expiry | undefined;
    };
