import type { Deps } from "../deps.ts";
import { Cancelled, MistralKeyError } from "../errors.ts";
import { commandFor, type ProfileName } from "../keys/profile-name.ts";
import { type KnownKey, profileOf } from "../profiles/known-key.ts";
import type { Profile } from "../profiles/profile.ts";
import type { SecretStore } from "../stores/secret-store.ts";
import { hang } from "../terminal/layout.ts";

type Keeping = Pick<Deps, "profiles" | "output" | "now" | "interactive" | "prompts">;

/**
 * Stores a key that takes no other key's place, reads it back and remembers what is known of it.
 * The key goes first: cut off in between, it is there and `verify` makes the profile. When the
 * store refuses it, a person may mend that and try again, since Mistral shows a key only once.
 *
 * @throws MistralKeyError of a `store-…` kind when it could not be stored; nothing has changed then
 */
export async function keepKey(
  deps: Keeping,
  store: SecretStore,
  known: Omit<KnownKey, "store">,
): Promise<Profile> {
  for (;;) {
    const failure = await tryToStore(deps, store, known);
    if (failure === undefined) break;
    if (!deps.interactive || !(await wantsToTryAgain(deps, failure))) throw failure;
  }
  const profile = profileOf({ ...known, store: store.kind }, deps.now());
  try {
    deps.profiles.write(profile);
  } catch (error) {
    if (!(error instanceof MistralKeyError)) throw error;
    throw new MistralKeyError(
      "unfinished",
      `The key is stored, but what is known of it is not: ${error.message}`,
      { cause: error, hint: `Mend that, then write it again: ${commandFor(known.name, "verify")}` },
    );
  }
  return profile;
}

/** Stores the key and answers why that failed, or `undefined` when it did not. */
async function tryToStore(
  { output }: Keeping,
  store: SecretStore,
  { name, key }: Omit<KnownKey, "store">,
): Promise<MistralKeyError | undefined> {
  const progress = output.progress(`Storing in ${store.describe()}`);
  try {
    await store.set({ profile: name, slot: "current" }, key);
    progress.succeed(`stored in ${store.describe()}, read back`);
    return undefined;
  } catch (error) {
    progress.clear();
    if (error instanceof Cancelled) throw stoppedWhileStoring(name);
    if (error instanceof MistralKeyError) return error;
    throw error;
  }
}

async function wantsToTryAgain({ output, prompts }: Keeping, failure: MistralKeyError): Promise<boolean> {
  const { theme } = output;
  const columns = Math.min(output.columns, 80);
  output.print(hang(`${theme.symbol.warn} `, theme.strong(failure.message), columns));
  for (const line of failure.hint?.split("\n") ?? []) {
    output.print(hang(`  ${theme.symbol.next} `, line, columns));
  }
  return await (await prompts()).choose({
    message: "The key is checked but not stored. What now?",
    choices: [
      { value: true, name: "Try again", description: "when that is mended" },
      { value: false, name: "Stop", description: "the key has to be pasted again then" },
    ],
  });
}

function stoppedWhileStoring(name: ProfileName): Cancelled {
  return new Cancelled("Stopped while the key was being stored, so it may or may not be.", {
    hint: `To see whether it is: ${commandFor(name, "verify")}`,
  });
}
