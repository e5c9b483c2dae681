import type { Deps } from "../deps.ts";
import { Cancelled, MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { KeyCheck } from "../mistral/mistral-api.ts";
import { withCheck } from "../profiles/known-key.ts";
import type { SecretStore } from "../stores/secret-store.ts";
import { verdictOf } from "../verification/verdict.ts";
import { deliver } from "./deliver.ts";
import { goBack } from "./go-back.ts";
import type { RotationRecord } from "./journal.ts";
import type { OldKeyLook } from "./old-key.ts";
import { retireOldKey } from "./retire-old-key.ts";
import type { OldKeyState, RotationOutcome } from "./rotation-outcome.ts";
import { isNewKey, isOldKey, readSlots, slot } from "./slots.ts";
import { settleProfile, switchKeys } from "./switch-keys.ts";

/** How a rotation is gone on with. */
export interface FinishOptions {
  readonly store: SecretStore;
  /** Whether pages may be opened in a browser. */
  readonly browser: boolean;
  /** A check of the new key that was made a moment ago. */
  readonly check?: KeyCheck | undefined;
}

/** What came of {@link finishRotation}. */
export type FinishOutcome =
  | ({ readonly outcome: "rotated" } & RotationOutcome)
  /** The rotation was cut off before the new key was stored. It is ended; the old key is in use. */
  | { readonly outcome: "nothing-staged" }
  /** The rotation was on its way back, and that is where it went. */
  | { readonly outcome: "went-back"; readonly finished: boolean };

/**
 * Goes on with a rotation from wherever it stands, as far as it can be brought now.
 *
 * @param found - the record, as the journal has it
 * @throws MistralKeyError when the store or the disk refuses something on the way; nothing is lost then
 */
export async function finishRotation(
  deps: Deps,
  found: RotationRecord,
  options: FinishOptions,
): Promise<FinishOutcome> {
  const hands = { journal: deps.journal, profiles: deps.profiles, store: options.store };
  let record = deps.journal.takeOver(found);
  if (record.stage === "reverting") {
    const { finished } = await goBack(hands, record);
    return { outcome: "went-back", finished };
  }
  if (record.stage === "staging" || record.stage === "switching") {
    const switched = await switchKeys(hands, record);
    if (switched.outcome === "nothing-staged") {
      await goBack(hands, record);
      return switched;
    }
    record = switched.record;
  }
  return { outcome: "rotated", ...(await complete(deps, record, options)) };
}

/** Delivers the new key, which is in use by now, and sees the old one to its end. */
export async function complete(
  deps: Deps,
  begun: RotationRecord,
  options: FinishOptions,
): Promise<RotationOutcome> {
  const { profile, oldKey, after } = begun;
  const { current: key, previous } = await readSlots(options.store, profile);
  if (key === undefined) throw noKeyInUse(begun);
  if (isNewKey(key, begun)) settleProfile(deps, after);
  const standing: RotationOutcome = {
    finished: false,
    profile: deps.profiles.read(profile) ?? after,
    key,
    store: options.store,
    check: options.check,
    previous: { mask: oldKey.mask, name: oldKey.name, state: "unknown" },
    targets: [],
  };
  if (begun.stage !== "delivering") return await eraseOldKey(deps, begun, standing, previous, options);
  const targets = await deliver({ profile: standing.profile, key });
  if (targets.some((report) => !report.ok)) return { ...standing, targets };
  const record = deps.journal.advance(begun, "retiring");
  return await eraseOldKey(deps, record, { ...standing, targets }, previous, options);
}

/** Erases the old key as soon as Mistral refuses it. */
async function eraseOldKey(
  deps: Deps,
  record: RotationRecord,
  standing: RotationOutcome,
  previous: ApiKey | undefined,
  options: FinishOptions,
): Promise<RotationOutcome> {
  let outcome = standing;
  if (record.stage === "erasing") {
    outcome = withState(outcome, "dead");
  } else if (isOldKey(previous, record)) {
    const look = await retireUnlessStopped(deps, record, { old: previous, inUse: standing.key }, options);
    if (look === undefined) return outcome;
    outcome = withState(learn(deps, outcome, look), look.state);
    if (look.state !== "dead") return outcome;
    deps.journal.advance(record, "erasing");
  }
  await options.store.delete(slot(record.profile, "previous"));
  deps.journal.end(record.profile);
  return { ...outcome, finished: true };
}

function withState(outcome: RotationOutcome, state: OldKeyState): RotationOutcome {
  return { ...outcome, previous: { ...outcome.previous, state } };
}

/** Keeps what the look told about the new key, unless a fuller check said the same a moment ago. */
function learn(deps: Deps, outcome: RotationOutcome, { newCheck }: OldKeyLook): RotationOutcome {
  if (outcome.check !== undefined && verdictOf(newCheck) === "usable") return outcome;
  const profile = withCheck(outcome.profile, newCheck, deps.now());
  deps.profiles.write(profile);
  return { ...outcome, profile, check: newCheck };
}

/** Stopping here loses nothing: the new key is in use, and the rotation can be finished any time. */
async function retireUnlessStopped(
  ...args: Parameters<typeof retireOldKey>
): Promise<OldKeyLook | undefined> {
  try {
    return await retireOldKey(...args);
  } catch (error) {
    if (error instanceof Cancelled) return undefined;
    throw error;
  }
}

function noKeyInUse({ profile }: RotationRecord): MistralKeyError {
  return new MistralKeyError("no-key", `The key of profile "${profile}" is not in its store any more.`, {
    hint: `To go back to the old key: ${commandFor(profile, "rotate --abort")}`,
  });
}
