import type { Fingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Profile } from "../profiles/profile.ts";

/**
 * How far a rotation has come. Each stage is written before the act that it allows, so that after
 * a crash the stage tells which slots may hold what:
 *
 * - `staging`: the new key is being put in `next`; `current` is the old key
 * - `switching`: `next` holds the new key; `current` is being copied to `previous` and replaced
 * - `delivering`: `current` is the new key, `previous` the old one; targets are being told
 * - `retiring`: everything uses the new key; the old one waits to be deleted at Mistral
 */
export type RotationStage = "staging" | "switching" | "delivering" | "retiring";

/** The record of a rotation under way. It holds masks and fingerprints, never a key. */
export interface RotationRecord {
  readonly version: 1;
  readonly profile: ProfileName;
  readonly stage: RotationStage;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly oldKey: { readonly mask: string; readonly name: string | null; readonly fingerprint: Fingerprint };
  readonly newKey: { readonly mask: string; readonly fingerprint: Fingerprint };
  /** The profile as it was, to go back to. */
  readonly before: Profile;
  /** The profile as it will be with the new key. */
  readonly after: Profile;
}

/** Where rotations are recorded. Making a record is exclusive, so that it is also the lock. */
export interface RotationJournal {
  read(profile: ProfileName): RotationRecord | undefined;

  /**
   * Starts a rotation.
   *
   * @throws MistralKeyError of kind `unfinished` when one is under way
   */
  begin(record: RotationRecord): void;

  /** Moves the rotation on to a later stage; durable when it returns. */
  advance(record: RotationRecord): void;

  /** Ends the rotation. */
  end(profile: ProfileName): void;
}
