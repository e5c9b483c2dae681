import type { ScreenId } from "../capture/pictures.ts";
import type { StartingPoint } from "../capture/steps.ts";
import type { Expiry } from "../keys/expiry.ts";
import type { ProfileName } from "../keys/profile-name.ts";

/** How far a wizard came before it was stopped: answers only, never a key. */
export interface Draft {
  readonly version: 1;
  readonly profile: ProfileName;
  readonly start: StartingPoint;
  /** What was on the screen. */
  readonly screen: ScreenId;
  /** The expiration date that was chosen; absent when the question had not come yet. */
  readonly expiresAt?: Expiry;
  /** ISO 8601, UTC. */
  readonly savedAt: string;
}

/**
 * Where unfinished wizards are remembered. They are a convenience: what cannot be read counts as none,
 * and what cannot be written or removed is left, so that nothing here ever fails.
 */
export interface Drafts {
  read(profile: ProfileName): Draft | undefined;
  write(draft: Draft): void;
  remove(profile: ProfileName): void;
}

const weekInMs = 7 * 86_400_000;

/** Whether a draft is recent enough to be worth offering. */
export function isFresh(draft: Draft, now: Date): boolean {
  const age = now.getTime() - Date.parse(draft.savedAt);
  return age >= 0 && age < weekInMs;
}
