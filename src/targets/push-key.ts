import type { Deps } from "../deps.ts";
import { expected, isStoreFailure, joinHints, MistralKeyError, withSentence } from "../errors.ts";
import { obstacleTo } from "../files/replace-file.ts";
import { readTextFile } from "../files/text-file.ts";
import { commandFor, shellWord } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { showName } from "../outside-text.ts";
import type { Profile } from "../profiles/profile.ts";
import { isWanted, waitingTargets, withDelivery } from "../rotation/journal.ts";
import { isRefused } from "../status/survey.ts";
import { type KeyRequest, readKeyForUse } from "../stores/stored-key.ts";
import { notYetListed } from "../stores/unlisted-key.ts";
import { deliverEverywhere, reporting } from "./deliver-everywhere.ts";
import { type DeliveryReport, forgetKey, type KeyThere, keyThere } from "./target.ts";
import { fileOfTarget } from "./tool-files.ts";

/** What to deliver with {@link pushKey}. */
export interface PushRequest extends KeyRequest {
  /** The targets; if empty, all that the profile remembers. */
  readonly targets: readonly string[];
}

/**
 * Delivers the stored key to targets, and remembers each that took it. Checks every named target before
 * changing the first. Updates a rotation that waits for some of them.
 *
 * @throws MistralKeyError of kind `usage` if there is no target, or one that another profile delivers to;
 *   `unfinished` for a new target during a rotation, or if the key is replaced meanwhile; `store-…` if a
 *   delivery cannot be noted; as `readKeyForUse` and `Target.check` do
 */
export async function pushKey(deps: Deps, request: PushRequest): Promise<readonly DeliveryReport[]> {
  const { profile } = request;
  const { key, known, targets } = await prepare(deps, request);
  let replaced = false;
  let failure: MistralKeyError | undefined;
  const reports = await deliverEverywhere(deps, profile, key, targets, ({ ok, target }) => {
    if (!ok || replaced) return;
    try {
      replaced = !isNoted(deps, known, key, target);
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      failure ??= withSentence(error, `${showName(target)} has the key, but that could not be noted.`, {
        hint: joinHints(error.hint, "Then run the same command again."),
      });
    }
  });
  if (replaced) throw replacedMeanwhile(profile, key);
  if (failure !== undefined) throw failure;
  return reports;
}

/**
 * Notes that a target has the key, unless that was replaced meanwhile, or is about to be by a rotation that
 * does not know this target: a delivery may take a minute.
 */
function isNoted({ profiles, journal, now }: Deps, known: Profile, key: ApiKey, target: string): boolean {
  const record = journal.read(known.name);
  if (record !== undefined && !record.targets.some((one) => one.target === target)) return false;
  const profile = profiles.read(known.name);
  if (profile?.fingerprint.hash !== known.fingerprint.hash) return false;
  if (!profile.targets.some((one) => one.target === target)) {
    const added = { target, since: now().toISOString() };
    profiles.write({ ...profile, targets: [...profile.targets, added] });
  }
  // Of a rotation before its switch, the key in use is not the one that it waits to deliver.
  if (record === undefined || !isWanted(key, record)) return true;
  if (waitingTargets(record).some((one) => one.target === target))
    journal.update(record, { targets: withDelivery(record, target) });
  return true;
}

function replacedMeanwhile(name: ProfileName, key: ApiKey): MistralKeyError {
  return new MistralKeyError(
    "unfinished",
    `The key of profile "${name}" was replaced while ${key.mask} was being delivered.`,
    {
      hint: `To see whether that is finished: ${commandFor(name, "status")}\nThen run the same command again.`,
    },
  );
}

/**
 * Checks whether the key could be delivered; changes nothing.
 *
 * @throws MistralKeyError as {@link pushKey} does
 */
export async function tryPush(deps: Deps, request: PushRequest): Promise<readonly DeliveryReport[]> {
  const { key, targets } = await prepare(deps, request);
  const reports: DeliveryReport[] = [];
  for (const place of targets) {
    const look = async () => {
      const target = await deps.openTarget(place, request.profile);
      if (request.targets.length === 0) await target.check();
      const there = await keyThere(target, key);
      // Vibe's key may go to a keychain, whatever its file allows.
      const file = place === "vibe" ? undefined : fileOfTarget(place, deps.processContext());
      const reading = there === "same" || file === undefined ? undefined : await readTextFile(file);
      const obstacle = reading?.state === "read" ? obstacleTo(reading.file) : undefined;
      const but = obstacle === undefined ? "" : `, but cannot be changed: ${obstacle}`;
      return { ok: obstacle === undefined, message: `${target.words} ${wouldDo[there]}${but}.` };
    };
    reports.push(await reporting(place, look));
  }
  return reports;
}

