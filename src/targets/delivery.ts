import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { TargetReference } from "../profiles/target-reference.ts";

/** A key that is to be taken to one of the targets of its profile. */
export interface Delivery {
  readonly target: TargetReference;
  readonly profile: ProfileName;
  readonly key: ApiKey;
}

/** What became of a {@link Delivery}. Part of the stable `--json` surface. */
export interface DeliveryReport {
  /** The target as one word. */
  readonly target: string;
  readonly ok: boolean;
  /** One sentence for people. */
  readonly message: string;
}
