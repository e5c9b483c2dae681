import { retryWhileStoreFails } from "../capture/retry-store.ts";
import type { Deps } from "../deps.ts";
import {
  Cancelled,
  isStoreFailure,
  joinHints,
  MistralKeyError,
  unlessDamaged,
  withSentence,
} from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { describing, type KnownKey, latestOf, noteEnd, profileOf } from "../profiles/known-key.ts";
import type { Profile } from "../profiles/profile.ts";
import type { SecretStore } from "../stores/secret-store.ts";
import { requireStillStored } from "../stores/still-stored.ts";
import { noKey } from "../stores/stored-key.ts";
import { planOf, type RotationPlan, type RotationRecord } from "./journal.ts";
import { moveRotation } from "./move-rotation.ts";
import type { RotationOutcome } from "./outcome.ts";
import type { RetireOptions } from "./retire-old-key.ts";
import { bothWays } from "./unfinished.ts";

/** A key to replace the one that a store holds for a profile. */
export interface ReplaceRequest extends Omit<KnownKey, "store" | "targets">, RetireOptions {
  readonly store: SecretStore;
  /** The old key's profile; `undefined` if it has none. */
  readonly before: Profile | undefined;
  /** Asks when the new key expires, once it is in use. */
  readonly askExpiry?: (() => Promise<Profile["expiresAt"]>) | undefined;
}

/**
 * Replaces the stored key: journal, `next`, `previous`, `current`, delivery, retiring the old key. If killed
 * at any instant, `current` holds one of the two keys and nothing is lost; `rotate --finish` or
 * `rotate --abort` continues from there.
 *
 * @throws MistralKeyError of kind `unfinished` if a rotation is already under way, or if the store or the
 *   disk fails after the new key was stored; of a `store-…` kind if they fail before that, with nothing
 *   changed; `no-key` if there is nothing to replace; `usage` if another run has replaced the stored key
 *   since this one read it
 */
export async function replaceKey(deps: Deps, request: ReplaceRequest): Promise<RotationOutcome> {
  const record = await retryWhileStoreFails(deps, () => stageKey(deps, request)).catch(sayUnchanged);
  return await switchToStaged(deps, record, request);
}

/**
 * Replaces the stored key with a staged one, from the switch to retiring the old key.
 *
 * @throws MistralKeyError as {@link replaceKey} does after the new key was stored
 */
export async function switchToStaged(
  deps: Deps,
  record: RotationRecord,
  request: ReplaceRequest,
): Promise<RotationOutcome> {
  const { store, check, name } = request;
  const outcome = await keepingBothKeys(record, async () =>
    moveRotation(deps, record, {
      ...request,
      direction: "forward",
      captured: { check },
      onSwitched: async () => {
        deps.output.ok(`stored in ${store.describe()}, read back`);
        await noteLastDay(deps, record.after, request);
      },
    }),
  );
  if (outcome.outcome === "rotated") return outcome;
  throw new MistralKeyError("store-damaged", `The new key was not kept by ${store.describe()}.`, {
    hint: `The old key is still in use. Try again: ${commandFor(name, "rotate")}`,
  });
}

/** Asked when the key is in use, so that stopping there loses no key. */
async function noteLastDay({ profiles }: Deps, after: Profile, { askExpiry }: ReplaceRequest): Promise<void> {
  noteEnd(profiles, after, await askExpiry?.());
}

/**
 * Refuses if an earlier rotation, whose record was lost, left a key that would be overwritten.
 *
 * @param known - keys allowed there
 * @throws MistralKeyError of kind `unfinished`
 */
export async function refuseLeftovers(
  store: SecretStore,
  name: ProfileName,
  ...known: readonly ApiKey[]
): Promise<void> {
  for (const slot of ["previous", "next"] as const) {
    const key = await store.get({ profile: name, slot });
    if (key === undefined || known.some((other) => other.equals(key))) continue;
    throw new MistralKeyError(
      "unfinished",
      `An earlier rotation of profile "${name}" has left the key ${key.mask} in ${store.describe()}, so it is not finished.`,
      { hint: bothWays(name) },
    );
  }
}

/**
 * Stores a new key in `next`, which begins the rotation. On failure, nothing has changed.
 *
 * @throws MistralKeyError as {@link replaceKey} does before the new key is stored
 */
export async function stageKey(deps: Deps, request: ReplaceRequest): Promise<RotationRecord> {
  const { store, name, before, key } = request;
  const { journal, profiles } = deps;
  const oldKey = await store.get({ profile: name, slot: "current" });
  if (oldKey === undefined) throw noKey(name, store, before);
  await refuseLeftovers(store, name, oldKey, key);
  const known = before && describing(oldKey, latestOf(profiles, before) ?? before, deps.now());
  const record = journal.begin(planFor({ ...request, before: known }, oldKey, deps.now()));
  try {
    refuseReplacedMeanwhile(deps, { profile: name, before: before ?? null }, oldKey);
    await requireStillStored(
      deps,
      { profile: name, store, key: oldKey, known: before },
      "So it was not replaced with the new key.",
    );
    await store.set({ profile: name, slot: "next" }, key);
    return record;
  } catch (error) {
    // What another run has begun meanwhile is not undone.
    journal.confirm(record);
    // The store may hold the key despite its error, and a leftover would block the next rotation.
    await store.delete({ profile: name, slot: "next" }).catch(() => false);
    journal.end(name);
    throw error;
  }
}

function sayUnchanged(error: unknown): never {
  if (!isStoreFailure(error)) throw error;
  throw withSentence(error, "Nothing was changed; the old key stays in use.");
}

function planFor({ before, store, ...known }: ReplaceRequest, oldKey: ApiKey, now: Date): RotationPlan {
  const { targets = [], adminKey } = before ?? {};
  const place = { store: store.kind, storeName: store.describe() };
  const after = profileOf({ ...known, ...place, targets, adminKey }, now);
  return planOf(oldKey, before ?? null, after, { holds: "old", now });
}

/**
 * Refuses if another run has stored a key since this one read what is stored, as while the user fetched a
 * new one. The store may cache what it read for the whole run, so the profile is read again.
 *
 * @param before - the profile read then
 * @param key - the one that this run knows to be stored, or stores
 * @throws MistralKeyError of kind `usage`
 */
export function refuseReplacedMeanwhile(
  deps: Deps,
  { profile, before }: Pick<RotationRecord, "profile" | "before">,
  key: ApiKey,
): void {
  const latest = unlessDamaged(() => deps.profiles.read(profile));
  if (latest === undefined || latest.fingerprint.hash === before?.fingerprint.hash) return;
  if (matchesFingerprint(key, latest.fingerprint)) return;
  throw new MistralKeyError(
    "usage",
    `Another run of mistral-key has stored the key ${latest.key} for profile "${profile}" in the meantime, so nothing was changed.`,
    { hint: `To replace that one: ${commandFor(profile, "rotate")}` },
  );
}

/** Adds to an error that both keys are kept and how to continue. */
export async function keepingBothKeys<Result>(
  { profile }: RotationRecord,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof MistralKeyError) || error.kind === "unfinished") throw error;
    const kind = error instanceof Cancelled ? "cancelled" : "unfinished";
    const hint = joinHints(error.hint, bothWays(profile));
    throw withSentence(error, "Both keys are kept; the rotation is not finished.", { kind, hint });
  }
}