/** What a delivery would do to a target, by what is there now. */
export const wouldDo: Readonly<Record<KeyThere, string>> = {
  same: "already has this key",
  another: "has another value, which would be replaced",
  none: "has no key yet",
  unreadable: "would get this key; which one it has cannot be read",
};

/**
 * Removes the key from a target and forgets the target, even if removal fails: the place may no longer exist.
 *
 * @throws MistralKeyError of kind `usage` for a target that the profile does not have, `store-damaged` if a
 *   rotation's record is damaged; then nothing has changed
 */
export async function forgetTarget(deps: Deps, request: KeyRequest, text: string): Promise<DeliveryReport> {
  const profile = deps.profiles.read(request.profile);
  const others = <One extends { readonly target: string }>(all: readonly One[]) =>
    all.filter(({ target }) => target !== text);
  if (profile === undefined || others(profile.targets).length === profile.targets.length) {
    throw new MistralKeyError("usage", `${text} is not a target of profile "${request.profile}".`, {
      hint: `To see its targets: ${commandFor(request.profile, "push --list")}`,
    });
  }
  // A damaged record throws, which it must before the key is removed.
  deps.journal.read(profile.name);
  const { key } = await readKeyForUse(request, deps);
  let report: DeliveryReport;
  try {
    const message = await forgetKey(await deps.openTarget(text, profile.name), key);
    report = { target: text, ok: true, message };
  } catch (error) {
    // Not its hint, which may be to run the same command again: that will not know the target.
    const message = `${showName(text)} gets no more keys, but the key it has may still be there; remove it yourself. ${expected(error).message}`;
    report = { target: text, ok: false, message };
  }
  const without = (known: Profile) => ({ ...known, targets: others(known.targets) });
  // A rotation would wait for it for ever, and writes either profile.
  const record = deps.journal.read(profile.name);
  if (record !== undefined) {
    const { before, after, targets } = record;
    const profiles = { before: before && without(before), after: without(after) };
    deps.journal.update(record, { targets: others(targets), ...profiles });
  }
  const latest = deps.profiles.read(profile.name);
  if (latest !== undefined) deps.profiles.write(without(latest));
  return report;
}

async function prepare(deps: Deps, { targets, ...request }: PushRequest) {
  const { profile: name } = request;
  const { key, store, profile } = await readKeyForUse(request, deps);
  if (profile === undefined) throw notYetListed({ profile: name, store, key });
  if (isRefused(profile) && matchesFingerprint(key, profile.fingerprint)) {
    const check = commandFor(name, "verify");
    deps.output.warn(`Mistral refused ${key.mask} when it was last checked. To check it again: ${check}`);
  }
  const remembered = profile.targets.map(({ target }) => target);
  const added = targets.filter((target) => !remembered.includes(target));
  if (added.length > 0) {
    refuseTargetsOfOthers(deps, name, added);
    deps.journal.requireNone(name);
  }
  if (targets.length + remembered.length === 0) {
    throw new MistralKeyError("usage", `Profile "${name}" has no target yet.`, {
      hint: `Name one: ${commandFor(name, "push dotenv:.env")}`,
    });
  }
  try {
    for (const target of targets) await (await deps.openTarget(target, name)).check();
  } catch (error) {
    if (targets.length === 1) throw error;
    throw withSentence(expected(error), "Nothing was delivered, not to the other targets either.");
  }
  return { key, known: profile, targets: targets.length > 0 ? targets : remembered };
}

/** Finds whose target a place is, of other profiles: two keys would replace each other there. */
export function targetsOfOthers(
  { profiles, processContext }: Deps,
  name: ProfileName,
): (target: string) => { readonly owner: ProfileName; readonly target: string } | undefined {
  const at = processContext();
  // A file may have two names, as `aider` and `dotenv:/home/ada/.env`, or through a link.
  const placeOf = (target: string) => fileOfTarget(target, at) ?? target;
  const others = profiles.list().flatMap((row) => ("profile" in row && row.name !== name ? row.profile : []));
  const known = others.flatMap(({ name: owner, targets }) =>
    targets.map(({ target }) => ({ owner, target })),
  );
  return (target) => known.find((one) => placeOf(one.target) === placeOf(target));
}

function refuseTargetsOfOthers(deps: Deps, name: ProfileName, targets: readonly string[]): void {
  const ofOthers = targetsOfOthers(deps, name);
  for (const text of targets) {
    const other = ofOthers(text);
    if (other === undefined) continue;
    const { owner, target } = other;
    throw new MistralKeyError(
      "usage",
      `${showName(text)} gets the key of profile "${owner}", so nothing was delivered.`,
      {
        hint: `To stop that: ${commandFor(owner, `push --forget ${shellWord(target)}`)}\nThen run the same command again.`,
      },
    );
  }
}
