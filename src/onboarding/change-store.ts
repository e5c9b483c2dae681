import type { Deps } from "../deps.ts";
import { Cancelled, MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { Profile } from "../profiles/profile.ts";
import type { SecretStore, StoreKind } from "../stores/secret-store.ts";
import { moveKey } from "./move-key.ts";
import { settleStore } from "./settle-store.ts";

/**
 * Moves a stored key to another store, for `init --store`, after a question where somebody can answer.
 *
 * @returns the store that holds the key now
 * @throws Cancelled when the person does not want it; MistralKeyError of a `store-…` kind, `usage`
 *   when the other store holds another key, `no-key` when there is none to move, or `unfinished`
 *   when the old copy could not be erased
 */
export async function changeStore(deps: Deps, profile: Profile, to: StoreKind): Promise<SecretStore> {
  const from = await deps.store(profile.store);
  const target = await settleStore(deps, { profile: profile.name, store: to }, undefined);
  if (target.kind !== to) throw new Cancelled("Stopped. The key stays where it is.");
  if (deps.interactive) {
    const prompts = await deps.prompts();
    const message = `Move the key ${profile.key} from ${from.describe()} to ${target.describe()}?`;
    if (!(await prompts.confirm({ message, initial: true })))
      throw new Cancelled("Stopped. The key stays where it is.");
  }
  const moved = await moveKey(profile.name, from, target, deps);
  switch (moved.outcome) {
    case "moved":
      deps.output.print(
        `${deps.output.theme.symbol.ok} The key ${profile.key} is kept in ${target.describe()} now, and no longer in ${from.describe()}.`,
      );
      return target;
    case "nothing-to-move":
      throw new MistralKeyError(
        "no-key",
        `The key of profile "${profile.name}" is not in ${from.describe()} any more, so it cannot be moved.`,
        {
          hint: `To forget it: ${commandFor(profile.name, "remove")}\nThen, with a new key: ${commandFor(profile.name, `init --store ${to}`)}`,
        },
      );
    case "another-key-there":
      throw new MistralKeyError(
        "usage",
        `${target.describe()} holds another key (${moved.key.mask}) for profile "${profile.name}" already; nothing was changed.`,
        { hint: `Remove that one first: ${commandFor(profile.name, `remove --store ${to}`)}` },
      );
    case "copy-left":
      throw new MistralKeyError(
        "unfinished",
        `The key is kept in ${target.describe()} now, but the copy in ${from.describe()} could not be erased: ${moved.cause.message}`,
        { cause: moved.cause, hint: moved.cause.hint ?? "Erase it there by hand." },
      );
  }
}
