import type { CapturedKey, RefusedKey } from "../capture/capture-key.ts";
import { agreeToMove, describeMove } from "../capture/other-workspace.ts";
import { retryWhileStoreFails } from "../capture/retry-store.ts";
import type { Deps } from "../deps.ts";
import { Cancelled, expected, MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { addressOf } from "../mistral/endpoint.ts";
import { showName } from "../outside-text.ts";
import { claiming } from "../profiles/claiming.ts";
import {
  describing,
  type KnownKey,
  latestOf,
  profileOf,
  profilesWith,
  withCheck,
} from "../profiles/known-key.ts";
import type { Profile } from "../profiles/profile.ts";
import { refuseReplacedMeanwhile, replaceKey } from "../rotation/replace-key.ts";
import type { SecretStore } from "../stores/secret-store.ts";
import type { StoredOutcome } from "./outcome.ts";
import { type Place, type PlaceRequest, readStored } from "./place.ts";

/** A key to store, and where. */
export interface Storing {
  readonly place: Place;
  readonly captured: Pick<Exclude<CapturedKey, RefusedKey>, "key" | "check">;
  /** The last day, if known. */
  readonly expiresAt: Expiry | undefined;
}

/**
 * Stores a key in its place. A different key that is there is replaced as in a rotation.
 *
 * @throws as `replaceKey` does; MistralKeyError of a `store-…` kind when it could not be stored, with
 *   nothing changed; of kind `unfinished` when only its profile could not be written; `usage` when another
 *   run has stored a key there meanwhile
 */
export async function storeKey(deps: Deps, { place, captured, expiresAt }: Storing): Promise<StoredOutcome> {
  const { profile: name, store, endpoint, known, stored } = place;
  const { key, check } = captured;
  saySameElsewhere(deps, name, key);
  const facts = { name, key, endpoint, check, expiresAt };
  if (stored === undefined || stored.equals(key)) {
    const profile = await keepKey(deps, place, facts);
    if (stored) deps.output.warn("This is the key that was stored already, so none was replaced.");
    // The targets of a key that was lost do not have this one.
    const waiting = known && !matchesFingerprint(key, known.fingerprint) ? known.targets : [];
    if (waiting.length > 0) {
      deps.output.warn(`Not delivered yet to ${waiting.map(({ target }) => showName(target)).join(", ")}.`);
      const moved = describeMove(known?.identity, check?.identity) !== undefined;
      const delivering = moved ? "If it belongs there, too" : "To deliver it there";
      deps.output.next(`${delivering}: ${commandFor(name, "push")}`);
    }
    return { outcome: "stored", profile, key, check, replaced: undefined };
  }
  const replaced = await replaceKey(deps, { ...facts, store, before: known });
  return { outcome: "stored", profile: replaced.profile, key, check, replaced };
}

/**
 * Warns when a key is of another workspace than the one whose place it takes; asks, unless non-interactive or
 * with `replace`.
 *
 * @param hint - how to go on otherwise
 * @throws Cancelled when the user declines
 */
export async function settleWorkspace(
  deps: Deps,
  { replace }: Pick<PlaceRequest, "replace">,
  { stored, known }: Place,
  { key, check }: Storing["captured"],
  hint: string,
): Promise<void> {
  const isKnown = (one: ApiKey) => known !== undefined && matchesFingerprint(one, known.fingerprint);
  // A key that was lost is replaced, too, as on a new machine that has the notes about it.
  const replacesKnown = stored === undefined || isKnown(stored);
  const said = replacesKnown && !isKnown(key) ? describeMove(known?.identity, check?.identity) : undefined;
  if (said === undefined) return;
  deps.output.warn(said);
  if (deps.interactive && !replace) await agreeToMove(deps, hint);
}

function saySameElsewhere({ profiles, output }: Deps, name: ProfileName, key: ApiKey): void {
  for (const other of profilesWith(key, profiles)) {
    if (other.name === name) continue;
    output.warn(
      `This is also the key of profile "${other.name}". If one of the two is rotated, the other is left with a key that will be deleted.`,
    );
  }
}

/**
 * Stores a key that replaces none, reads it back and writes its profile. When the store refuses it, the user may
 * fix that and retry, such as with another passphrase, since Mistral shows a key only once.
 */
async function keepKey(deps: Deps, place: Place, known: Omit<KnownKey, "store">): Promise<Profile> {
  return await retryWhileStoreFails(deps, async () => {
    await place.store.prepare?.(known.name);
    return await claiming(deps, known.name, async () => {
      await refuseStoredMeanwhile(deps, place, known.key);
      await putKey(deps, place.store, known);
      return writeProfile(deps, place, known);
    });
  });
}

/** @throws MistralKeyError of kind `usage` if another run has stored a key where there was none */
async function refuseStoredMeanwhile(
  deps: Deps,
  { profile: name, store, known, stored }: Place,
  key: ApiKey,
): Promise<void> {
  refuseReplacedMeanwhile(deps, { profile: name, before: known ?? null }, key);
  const there = stored === undefined ? await readStored(store, name) : undefined;
  if (there === undefined || there.equals(key)) return;
  const message = `The key ${there.mask} has been stored for profile "${name}" in the meantime, so nothing was changed.`;
  throw new MistralKeyError("usage", message, { hint: `To replace that one: ${commandFor(name, "rotate")}` });
}

/** Written after the key: if this run is killed in between, `verify` writes it. */
function writeProfile(deps: Deps, { store, known: before }: Place, known: Omit<KnownKey, "store">): Profile {
  const now = deps.now();
  const latest = (before && latestOf(deps.profiles, before)) ?? before;
  const about = latest && describing(known.key, latest, now);
  // Of the same key, what is known stays, such as its last day, but not what another server said.
  const { check, endpoint, expiresAt = about?.expiresAt } = known;
  const place = { store: store.kind, storeName: store.describe(), endpoint, expiresAt };
  const profile =
    about && addressOf(about.endpoint) === addressOf(endpoint)
      ? { ...(check ? withCheck(about, check, now) : about), ...place }
      : profileOf({ ...about, ...known, ...place }, now);
  try {
    deps.profiles.write(profile);
  } catch (error) {
    throw new MistralKeyError(
      "unfinished",
      `The key is stored, but the notes about it are not: ${expected(error).message}`,
      { cause: error, hint: `Once that is fixed, write them again: ${commandFor(known.name, "verify")}` },
    );
  }
  return profile;
}

async function putKey(
  { output }: Deps,
  store: SecretStore,
  { name, key }: Omit<KnownKey, "store">,
): Promise<void> {
  const progress = output.progress(`Storing in ${store.describe()}`);
  try {
    await store.set({ profile: name, slot: "current" }, key);
    progress.succeed(`stored in ${store.describe()}, read back`);
  } catch (error) {
    progress.clear();
    if (!(error instanceof Cancelled)) throw error;
    throw new Cancelled("Stopped while the key was being stored, so it may or may not be stored.", {
      hint: `To see whether it is: ${commandFor(name, "verify")}`,
    });
  }
}
