import type { DeliveryReport } from "./deliver.ts";
import type { OldKeyState, RotationOutcome } from "./rotation-outcome.ts";

/** What `rotate --json` tells besides the verdict on the new key. Stable surface. */
export interface RotationDocument {
  readonly previous: { readonly key: string; readonly state: OldKeyState };
  readonly targets: readonly DeliveryReport[];
}

/** The JSON document for a rotation. */
export function rotationDocument({ previous, targets }: RotationOutcome): RotationDocument {
  return {
    previous: { key: previous.mask, state: previous.state },
    targets: targets.map(({ target, ok, message }) => ({ target, ok, message })),
  };
}
