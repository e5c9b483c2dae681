import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { commandFor, ownCommand } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { SecretStore } from "../stores/secret-store.ts";

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
    hint: bothWays(profile),
  });
}

/** The two ways in which a rotation ends. */
export function bothWays(profile: ProfileName): string {
  return `To finish it: ${commandFor(profile, "rotate --finish")}\nTo go back to the old key: ${commandFor(profile, "rotate --abort")}`;
}

/** A slot beside the stored key holds another one although no rotation is recorded: its record was lost. */
export function leftover(profile: ProfileName, key: ApiKey, store: SecretStore): MistralKeyError {
  return new MistralKeyError(
    "unfinished",
    `An earlier rotation of profile "${profile}" has left the key ${key.mask} in ${store.describe()}, so it is not finished.`,
    { hint: bothWays(profile) },
  );
}

/** Another run of the program goes on with this rotation, or has ended it. */
export function takenOver(profile: ProfileName): MistralKeyError {
  return new MistralKeyError(
    "unfinished",
    `Another run of mistral-key has taken over this rotation of profile "${profile}".`,
    { hint: `To see its state: ${ownCommand("status")}` },
  );
}
