import type { Deps } from "../deps.ts";
import { Cancelled, MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Profile } from "../profiles/profile.ts";
import type { SecretStore, StoreKind } from "../stores/secret-store.ts";
import { settleStore } from "./settle-store.ts";

/** What became of a key that was to be moved. */
export type MoveOutcome =
  | { readonly outcome: "moved" }
  /** The old store holds no key of this profile, or none that the profile still means. */
  | { readonly outcome: "nothing-to-move" }
  /** The new store holds another key under this name already; nothing was changed. */
  | { readonly outcome: "another-key-there"; readonly key: ApiKey }
  /** The key is in the new store; the old one would not give up its copy. */
  | { readonly outcome: "copy-left"; readonly cause: MistralKeyError };

/**
 * Moves a profile's key from one store to another. At every moment at least one of them holds it,
 * and the profile names one that does: the key is written to the new store and read back, then the
 * profile remembers that store, then the old copy is erased. Running it again ends a move that was
 * cut off.
 *
 * @throws MistralKeyError of kind `unfinished` during a rotation, whose slots belong to one store;
 *   of a `store-…` kind when the new store does not take the key, and then nothing has changed
 */
export async function moveKey(
  name: ProfileName,
  from: SecretStore,
  to: SecretStore,
  { profiles, journal }: Pick<Deps, "profiles" | "journal">,
): Promise<MoveOutcome> {
  if (journal.read(name) !== undefined) {
    throw new MistralKeyError(
      "unfinished",
      `A rotation of profile ${name} is under way; its keys stay where they are.`,
      {
        hint: `End it first: ${commandFor(name, "rotate --finish")}`,
      },
    );
  }
  const address = { profile: name, slot: "current" } as const;
  const key = await from.get(address);
  if (key === undefined) return { outcome: "nothing-to-move" };
  const there = await to.get(address);
  const profile = profiles.read(name);
  const admin = { profile: name, slot: "admin" } as const;
  const adminKey = await from.get(admin);
  if (there === undefined || !there.equals(key)) {
    // A copy that an earlier move left behind must not come back over a newer key.
    if (there !== undefined && profile?.store === to.kind) return { outcome: "nothing-to-move" };
    if (there !== undefined) return { outcome: "another-key-there", key: there };
    await to.set(address, key);
  }
  if (adminKey !== undefined) await to.set(admin, adminKey);
  if (profile !== undefined && profile.store !== to.kind)
    profiles.write({ ...profile, store: to.kind, storeName: to.describe() });
  try {
    await from.delete(address);
    if (adminKey !== undefined) await from.delete(admin);
    return { outcome: "moved" };
  } catch (error) {
    if (!(error instanceof MistralKeyError)) throw error;
    return { outcome: "copy-left", cause: error };
  }
}

/**
 * Moves a stored key to another store, for `init --store`, after a question where somebody can answer.
 *
 * @returns the store that holds the key now
 * @throws Cancelled when the person does not want it; MistralKeyError of a `store-…` kind, `usage`
 *   when the other store holds another key, `no-key` when there is none to move, or `unfinished`
 *   when the old copy could not be erased
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
        `The key ${key} is kept in ${target.describe()} now, and no longer in ${from.describe()}.`,
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
        `${target.describe()} holds another key (${moved.key.mask}) for profile "${name}" already; nothing was changed.`,
        { hint: `Remove that one first: ${commandFor(name, `remove --store ${to}`)}` },
      );
    case "copy-left":
      throw new MistralKeyError(
        "unfinished",
        `The key is kept in ${target.describe()} now, but the copy in ${from.describe()} could not be erased: ${moved.cause.message}`,
        { cause: moved.cause, hint: moved.cause.hint ?? "Erase it there by hand." },
      );
  }
}
