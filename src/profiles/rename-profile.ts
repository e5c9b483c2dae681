import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { ownCommand } from "../hints.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import { defaultProfile, type ProfileName } from "../keys/profile-name.ts";
import type { SecretStore, Slot } from "../stores/secret-store.ts";
import { noKey } from "../stores/stored-key.ts";
import { claiming } from "./claiming.ts";
import { latestOf } from "./known-key.ts";
import type { Profile } from "./profile.ts";
import { refuseLookalike } from "./profile-folder.ts";

const slots: readonly Slot[] = ["current", "previous", "next", "admin"];

/** Which profile gets which name. */
export interface Renaming {
  readonly from: ProfileName;
  readonly to: ProfileName;
}

/** The result of a rename. */
export interface Renamed {
  readonly profile: Profile;
  /** Whether it was, and still is, the default. */
  readonly wasDefault: boolean;
}

/**
 * Renames a profile: copies its keys, then the profile, then deletes the old ones. At every instant one of
 * the two names has both key and profile; repeating an interrupted rename completes it.
 *
 * @throws MistralKeyError of kind `usage` if the name is taken, `no-key` if there is nothing to rename,
 *   `unfinished` during a rotation, or of a `store-…` kind
 */
export async function renameProfile(deps: Deps, names: Renaming): Promise<Renamed> {
  const { profiles, journal } = deps;
  const { from, to } = names;
  if (from === to) {
    throw new MistralKeyError("usage", "The two names are the same.", { hint: "Choose another new name." });
  }
  const profile = profiles.read(from);
  refuseLookalikes(deps, names);
  if (profile === undefined) {
    throw new MistralKeyError("no-key", `There is no key under the name "${from}".`, {
      hint: `To see your profiles: ${ownCommand("status")}`,
    });
  }
  refuseTakenName(deps, names, profile);
  for (const name of [from, to]) journal.requireNone(name);
  const store = await deps.store(profile.store);
  const renamed = await claiming(deps, to, async () => {
    refuseTakenName(deps, names, profile);
    await copyKeys(store, names, profile);
    const copy = { ...(latestOf(profiles, profile) ?? profile), name: to };
    profiles.write(copy);
    return copy;
  });
  const wasDefault = (profiles.readDefault() ?? defaultProfile) === from;
  if (wasDefault) profiles.writeDefault(to === defaultProfile ? undefined : to);

  // Another run may have stored or rotated a key; then both names stay, each with a key.
  for (const name of [from, to]) journal.requireNone(name);
  if (profiles.read(from)?.fingerprint.hash !== profile.fingerprint.hash) throw changedMeanwhile(names);
  for (const slot of slots) await store.delete({ profile: from, slot });
  profiles.remove(from);
  return { profile: renamed, wasDefault };
}

/** Some file systems treat such names as one, so they would share an encrypted file. */
function refuseLookalikes({ profiles }: Deps, { from, to }: Renaming): void {
  for (const name of [from, to]) {
    const lookalike = profiles.lookalike(name);
    if (lookalike === from) {
      throw new MistralKeyError("usage", "The two names differ only in capital letters.", {
        hint: `Take another name in between: ${ownCommand(`rename ${from} NAME`)}\nThen: ${ownCommand(`rename NAME ${to}`)}`,
      });
    }
    if (lookalike !== undefined) throw refuseLookalike(name, lookalike);
  }
}

/** The new name must be free, or hold this very key from an interrupted rename. */
function refuseTakenName({ profiles }: Deps, { to }: Renaming, profile: Profile): void {
  const there = profiles.read(to);
  if (there === undefined || there.fingerprint.hash === profile.fingerprint.hash) return;
  throw taken(to);
}

/** Copies every slot: a rotation's leftover may be the only copy of a key. */
async function copyKeys(store: SecretStore, { from, to }: Renaming, profile: Profile): Promise<void> {
  for (const slot of slots) {
    const source = await store.get({ profile: from, slot });
    const there = await store.get({ profile: to, slot });
    if (source === undefined) {
      // An interrupted run must have moved the key already.
      const arrived = there !== undefined && matchesFingerprint(there, profile.fingerprint);
      if (slot === "current" && !arrived) throw noKey(from, store, profile);
      continue;
    }
    if (there !== undefined && !there.equals(source)) throw taken(to);
    if (there === undefined) await store.set({ profile: to, slot }, source);
  }
}

function taken(name: ProfileName): MistralKeyError {
  return new MistralKeyError("usage", `Profile "${name}" already has a key of its own.`, {
    hint: `Choose another name, or remove that one first: ${ownCommand(`remove -p ${name}`)}`,
  });
}

function changedMeanwhile({ from, to }: Renaming): MistralKeyError {
  return new MistralKeyError("unfinished", `The key of profile "${from}" was replaced in the meantime.`, {
    hint: `Both names have a key now. To see them: ${ownCommand("status")}\nTo remove the earlier one: ${ownCommand(`remove -p ${to}`)}`,
  });
}
