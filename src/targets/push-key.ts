import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Profile } from "../profiles/profile.ts";
import { type TargetReference, targetText } from "../profiles/target-reference.ts";
import { waitingAt, withDelivery } from "../rotation/journal.ts";
import { refuseDuringRotation } from "../rotation/unfinished.ts";
import { type KeyRequest, readKeyForUse } from "../stores/stored-key.ts";
import { deliverEverywhere, reporting } from "./deliver-everywhere.ts";
import { type DeliveryReport, forgetKey, keyThere } from "./target.ts";

/** What {@link pushKey} is to deliver. */
export interface PushRequest extends KeyRequest {
  /** The targets; with none, all that the profile remembers. */
  readonly targets: readonly TargetReference[];
}

/** What came of delivering a key. */
export interface Pushed {
  readonly key: ApiKey;
  readonly reports: readonly DeliveryReport[];
}

/**
 * Delivers the stored key to targets, and remembers each that took it. Every target is looked at
 * before the first is changed. A rotation that waits for some of them is told of those that have the
 * new key now.
 *
 * @throws MistralKeyError of kind `usage` when there is no target; of kind `unfinished` for a new
 *   target while a rotation is under way; as `readKeyForUse` and `Target.check` do
 */
export async function pushKey(deps: Deps, request: PushRequest): Promise<Pushed> {
  const { key, profile, targets } = await prepare(deps, request);
  if (request.targets.length > 0) await checkEach(deps, profile, targets);
  let known = profile;
  const reports = await deliverEverywhere(deps, { profile: profile.name, key, targets }, ({ ok, target }) => {
    if (!ok) return;
    const reference = targets.find((one) => targetText(one) === target);
    if (reference !== undefined) known = remember(deps, known, reference);
    tellRotation(deps, known, target);
  });
  return { key, reports };
}

/**
 * Looks whether the key could be delivered, and changes nothing.
 *
 * @throws MistralKeyError as {@link pushKey} does
 */
export async function tryPush(deps: Deps, request: PushRequest): Promise<readonly DeliveryReport[]> {
  const { key, profile, targets } = await prepare(deps, request);
  const reports: DeliveryReport[] = [];
  for (const reference of targets) {
    const look = async () => {
      const target = await deps.openTarget(reference, profile.name);
      await target.check();
      return { ok: true, message: `${target.describe()} ${wouldDo[await keyThere(target, key)]}` };
    };
    reports.push(await reporting(targetText(reference), look));
  }
  return reports;
}

const wouldDo = {
  same: "has this key already.",
  another: "has another key, which would be replaced.",
  none: "has no key yet, and would get this one.",
  unreadable: "would get this key; which one it has cannot be read.",
} as const;

/**
 * Takes the key away from a target, and remembers it no longer, also where that cannot be done: the
 * place may be gone for good.
 *
 * @throws MistralKeyError of kind `usage` for a target that the profile does not remember
 */
export async function forgetTarget(
  deps: Deps,
  request: KeyRequest,
  reference: TargetReference,
): Promise<DeliveryReport> {
  const profile = deps.profiles.read(request.profile);
  const text = targetText(reference);
  const rest = profile?.targets.filter(({ target }) => targetText(target) !== text) ?? [];
  if (profile === undefined || rest.length === profile.targets.length) {
    throw new MistralKeyError("usage", `${text} is no target of profile "${request.profile}".`, {
      hint: `To see its targets: ${commandFor(request.profile, "push --list")}`,
    });
  }
  refuseDuringRotation(request.profile, deps);
  const { key } = await readKeyForUse(request, deps);
  const report = await reporting(text, async () => {
    return { ok: true, message: await forgetKey(await deps.openTarget(reference, profile.name), key) };
  });
  deps.profiles.write({ ...profile, targets: rest });
  if (report.ok) return report;
  const message = `${text} gets no key any more, but the one that it has may still be there. ${report.message}`;
  return { ...report, message };
}

async function prepare(deps: Deps, request: PushRequest) {
  const { key, profile } = await readKeyForUse(request, deps);
  if (profile === undefined) {
    throw new MistralKeyError("no-key", `Nothing is known of the key of profile "${request.profile}" yet.`, {
      hint: `To check and list it: ${commandFor(request.profile, "verify")}`,
    });
  }
  const remembered = profile.targets.map(({ target }) => target);
  const known = new Set(remembered.map(targetText));
  const isNew = request.targets.some((target) => !known.has(targetText(target)));
  if (isNew) refuseDuringRotation(profile.name, deps);
  const targets = request.targets.length > 0 ? request.targets : remembered;
  if (targets.length > 0) return { key, profile, targets };
  throw new MistralKeyError("usage", `Profile "${profile.name}" has no target yet.`, {
    hint: `Name one: ${commandFor(profile.name, "push dotenv:.env")}`,
  });
}

async function checkEach(deps: Deps, { name }: Profile, targets: readonly TargetReference[]): Promise<void> {
  for (const reference of targets) await (await deps.openTarget(reference, name)).check();
}

function remember(deps: Deps, profile: Profile, target: TargetReference): Profile {
  const text = targetText(target);
  if (profile.targets.some((one) => targetText(one.target) === text)) return profile;
  const added = { target, since: deps.now().toISOString() };
  const latest = deps.profiles.read(profile.name) ?? profile;
  const changed = { ...latest, targets: [...latest.targets, added] };
  deps.profiles.write(changed);
  return changed;
}

function tellRotation({ journal }: Deps, { name }: Profile, target: string): void {
  const record = journal.read(name);
  if (record === undefined || !waitingAt(record.stage, record.targets).some((one) => one.target === target))
    return;
  const taken = journal.takeOver(record);
  journal.update(taken, { targets: withDelivery(taken.stage, taken.targets, target) });
}
