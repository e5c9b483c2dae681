import { retryWhileStoreFails } from "../capture/retry-store.ts";
import type { Deps } from "../deps.ts";
import { Cancelled, MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { type KnownKey, profileOf } from "../profiles/known-key.ts";
import type { Profile } from "../profiles/profile.ts";
import type { SecretStore } from "../stores/secret-store.ts";

type Keeping = Pick<Deps, "profiles" | "output" | "now" | "interactive" | "prompts">;

/**
 * Stores a key that takes no other key's place, reads it back and remembers what is known of it.
 * The key goes first: cut off in between, it is there and `verify` makes the profile. When the
 * store refuses it, a person may change that and try again, since Mistral shows a key only once.
 *
 * @throws MistralKeyError of a `store-…` kind when it could not be stored; nothing has changed then
 */
export async function keepKey(
  deps: Keeping,
  store: SecretStore,
  known: Omit<KnownKey, "store">,
): Promise<Profile> {
  await retryWhileStoreFails(deps, () => storeKey(deps, store, known));
  const profile = profileOf({ ...known, store: store.kind, storeName: store.describe() }, deps.now());
  try {
    deps.profiles.write(profile);
  } catch (error) {
    if (!(error instanceof MistralKeyError)) throw error;
    throw new MistralKeyError(
      "unfinished",
      `The key is stored, but what is known of it is not: ${error.message}`,
      { cause: error, hint: `Once that is fixed, write it again: ${commandFor(known.name, "verify")}` },
    );
  }
  return profile;
}

async function storeKey(
  { output }: Keeping,
  store: SecretStore,
  { name, key }: Omit<KnownKey, "store">,
): Promise<void> {
  const progress = output.progress(`Storing in ${store.describe()}`);
  try {
    await store.set({ profile: name, slot: "current" }, key);
    progress.succeed(`stored in ${store.describe()}, read back`);
  } catch (error) {
    progress.clear();
    throw error instanceof Cancelled ? stoppedWhileStoring(name) : error;
  }
}

function stoppedWhileStoring(name: ProfileName): Cancelled {
  return new Cancelled("Stopped while the key was being stored, so it may or may not be.", {
    hint: `To see whether it is: ${commandFor(name, "verify")}`,
  });
}
