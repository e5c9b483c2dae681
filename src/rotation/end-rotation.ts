import type { Deps } from "../deps.ts";
import { Cancelled, MistralKeyError, unlessDamaged } from "../errors.ts";
import { NewerVersion, ShapeError } from "../files/shape.ts";
import { commandFor } from "../hints.ts";
import { ApiKey } from "../keys/api-key.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { profileOf } from "../profiles/known-key.ts";
import { endpointFor, storeFor } from "../profiles/profile.ts";
import type { SecretStore } from "../stores/secret-store.ts";
import type { KeyRequest } from "../stores/stored-key.ts";
import { requirePerson } from "../terminal/absence.ts";
import { planOf, type RotationPlan, type RotationRecord } from "./journal.ts";
import { type MoveOutcome, moveRotation } from "./move-rotation.ts";
import type { RetireOptions } from "./retire-old-key.ts";
import { contentsOf, readSlots } from "./slots.ts";
import type { Direction } from "./stages.ts";
import { notUnderWay } from "./unfinished.ts";

/**
 * Ends an unfinished rotation: finishes it or goes back to the old key, which asks before it discards a key.
 *
 * @returns also the record that it found
 * @throws MistralKeyError of kind `usage` if none is under way, `needs-terminal` if it cannot ask, or as
 *   `moveRotation` does
 * @throws Cancelled when the user stops
 */
export async function endRotation(
  deps: Deps,
  request: KeyRequest & RetireOptions & { readonly direction: Direction },
): Promise<MoveOutcome & { readonly record: RotationRecord }> {
  const { profile, direction, yes } = request;
  const found = await findRotation(deps, request);
  if (found === undefined) throw notUnderWay(profile);
  const { record, store } = found;
  if (direction === "back" && !yes) await confirmWayBack(deps, record, store);
  const ours = deps.journal.update(record);
  return { ...(await moveRotation(deps, ours, { ...request, store })), record };
}

async function confirmWayBack(deps: Deps, record: RotationRecord, store: SecretStore): Promise<void> {
  const { profile, oldKey, newKey } = record;
  const slots = await readSlots(store, profile);
  const { current, next } = contentsOf(slots, record);
  if (current !== "other" && current !== "new" && next !== "new") return;
  requirePerson(deps, {
    message: `Nothing was changed: whether to give up the new key ${newKey.mask} is asked first`,
    hint: `To go back without a question: ${commandFor(profile, "rotate --abort --yes")}`,
  });
  const [kept, lost] =
    current === "other"
      ? [slots.current?.mask, `${oldKey.mask} and ${newKey.mask}`]
      : [oldKey.mask, newKey.mask];
  const message = `Use ${kept} and forget ${lost} here? Mistral does not show a key again.`;
  if (await (await deps.prompts()).confirm({ message, initial: false })) return;
  throw new Cancelled("Stopped. Nothing was changed.");
}

/**
 * Finds the unfinished rotation of a profile and the store of its keys. If the record is damaged or missing,
 * rebuilds it from the slots.
 *
 * @throws MistralKeyError of kind `unfinished` if only a damaged record was left, which is then removed;
 *   `no-key` if only a leftover key is stored
 */
export async function findRotation(
  deps: Deps,
  request: KeyRequest,
): Promise<{ readonly record: RotationRecord; readonly store: SecretStore } | undefined> {
  const recorded = readRecord(deps, request.profile);
  const profile = unlessDamaged(() => deps.profiles.read(request.profile));
  if (recorded !== undefined && recorded !== "damaged") {
    return { record: recorded, store: await deps.store(recorded.after.store) };
  }
  const store = await deps.store(storeFor(request, profile));
  const keys = await findTwoKeys(store, request.profile);
  // Only a damaged record is removed: if there was none, another run may have just begun one.
  if (recorded === "damaged") deps.journal.end(request.profile);
  if (keys instanceof ApiKey) throw onlyOneKey(request.profile, store, keys);
  if (keys !== undefined) {
    const record = deps.journal.begin(planFor(deps, request, store, keys));
    return { record, store };
  }
  if (recorded === undefined) return undefined;
  throw new MistralKeyError(
    "unfinished",
    `The damaged record of a rotation of profile "${request.profile}" is removed. No second key was stored; the one in use stays.`,
    { hint: `To start again: ${commandFor(request.profile, "rotate")}` },
  );
}

function readRecord({ journal }: Deps, profile: ProfileName): RotationRecord | "damaged" | undefined {
  try {
    return journal.read(profile);
  } catch (error) {
    const cause = error instanceof MistralKeyError ? error.cause : undefined;
    if (cause instanceof ShapeError && !(cause instanceof NewerVersion)) return "damaged";
    throw error;
  }
}

/** The old and the new key, as far as the slots tell. */
type TwoKeys = readonly [oldKey: ApiKey, newKey: ApiKey];

async function findTwoKeys(store: SecretStore, profile: ProfileName): Promise<TwoKeys | ApiKey | undefined> {
  const { current, next, previous } = await readSlots(store, profile);
  if (current !== undefined) {
    if (next !== undefined && !next.equals(current)) return [current, next];
    return previous === undefined || previous.equals(current) ? undefined : [previous, current];
  }
  if (next !== undefined && previous !== undefined) return [previous, next];
  return next ?? previous;
}

function onlyOneKey(profile: ProfileName, store: SecretStore, { mask }: ApiKey): MistralKeyError {
  const message = `Profile "${profile}" has no key in use in ${store.describe()}, only ${mask} of a rotation whose record is lost.`;
  // Not `remove`, which would erase that one, too.
  const command = store.kind === "file" ? "init --store file" : "init";
  return new MistralKeyError("no-key", message, {
    hint: `To put a key in use, and keep that one there: ${commandFor(profile, command)}`,
  });
}

function planFor(
  { profiles, now }: Deps,
  { profile: name, endpoint }: KeyRequest,
  store: SecretStore,
  [oldKey, newKey]: TwoKeys,
): RotationPlan {
  const known = unlessDamaged(() => profiles.read(name));
  const { targets = [] } = known ?? {};
  const profileFor = (key: ApiKey) =>
    known !== undefined && matchesFingerprint(key, known.fingerprint)
      ? known
      : profileOf(
          { name, key, store: store.kind, endpoint: endpointFor({ endpoint }, known), targets },
          now(),
        );
  return planOf(oldKey, profileFor(oldKey), profileFor(newKey), { holds: "either", now: now() });
}
