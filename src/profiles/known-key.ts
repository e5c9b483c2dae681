import type { Deps } from "../deps.ts";
import { unlessDamaged } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { fingerprintOf, matchesFingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { KeyCheck } from "../mistral/mistral-api.ts";
import type { Profile } from "./profile.ts";
import type { ProfileRegistry } from "./profile-folder.ts";

/** A key about to be stored, and what is known about it. */
export interface KnownKey
  extends Pick<Profile, "name" | "store" | "storeName" | "endpoint" | "expiresAt" | "adminKey" | "listed"> {
  readonly key: ApiKey;
  readonly check?: KeyCheck | undefined;
  /** None if absent. Kept when the key is replaced, like the Admin API key. */
  readonly targets?: Profile["targets"];
}

/** Builds the profile of a newly stored key. */
export function profileOf(known: KnownKey, now: Date): Profile {
  const profile: Profile = {
    version: 2,
    name: known.name,
    key: known.key.mask,
    fingerprint: fingerprintOf(known.key),
    store: known.store,
    storeName: known.storeName,
    endpoint: known.endpoint,
    identity: null,
    createdAt: now.toISOString(),
    expiresAt: known.expiresAt,
    lastVerifiedAt: null,
    lastDiagnosis: null,
    lastAcceptedAt: null,
    adminKey: known.adminKey,
    listed: known.listed,
    targets: known.targets ?? [],
  };
  return known.check === undefined ? profile : withCheck(profile, known.check, now);
}

/**
 * The profile of a stored key: the one that is known if it describes that key, else a new one that shares only
 * what goes with the name. The key may have been replaced outside, or an older profile restored.
 */
export function describing(key: ApiKey, known: Profile, now: Date): Profile {
  if (matchesFingerprint(key, known.fingerprint)) return known;
  const { name, store, storeName, endpoint, adminKey, targets } = known;
  return profileOf({ name, key, store, storeName, endpoint, adminKey, targets }, now);
}

/**
 * Reads a profile again. Call it after waiting for Mistral, a store or a person, since another run may have
 * noted a target or a date meanwhile.
 *
 * @returns `undefined` if the profile is gone, damaged or about another key
 */
export function latestOf(profiles: Pick<ProfileRegistry, "read">, profile: Profile): Profile | undefined {
  const latest = unlessDamaged(() => profiles.read(profile.name));
  return latest?.fingerprint.hash === profile.fingerprint.hash ? latest : undefined;
}

/** Notes the last day of a key that is stored, if given. */
export function noteEnd(profiles: ProfileRegistry, known: Profile, expiresAt: Profile["expiresAt"]): void {
  const latest = expiresAt === undefined ? undefined : latestOf(profiles, known);
  if (latest !== undefined) profiles.write({ ...latest, expiresAt });
}

/** The profiles whose fingerprint is that of a key; opens no store. */
export function profilesWith(key: ApiKey, profiles: Pick<ProfileRegistry, "list">): readonly Profile[] {
  const readable = profiles.list().flatMap((row) => ("profile" in row ? row.profile : []));
  return readable.filter(({ fingerprint }) => matchesFingerprint(key, fingerprint));
}

/** Warns of profiles that cannot be read, other than one, since they may have a key, too. Returns whether any is. */
export function warnOfUnread({ profiles, output }: Deps, name: ProfileName, key: string): boolean {
  const unread = profiles.list().filter((row) => "damaged" in row && row.name !== name);
  for (const other of unread) {
    output.warn(`Profile "${other.name}" cannot be read, and may have ${key}, too.`);
    output.next(`What to do about it: ${commandFor(other.name, "verify")}`);
  }
  return unread.length > 0;
}

/** Returns the profile updated with a test call. Keeps the identity if Mistral sent none this time. */
export function withCheck(profile: Profile, check: KeyCheck, now: Date, namesModel = false): Profile {
  const moment = now.toISOString();
  const { authentication, rateLimits } = check;
  const requestsPerMinute = rateLimits?.requestsPerMinute.limit || undefined;
  const isOther = isAboutCall(check, namesModel);
  // Such a call disproves nothing that was said of the key before.
  const stays = isOther && (profile.lastDiagnosis === "forbidden" || profile.lastDiagnosis === "no-plan");
  return {
    ...profile,
    identity: check.identity ?? profile.identity,
    ...(!stays && { lastVerifiedAt: moment, lastDiagnosis: isOther ? "valid" : check.diagnosis }),
    ...(authentication.ok && {
      lastAcceptedAt: moment,
      mayCall: { models: authentication.models, requestsPerMinute },
    }),
  };
}

/** Whether what is wrong is the call, or a model that the user named, which is not held against an accepted key. */
function isAboutCall(check: KeyCheck, namesModel: boolean): boolean {
  const { diagnosis, authentication } = check;
  const ofTheCall = diagnosis === "model-not-found" || diagnosis === "bad-request";
  const ofTheModel = diagnosis === "forbidden" || (diagnosis === "no-plan" && check.missing === "plan");
  return authentication.ok && (ofTheCall || (namesModel && ofTheModel));
}
