import type { Deps } from "../deps.ts";
import { Cancelled } from "../errors.ts";
import type { Profile } from "../profiles/profile.ts";
import { moveKey } from "../stores/move-key.ts";
import type { SecretStore, StoreKind } from "../stores/secret-store.ts";
import { settleStore } from "./settle-store.ts";

/**
 * Moves a stored key to another store, for `init --store`; asks first if a user can answer.
 *
 * @returns the store that now holds the key
 * @throws Cancelled when the user declines; MistralKeyError as `settleStore` and `moveKey` do
 */
export async function changeStore(deps: Deps, profile: Profile, to: StoreKind): Promise<SecretStore> {
  const { name, key } = profile;
  const from = await deps.store(profile.store);
  const target = await settleStore(deps, { profile: name, store: to }, undefined);
  const stays = new Cancelled("Stopped. The key stays where it is.");
  if (target.kind !== to) throw stays;
  if (deps.interactive) {
    const message = `Move the key ${key} from ${from.describe()} to ${target.describe()}?`;
    if (!(await (await deps.prompts()).confirm({ message, initial: true }))) throw stays;
  }
  await moveKey(name, from, target, deps);
  deps.output.ok(`The key ${key} is now kept in ${target.describe()}, and no longer in ${from.describe()}.`);
  return target;
}
