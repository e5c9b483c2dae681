import { MistralKeyError } from "../errors.ts";
import { commandFor, ownCommand } from "../hints.ts";
import type { ProfileName } from "../keys/profile-name.ts";

/** Error: no rotation of this profile is under way. */
export function notUnderWay(profile: ProfileName): MistralKeyError {
  return new MistralKeyError("usage", `No rotation of profile "${profile}" is under way.`, {
    hint: `To start one: ${commandFor(profile, "rotate")}`,
  });
}

/** Error: a rotation of this profile is already under way. */
export function underWay(profile: ProfileName): MistralKeyError {
  return new MistralKeyError("unfinished", `A rotation of profile "${profile}" is not finished yet.`, {
    hint: bothWays(profile),
  });
}

/** Hint: both ways to end a rotation. */
export function bothWays(profile: ProfileName): string {
  return `To finish it: ${commandFor(profile, "rotate --finish")}\n${goingBack(profile)}`;
}

/** Hint: how to go back to the old key. */
export function goingBack(profile: ProfileName): string {
  return `To go back to the old key: ${commandFor(profile, "rotate --abort")}`;
}

/** Hint: how to end a rotation that waits for a target that no longer exists. */
export function withoutTarget(profile: ProfileName): string {
  return `If a target is gone for good, first: ${commandFor(profile, "push --forget TARGET")}`;
}

/** Error: another run has taken over or ended this rotation. */
export function takenOver(profile: ProfileName): MistralKeyError {
  return new MistralKeyError(
    "unfinished",
    `Another run of mistral-key has taken over this rotation of profile "${profile}".`,
    { hint: `To see its state: ${ownCommand("status")}` },
  );
}
