import type { Fingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Profile } from "../profiles/profile.ts";

/**
 * How far a rotation has come. Each stage is written before the acts that it allows, so that after
 * a crash the stage tells which slots may hold what:
 *
 * - `staging`: the new key is being put in `next`; `current` is the old key
 * - `switching`: `next` holds the new key; `current` is being copied to `previous` and replaced
 * - `delivering`: `current` is the new key, `previous` the old one; targets are being told
 * - `retiring`: everything uses the new key; the old one waits to be deleted at Mistral
 * - `erasing`: Mistral refuses the old key; `previous` is being erased
 * - `reverting`: the person wants the old key back; `previous` is being copied to `current`
 */
export type RotationStage = "staging" | "switching" | "delivering" | "retiring" | "erasing" | "reverting";

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
}

/** The record of a rotation under way. */
export interface RotationRecord extends RotationPlan {
  readonly stage: RotationStage;
  /** A random name for the run of the program that acts on it; whoever takes it over writes their own. */
  readonly holder: string;
}

/** A row of {@link RotationJournal.list}. */
export type ListedRotation =
  | { readonly profile: ProfileName; readonly record: RotationRecord }
  | { readonly profile: ProfileName; readonly damaged: string };

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
   * Starts a rotation, at `staging`.
   *
   * @throws MistralKeyError of kind `unfinished` when one is under way
   */
  begin(plan: RotationPlan): RotationRecord;

  /** Goes on with a rotation that another run of the program started; that run may not go on any more. */
  takeOver(record: RotationRecord): RotationRecord;

  /**
   * Makes sure that this run of the program still acts on the rotation.
   *
   * @throws MistralKeyError of kind `unfinished` when another one has taken it over or ended it
   */
  confirm(record: RotationRecord): void;

  /**
   * Moves a rotation on to another stage.
   *
   * @throws MistralKeyError as {@link RotationJournal.confirm} does
   */
  advance(record: RotationRecord, stage: RotationStage): RotationRecord;

  /** Ends a rotation. Answers whether there was one, readable or not. */
  end(profile: ProfileName): boolean;

  /** Every rotation under way; one that cannot be read is given with the reason. */
  list(): readonly ListedRotation[];
}
