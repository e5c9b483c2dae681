import type { ApiKey } from "../keys/api-key.ts";
import { type Fingerprint, fingerprintOf, matchesFingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Profile } from "../profiles/profile.ts";
import type { DeliveryReport } from "../targets/target.ts";
import type { RotationStage } from "./stages.ts";

/**
 * Which of the two keys a target holds; `either` once a delivery may have begun. Recorded before the
 * delivery, so that a killed run cannot miss a target.
 */
export interface TargetProgress {
  readonly target: string;
  readonly holds: "old" | "new" | "either";
}

/** What a rotation will do. Holds masks and fingerprints, never a key. */
export interface RotationPlan {
  readonly version: 1;
  readonly profile: ProfileName;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly oldKey: { readonly mask: string; readonly name: string | null; readonly fingerprint: Fingerprint };
  readonly newKey: { readonly mask: string; readonly fingerprint: Fingerprint };
  /** The old key's profile, restored on the way back; `null` if it had none. */
  readonly before: Profile | null;
  /** The profile for the new key. */
  readonly after: Profile;
  readonly targets: readonly TargetProgress[];
}

/** The record of a rotation under way. */
export interface RotationRecord extends RotationPlan {
  readonly stage: RotationStage;
  /** A random ID of the run that owns the rotation. */
  readonly holder: string;
}

/**
 * Plans a rotation.
 *
 * @param before - the old key's profile; `null` if it has none
 * @param holds - which key the profile's targets hold
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
    targets: after.targets.map(({ target }) => ({ target, holds })),
  };
}

/** Which key targets should hold at a stage. */
function wantedAt(stage: RotationStage): "old" | "new" {
  return stage === "reverting" ? "old" : "new";
}

/** Whether a key is the one that targets should hold at a rotation's stage. */
export function isWanted(key: ApiKey, { stage, oldKey, newKey }: RotationRecord): boolean {
  const wanted = wantedAt(stage) === "old" ? oldKey : newKey;
  return matchesFingerprint(key, wanted.fingerprint);
}

/** Returns the targets that may not hold the key wanted at a rotation's stage. */
export function waitingTargets({ stage, targets }: RotationRecord): readonly TargetProgress[] {
  return targets.filter(({ holds }) => holds !== wantedAt(stage));
}

/** Returns the targets to record before a stage begins: those it may deliver to become `either`. */
export function targetsEntering(stage: RotationStage, targets: RotationPlan["targets"]) {
  if (stage !== "delivering" && stage !== "reverting") return targets;
  return targets.map((one) => (one.holds === wantedAt(stage) ? one : { ...one, holds: "either" as const }));
}

/** Returns the targets after one has received the key wanted at a rotation's stage. */
export function withDelivery({ stage, targets }: RotationRecord, target: string): readonly TargetProgress[] {
  return targets.map((one) => (one.target === target ? { target, holds: wantedAt(stage) } : one));
}

/** Reports what an earlier run left at a target. */
export function earlierReport({ target, holds }: TargetProgress): DeliveryReport {
  return holds === "new"
    ? { target, ok: true, message: "It has the new key." }
    : { target, ok: false, message: "It does not have the new key yet." };
}
