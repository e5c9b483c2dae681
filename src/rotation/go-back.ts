import { MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { type DeliveryReport, deliver } from "./deliver.ts";
import type { RotationRecord, RotationStage } from "./journal.ts";
import { isNewKey, isOldKey, readSlots, type Slots, slot } from "./slots.ts";
import { type Hands, settleProfile } from "./switch-keys.ts";

/** What came of {@link goBack}. */
export interface WayBack {
  /** Which key is in use now: the old one or, when something else had changed it, that one. */
  readonly inUse: "old" | "another";
  /** Whether nothing is left to do; a place that did not take the old key back is left. */
  readonly finished: boolean;
  readonly targets: readonly DeliveryReport[];
}

/**
 * The old key, when it has to be brought back into use; `undefined` when it never left, or when
 * something else has put another key there, which is then left alone.
 *
 * @throws MistralKeyError when the old key is gone, or known to be dead
 */
export async function findWayBack(hands: Hands, record: RotationRecord): Promise<ApiKey | undefined> {
  return keyToRestore(record, await readSlots(hands.store, record.profile));
}

/**
 * Puts the old key back into use, and erases what the rotation left. The new key is forgotten
 * here; at Mistral it stays alive. Can be cut off anywhere and called again.
 *
 * @throws MistralKeyError as {@link findWayBack} does
 */
export async function goBack(hands: Hands, begun: RotationRecord): Promise<WayBack> {
  const { store, journal, profiles } = hands;
  const { profile, before } = begun;
  const slots = await readSlots(store, profile);
  const old = keyToRestore(begun, slots);
  const record = journal.advance(begun, "reverting");
  if (old !== undefined) await store.set(slot(profile, "current"), old);
  const inUseKey = old ?? slots.current;
  const inUse = isOldKey(inUseKey, record) ? "old" : "another";
  let targets: readonly DeliveryReport[] = [];
  if (inUse === "old") {
    if (before === null) profiles.remove(profile);
    else settleProfile(hands, before);
    if (before !== null && inUseKey !== undefined && mayBeDelivered[begun.stage]) {
      targets = await deliver({ profile: before, key: inUseKey });
    }
  }
  await store.delete(slot(profile, "next"));
  const finished = targets.every((report) => report.ok);
  if (finished) {
    await store.delete(slot(profile, "previous"));
    journal.end(profile);
  }
  return { inUse, finished, targets };
}

/** Whether a target may hold the new key by this stage; a way back that was cut off has forgotten where it began. */
const mayBeDelivered: Record<RotationStage, boolean> = {
  staging: false,
  switching: false,
  delivering: true,
  retiring: true,
  erasing: true,
  reverting: true,
};

function keyToRestore(record: RotationRecord, slots: Slots): ApiKey | undefined {
  if (record.stage === "erasing") {
    throw new MistralKeyError(
      "rejected",
      "Mistral refuses the old key already, so there is no way back to it.",
      {
        hint: `The new key is in use. To end the rotation: ${commandFor(record.profile, "rotate --finish")}`,
      },
    );
  }
  const { current, previous } = slots;
  if (current !== undefined && !isNewKey(current, record)) return undefined;
  if (isOldKey(previous, record)) return previous;
  throw new MistralKeyError(
    "unfinished",
    "The old key is not kept here any more, so there is no way back to it.",
    {
      hint: `To end the rotation with the key that is stored now: ${commandFor(record.profile, "rotate --finish")}`,
    },
  );
}
