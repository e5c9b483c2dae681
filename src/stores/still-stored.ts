import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { commandFor, ownCommand } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Profile } from "../profiles/profile.ts";
import type { SecretStore } from "./secret-store.ts";

/** A key that this run has seen in a store. */
export interface SeenKey {
  readonly profile: ProfileName;
  readonly store: SecretStore;
  readonly key: ApiKey;
  /** The profile as it was then; `undefined` if there was none. */
  readonly known: Profile | undefined;
}

/**
 * Refuses if a key that this run has seen stored is not there any more: another run may have removed, moved or
 * replaced it, as while the user was asked. A store may cache what it read for the whole run, so this looks again,
 * without a prompt; a store that cannot be looked at is taken to be unchanged.
 *
 * @param otherwise - what was not done: a sentence
 * @throws MistralKeyError of kind `usage`
 */
export async function requireStillStored(
  { profiles }: Pick<Deps, "profiles">,
  { profile, store, key, known }: SeenKey,
  otherwise: string,
): Promise<void> {
  const isGone = known !== undefined && profiles.read(profile)?.store !== known.store;
  const seen = await store.inspect({ profile, slot: "current" });
  if (seen.state === "found" && !isGone) {
    if (seen.key.equals(key)) return;
    const message = `The key stored for profile "${profile}" is now ${seen.key.mask}, which has replaced ${key.mask} in the meantime. ${otherwise}`;
    throw new MistralKeyError("usage", message, {
      hint: `To see whether Mistral accepts it: ${commandFor(profile, "verify")}`,
    });
  }
  if (!isGone && seen.state !== "missing") return;
  const message = `The key of profile "${profile}" was removed or moved in the meantime. ${otherwise}`;
  throw new MistralKeyError("usage", message, {
    hint: `To see what is stored: ${ownCommand("status")}`,
  });
}
