import type { Deps } from "../deps.ts";
import { Cancelled, joinHints, MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { Profile } from "../profiles/profile.ts";
import { moveKey } from "../stores/move-key.ts";
import type { SecretStore, StoreKind } from "../stores/secret-store.ts";
import { settleStore } from "./settle-store.ts";

/**
 * Moves a stored key to another store, for `init --store`; asks first if a user can answer.
 *
 * @returns the store that now holds the key
 * @throws Cancelled when the user declines; MistralKeyError of a `store-…` kind, `usage` when the other
 *   store holds another key, `no-key` when there is none to move, or `unfinished` when the old copy could
 *   not be erased
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
  const moved = await moveKey(name, from, target, deps);
  switch (moved.outcome) {
    case "moved":
      deps.output.ok(
        `The key ${key} is now kept in ${target.describe()}, and no longer in ${from.describe()}.`,
      );
      return target;
    case "nothing-to-move":
      throw new MistralKeyError(
        "no-key",
        `The key of profile "${name}" is not in ${from.describe()} any more, so it cannot be moved.`,
        {
          hint: `To forget it: ${commandFor(name, "remove")}\nThen, with a new key: ${commandFor(name, `init --store ${to}`)}`,
        },
      );
    case "another-key-there":
      throw new MistralKeyError(
        "usage",
        `${target.describe()} already holds another key (${moved.key.mask}) for profile "${name}"; nothing was changed.`,
        { hint: `Remove that one first: ${commandFor(name, `remove --store ${to}`)}` },
      );
    case "copy-left":
      throw new MistralKeyError(
        "unfinished",
        `The key is now kept in ${target.describe()}, but the copy in ${from.describe()} could not be erased: ${moved.cause.message}`,
        {
          cause: moved.cause,
          hint: joinHints(
            moved.cause.hint,
            `To erase it: ${commandFor(name, `remove --store ${from.kind}`)}`,
          ),
        },
      );
  }
}
