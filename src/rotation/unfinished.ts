import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ProfileName } from "../keys/profile-name.ts";

/**
 * Makes sure that no rotation of a profile is under way, before a key is asked for.
 *
 * @throws MistralKeyError of kind `unfinished` when one is
 */
export function refuseDuringRotation(profile: ProfileName, { journal }: Pick<Deps, "journal">): void {
  if (journal.read(profile) !== undefined) throw underWay(profile);
}

/** A rotation of this profile is under way, so that another one cannot start. */
export function underWay(profile: ProfileName): MistralKeyError {
  return new MistralKeyError("unfinished", `A rotation of profile "${profile}" is not finished yet.`, {
    hint: `To finish it: ${commandFor(profile, "rotate --finish")}\nTo go back to the old key: ${commandFor(profile, "rotate --abort")}`,
  });
}

/** Another run of the program goes on with this rotation, or has ended it. */
export function takenOver(profile: ProfileName): MistralKeyError {
  return new MistralKeyError(
    "unfinished",
    `Another mistral-key has taken over this rotation of profile "${profile}".`,
    { hint: `To see how it stands: mistral-key status` },
  );
}
