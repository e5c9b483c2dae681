import type { Deps } from "../deps.ts";
import { joinHints, MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { claiming } from "../profiles/claiming.ts";
import { everySlot, type SecretAddress, type SecretStore } from "./secret-store.ts";
import { noKey } from "./stored-key.ts";

/**
 * Moves a profile's keys from one store to another. At every moment at least one of them holds each, and
 * the profile names a store that does: they are written to the new store and read back, then the profile
 * is updated, then the old copies are deleted. Running it again completes a move that was interrupted
 * before the profile was updated.
 *
 * @throws MistralKeyError of kind `no-key` if the old store has no key to move, or only an outdated one;
 *   `usage` if the new store holds another key, or another run is storing one; `unfinished` during a rotation,
 *   whose slots belong to one store, if another run replaces the key meanwhile, and if the old copy cannot be
 *   deleted; of a `store-…` kind when a store fails: the profile and the old store are then unchanged
 */
export async function moveKey(
  name: ProfileName,
  from: SecretStore,
  to: SecretStore,
  deps: Pick<Deps, "profiles" | "journal" | "sleep">,
): Promise<void> {
  const addresses = everySlot.map((slot) => ({ profile: name, slot }));
  await claiming(deps, name, () => copyTo(name, from, to, addresses, deps));
  try {
    for (const address of addresses) await from.delete(address);
  } catch (error) {
    if (!(error instanceof MistralKeyError)) throw error;
    throw new MistralKeyError(
      "unfinished",
      `The key is now kept in ${to.describe()}, but the copy in ${from.describe()} could not be erased: ${error.message}`,
      {
        cause: error,
        hint: joinHints(error.hint, `To erase it: ${commandFor(name, `remove --store ${from.kind}`)}`),
      },
    );
  }
}

async function copyTo(
  name: ProfileName,
  from: SecretStore,
  to: SecretStore,
  addresses: readonly SecretAddress[],
  { profiles, journal }: Pick<Deps, "profiles" | "journal">,
): Promise<void> {
  journal.requireNone(name);
  const profile = profiles.read(name);
  const copies: { readonly address: SecretAddress; readonly key: ApiKey }[] = [];
  for (const address of addresses) {
    const key = await from.get(address);
    if (key === undefined) {
      // MISTRAL_KEY_STORE may name the new store, and `init` alone would move the key again.
      if (address.slot === "current") throw noKey(name, from, profile, `init --store ${from.kind}`);
      continue;
    }
    const there = await to.get(address);
    if (there !== undefined && !there.equals(key)) {
      // A stale copy from an earlier move must not replace a newer key.
      throw profile?.store === to.kind ? noKey(name, from, profile) : anotherKeyThere(name, to, there);
    }
    if (there === undefined) copies.push({ address, key });
  }
  for (const { address, key } of copies) await to.set(address, key);
  // One may have started, or ended, during a keychain prompt.
  journal.requireNone(name);
  const latest = profiles.read(name);
  if (latest?.fingerprint.hash !== profile?.fingerprint.hash) throw changedMeanwhile(name, from, to);
  if (latest !== undefined) profiles.write({ ...latest, store: to.kind, storeName: to.describe() });
}

function anotherKeyThere(name: ProfileName, to: SecretStore, key: ApiKey): MistralKeyError {
  return new MistralKeyError(
    "usage",
    `Profile "${name}" has another key (${key.mask}) in ${to.describe()} already; nothing was changed.`,
    { hint: `Remove that one first: ${commandFor(name, `remove --store ${to.kind}`)}` },
  );
}

function changedMeanwhile(name: ProfileName, from: SecretStore, to: SecretStore): MistralKeyError {
  return new MistralKeyError(
    "unfinished",
    `The key of profile "${name}" was replaced in the meantime, so it stays in ${from.describe()}.`,
    {
      hint: `To remove the earlier one from ${to.describe()}: ${commandFor(name, `remove --store ${to.kind}`)}`,
    },
  );
}
