import type { Deps } from "../deps.ts";
import { Cancelled, MistralKeyError } from "../errors.ts";
import { commandFor } from "../keys/profile-name.ts";
import { type KnownKey, profileOf } from "../profiles/known-key.ts";
import type { Profile } from "../profiles/profile.ts";
import type { SecretStore } from "../stores/secret-store.ts";

/**
 * Stores a key that takes no other key's place, reads it back and remembers what is known of it.
 * The key goes first: cut off in between, it is there and `verify` makes the profile.
 *
 * @throws MistralKeyError of a `store-…` kind when it could not be stored; nothing has changed then
 */
export async function keepKey(
  deps: Pick<Deps, "profiles" | "output" | "now">,
  store: SecretStore,
  known: Omit<KnownKey, "store">,
): Promise<Profile> {
  const { output } = deps;
  const progress = output.progress(`Storing in ${store.describe()}`);
  try {
    await store.set({ profile: known.name, slot: "current" }, known.key);
    progress.succeed(`stored in ${store.describe()}, read back`);
  } catch (error) {
    progress.clear();
    if (!(error instanceof Cancelled)) throw error;
    throw new Cancelled("Stopped while the key was being stored, so it may or may not be.", {
      hint: `To see whether it is: ${commandFor(known.name, "verify")}`,
    });
  }
  const profile = profileOf({ ...known, store: store.kind }, deps.now());
  try {
    deps.profiles.write(profile);
  } catch (error) {
    if (!(error instanceof MistralKeyError)) throw error;
    throw new MistralKeyError(
      "unfinished",
      `The key is stored, but what is known of it is not: ${error.message}`,
      {
        cause: error,
        hint: `${error.hint ?? ""}\nThen write it again: ${commandFor(known.name, "verify")}`.trim(),
      },
    );
  }
  return profile;
}
