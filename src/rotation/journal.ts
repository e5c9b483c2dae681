import type { ApiKey } from "../keys/api-key.ts";
import { type Fingerprint, fingerprintOf } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Profile } from "../profiles/profile.ts";
import { targetText } from "../profiles/target-reference.ts";
import type { DeliveryReport } from "../targets/target.ts";
import type { RotationStage } from "./stages.ts";

/**
 * Which of the two keys a target holds: `either` once a delivery may have begun. Written before
 * the delivery, so that a run that is killed leaves no target out.
 */
export interface TargetProgress {
  readonly target: string;
  readonly holds: "old" | "new" | "either";
}

/** What a rotation sets out to do. It holds masks and fingerprints, never a key. */
export interface RotationPlan {
  readonly version: 1;
  readonly profile: ProfileName;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly oldKey: { readonly mask: string; readonly name: string | null; readonly fingerprint: Fingerprint };
  readonly newKey: { readonly mask: string; readonly fingerprint: Fingerprint };
  /** The profile as it was, to go back to; `null` when only the store knew of the old key. */
  readonly before: Profile | null;
  /** The profile as it will be with the new key. */
  readonly after: Profile;
  readonly targets: readonly TargetProgress[];
}

/** The record of a rotation under way. */
export interface RotationRecord extends RotationPlan {
  readonly stage: RotationStage;
  /** A random name for the run of the program that goes on with it. */
  readonly holder: string;
}

/** A row of {@link RotationJournal.list}. */
export type ListedRotation =
  | { readonly name: ProfileName; readonly record: RotationRecord }
  | { readonly name: ProfileName; readonly damaged: string };

/**
 * Where rotations are recorded. Making a record is exclusive, so that it is also the lock; after a
 * crash anybody may take it over. Every change is durable when its method returns.
 */
export interface RotationJournal {
  /**
   * The rotation of a profile that is under way, if there is one.
   *
   * @throws MistralKeyError of kind `store-damaged` when its file cannot be read or understood
   */
  read(profile: ProfileName): RotationRecord | undefined;

  /**
   * Starts a rotation.
   *
   * @param stage - `staging`, except for a rotation whose record was lost
   * @throws MistralKeyError of kind `unfinished` when one is under way
   */
  begin(plan: RotationPlan, stage?: RotationStage): RotationRecord;

  /**
   * Makes sure that a rotation is still as this run of the program knows it.
   *
   * @throws MistralKeyError of kind `unfinished` when another one has taken it over or ended it
   */
  confirm(record: RotationRecord): void;

  /**
   * Writes how far a rotation has come, and that this run of the program goes on with it: one that did
   * before may not any more.
   *
   * @throws MistralKeyError as {@link RotationJournal.confirm} does
   */
  update(
    record: RotationRecord,
    changes?: Partial<Pick<RotationRecord, "stage" | "targets">>,
  ): RotationRecord;

  /** Ends a rotation. Answers whether there was one, readable or not. */
  end(profile: ProfileName): boolean;

  /** Every rotation under way; one that cannot be read is given with the reason. */
  list(): readonly ListedRotation[];
}

/**
 * The plan of a rotation.
 *
 * @param before - what is known of the old key; `null` when only the store knows of it
 * @param holds - which key the targets of the profile hold
 */
export function planOf(
  oldKey: ApiKey,
  before: Profile | null,
  after: Profile,
  { holds, now }: { readonly holds: TargetProgress["holds"]; readonly now: Date },
): RotationPlan {
  return {
    version: 1,
    profile: after.name,
    startedAt: now.toISOString(),
    oldKey: {
      mask: oldKey.mask,
      name: before?.identity?.keyName ?? null,
      fingerprint: fingerprintOf(oldKey),
    },
    newKey: { mask: after.key, fingerprint: after.fingerprint },
    before,
    after,
    targets: after.targets.map(({ target }) => ({ target: targetText(target), holds })),
  };
}

/** Which key the targets are to hold at a stage. */
function wantedAt(stage: RotationStage): "old" | "new" {
  return stage === "reverting" ? "old" : "new";
}

/** The targets that do not hold, for certain, the key that is wanted at a stage. */
export function waitingAt(
  stage: RotationStage,
  targets: readonly TargetProgress[],
): readonly TargetProgress[] {
  return targets.filter(({ holds }) => holds !== wantedAt(stage));
}

/** The targets as they are to be recorded before a stage begins: any that waits may be delivered to in it. */
export function targetsEntering(
  stage: RotationStage,
  targets: readonly TargetProgress[],
): readonly TargetProgress[] {
  if (stage !== "delivering" && stage !== "reverting") return targets;
  return targets.map((one) => (one.holds === wantedAt(stage) ? one : { ...one, holds: "either" }));
}

/** The targets after one of them has taken the key that is wanted at a stage. */
export function withDelivery(
  stage: RotationStage,
  targets: readonly TargetProgress[],
  target: string,
): readonly TargetProgress[] {
  return targets.map((one) => (one.target === target ? { target, holds: wantedAt(stage) } : one));
}

/** What an earlier run has left at a target, as a report of this one. */
export function earlierReport({ target, holds }: TargetProgress): DeliveryReport {
  return holds === "new"
    ? { target, ok: true, message: "It has the new key." }
    : { target, ok: false, message: "It does not have the new key yet." };
}
