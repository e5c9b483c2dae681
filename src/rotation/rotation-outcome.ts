import type { ApiKey } from "../keys/api-key.ts";
import type { KeyCheck } from "../mistral/mistral-api.ts";
import type { Profile } from "../profiles/profile.ts";
import type { SecretStore } from "../stores/secret-store.ts";
import type { DeliveryReport } from "./deliver.ts";

/**
 * What is known of the old key: `dead` when Mistral refused it while it accepted the new one,
 * `unknown` when Mistral could not be asked or said neither. Part of the stable `--json` surface.
 */
export type OldKeyState = "alive" | "dead" | "unknown";

/** The two keys of a rotation whose new key is in use. */
export interface KeyPair {
  readonly old: ApiKey;
  readonly inUse: ApiKey;
}

/** How a rotation stands when its flow returns. The new key is in use in any case. */
export interface RotationOutcome {
  /** Whether nothing is left to do. */
  readonly finished: boolean;
  readonly profile: Profile;
  readonly key: ApiKey;
  readonly store: SecretStore;
  /** The latest check of the new key; `undefined` when there was none. */
  readonly check: KeyCheck | undefined;
  readonly previous: { readonly mask: string; readonly name: string | null; readonly state: OldKeyState };
  readonly targets: readonly DeliveryReport[];
}
