import type { ApiKey } from "../keys/api-key.ts";
import type { Profile } from "../profiles/profile.ts";
import { targetText } from "../profiles/target-reference.ts";

/** What became of the delivery of a key to one place. Part of the stable `--json` surface. */
export interface DeliveryReport {
  readonly target: string;
  readonly ok: boolean;
  /** One sentence for people. */
  readonly message: string;
}

/** A key and the profile that remembers where it goes. */
export interface Delivery {
  readonly profile: Profile;
  readonly key: ApiKey;
}

/** Takes a key to every place that its profile remembers. A place that fails is reported and keeps no other from its key. */
export async function deliver({ profile }: Delivery): Promise<readonly DeliveryReport[]> {
  return profile.targets.map(({ target }) => ({
    target: targetText(target),
    ok: false,
    message: "This version of mistral-key cannot deliver there; update it.",
  }));
}
