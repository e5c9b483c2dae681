import { retryWhileStoreFails } from "../capture/retry-store.ts";
import type { Deps } from "../deps.ts";
import { Cancelled, isStoreFailure, MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { fingerprintOf, matchesFingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { type KnownKey, profileOf } from "../profiles/known-key.ts";
import type { Profile } from "../profiles/profile.ts";
import type { SecretStore } from "../stores/secret-store.ts";
import { noKey } from "../stores/stored-key.ts";
import { hang } from "../terminal/output/layout.ts";
import { complete } from "./finish-rotation.ts";
import type { RotationPlan, RotationRecord } from "./journal.ts";
import type { RotationOutcome } from "./rotation-outcome.ts";
import { readSlots, slot } from "./slots.ts";
import { type Hands, readOrNothing, switchKeys } from "./switch-keys.ts";
import { underWay } from "./unfinished.ts";

/** A key that is to take the place of the one that a store holds for a profile. */
export interface Replacement extends Omit<KnownKey, "store" | "targets"> {
  readonly store: SecretStore;
  /** What is known of the old key; `undefined` when only the store knows of it. */
  readonly before: Profile | undefined;
  /** Whether pages may be opened in a browser; yes where absent. */
  readonly browser?: boolean;
}

/** How a replacement stands; the new key is in use in any case. */
export type ReplaceOutcome = RotationOutcome;

/**
 * Puts a new key in the place of the stored one: journal, `next`, `previous`, `current`, delivery,
 * and the end of the old key. Killed at any instant, `current` holds one of the two keys and
 * nothing is lost; `rotate --finish` and `rotate --abort` go on from there.
 *
 * @throws MistralKeyError of kind `unfinished` when a rotation is under way already, or when the
 *   store or the disk refuses something after the new key was stored; of a `store-…` kind when they
 *   refuse before that, and then nothing has changed; of kind `no-key` when there is nothing to replace;
 *   of kind `usage` when another run has replaced the stored key since this one has read it
 */
export async function replaceKey(deps: Deps, replacement: Replacement): Promise<ReplaceOutcome> {
  const { store, check, browser = true } = replacement;
  const hands = { journal: deps.journal, profiles: deps.profiles, store };
  const staged = await retryWhileStoreFails(deps, () => begin(deps, hands, replacement)).catch(sayUnchanged);
  const switched = await keepingBothKeys(staged, () => switchKeys(hands, staged));
  if (switched.outcome === "nothing-staged") {
    throw new MistralKeyError("store-damaged", `${store.describe()} did not keep the new key.`, {
      hint: `The old key is in use as before. Clean up with ${commandFor(staged.profile, "rotate --abort")}, then try again.`,
    });
  }
  const { theme } = deps.output;
  deps.output.print(`  ${theme.symbol.ok} stored in ${store.describe()}, read back`);
  return await keepingBothKeys(switched.record, () =>
    complete(deps, switched.record, { store, browser, check }),
  );
}

/** Up to the moment from which on there is something to finish. When it fails, nothing has changed. */
async function begin(deps: Deps, hands: Hands, replacement: Replacement): Promise<RotationRecord> {
  const { store, name, before, key } = replacement;
  const oldKey = await store.get(slot(name, "current"));
  if (oldKey === undefined) throw noKey(name, store, before);
  const begun = deps.journal.begin(planOf(replacement, oldKey, deps.now()));
  refuseReplacedMeanwhile(deps, begun, oldKey);
  return await stage(deps, hands, begun, [oldKey, key]);
}

function sayUnchanged(error: unknown): never {
  if (!isStoreFailure(error)) throw error;
  throw new MistralKeyError(error.kind, `${error.message} Nothing was changed; the old key stays in use.`, {
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

function planOf({ before, store, ...known }: Replacement, oldKey: ApiKey, now: Date): RotationPlan {
  const after = profileOf(
    { ...known, store: store.kind, storeName: store.describe(), targets: before?.targets ?? [] },
    now,
  );
  return {
    version: 1,
    profile: known.name,
    startedAt: now.toISOString(),
    oldKey: {
      mask: oldKey.mask,
      name: before?.identity?.keyName ?? null,
      fingerprint: fingerprintOf(oldKey),
    },
    newKey: { mask: known.key.mask, fingerprint: after.fingerprint },
    before: before ?? null,
    after,
  };
}

/**
 * A store may remember the key for the whole run, and the person may have taken their time to fetch
 * a new one. The profile is read anew, so it tells when another run has put a key there meanwhile.
 */
function refuseReplacedMeanwhile(deps: Deps, { profile, before }: RotationRecord, oldKey: ApiKey): void {
  const latest = readOrNothing(deps.profiles, profile);
  if (latest === undefined || latest.fingerprint.hash === before?.fingerprint.hash) return;
  if (matchesFingerprint(oldKey, latest.fingerprint)) return;
  deps.journal.end(profile);
  throw new MistralKeyError(
    "usage",
    `Another mistral-key has stored the key ${latest.key} for profile "${profile}" meanwhile, so nothing was changed.`,
    { hint: `To put a new key in that one's place: ${commandFor(profile, "rotate")}` },
  );
}

/** Stores the new key beside the old one. When that fails there is nothing to go on with, so the journal is closed. */
async function stage(
  { output }: Deps,
  { store, journal }: Hands,
  record: RotationRecord,
  [oldKey, newKey]: readonly [ApiKey, ApiKey],
): Promise<RotationRecord> {
  try {
    const leftovers = await findLeftovers(store, record.profile, [oldKey, newKey]);
    for (const key of leftovers)
      output.print(hang(`${output.theme.symbol.warn} `, wordsFor(key, store), Math.min(output.columns, 80)));
    await store.set(slot(record.profile, "next"), newKey);
  } catch (error) {
    journal.end(record.profile);
    throw error;
  }
  return await keepingBothKeys(record, async () => journal.advance(record, "switching"));
}

/** Says, when something fails, that both keys are kept and how to go on. */
async function keepingBothKeys<Result>(
  { profile }: RotationRecord,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof MistralKeyError) || error.kind === "unfinished") throw error;
    if (error instanceof Cancelled) {
      throw new Cancelled("Stopped. Both keys are kept; the rotation is not finished.", {
        hint: underWay(profile).hint ?? "",
      });
    }
    throw new MistralKeyError(
      "unfinished",
      `${error.message} Both keys are kept; the rotation is not finished.`,
      {
        cause: error,
        hint: [
          ...(error.hint === undefined ? [] : [error.hint]),
          `Then go on: ${commandFor(profile, "rotate --finish")}`,
          `Or go back to the old key: ${commandFor(profile, "rotate --abort")}`,
        ].join("\n"),
      },
    );
  }
}

/**
 * The keys in slots that should be empty, since no rotation is under way: the journal was deleted
 * by hand. The slots are about to be used again, so the person learns which keys to look for.
 */
async function findLeftovers(
  store: SecretStore,
  name: ProfileName,
  known: readonly ApiKey[],
): Promise<readonly ApiKey[]> {
  const { next, previous } = await readSlots(store, name);
  return [previous, next].filter(
    (key): key is ApiKey => key !== undefined && !known.some((other) => other.equals(key)),
  );
}

function wordsFor({ mask }: ApiKey, store: SecretStore): string {
  return `An earlier rotation left the key ${mask} in ${store.describe()}. It gives way now; delete it at Mistral if it is still there.`;
}
