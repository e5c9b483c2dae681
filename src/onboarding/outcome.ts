import type { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { KeyCheck } from "../mistral/mistral-api.ts";
import type { Profile } from "../profiles/profile.ts";
import type { RotationOutcome } from "../rotation/outcome.ts";
import type { SecretStore } from "../stores/secret-store.ts";
import type { PlaceRequest } from "./place.ts";

/** What `init` is asked for. */
export interface OnboardRequest extends PlaceRequest {
  /** Where the key comes from: the steps, or standard input. */
  readonly from: "prompt" | "stdin";
  readonly verify: boolean;
  /** Whether pages may be opened in a browser. */
  readonly browser: boolean;
  /** A made-up key that Enter takes, in the demonstration. */
  readonly offered?: ApiKey;
}

/** A key that was stored. */
export interface StoredOutcome {
  readonly outcome: "stored";
  readonly profile: Profile;
  readonly key: ApiKey;
  readonly store: SecretStore;
  readonly check: KeyCheck | undefined;
  /** What became of the key that was there before, when one was. */
  readonly replaced: RotationOutcome | undefined;
}

/** How onboarding ended. */
export type OnboardOutcome =
  | StoredOutcome
  /** Nobody was there to decide about a key that did not pass, so it was not stored. */
  | { readonly outcome: "refused"; readonly key: ApiKey; readonly check: KeyCheck }
  /** Accepted, to be used in this run and kept nowhere. */
  | { readonly outcome: "once"; readonly key: ApiKey; readonly check: KeyCheck | undefined }
  /** The person keeps the key that is stored already. */
  | {
      readonly outcome: "kept";
      readonly profile: ProfileName;
      /** Its last day, when that was given and is noted now. */
      readonly noted?: Expiry | undefined;
    };
