import { unlessDamaged } from "../errors.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { fingerprintOf } from "../keys/fingerprint.ts";
import type { Diagnosis } from "../mistral/diagnosis.ts";
import type { KeyCheck } from "../mistral/mistral-api.ts";
import type { Profile } from "./profile.ts";
import type { ProfileRegistry } from "./profile-registry.ts";

/** A key that is about to be stored, and what is known of it. */
export interface KnownKey
  extends Pick<Profile, "name" | "store" | "storeName" | "endpoint" | "expiresAt" | "adminKey" | "listed"> {
  readonly key: ApiKey;
  /** What a test call said; `undefined` when there was none. */
  readonly check?: KeyCheck | undefined;
  /** None where absent; with the Admin API key, it stays when the key is replaced. */
  readonly targets?: Profile["targets"];
}

/** The profile of a key that was not stored here before. */
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
 * What is known of a key by now. Whoever has waited, for Mistral, a store or a person, goes on with
 * this, since another run may have noted a target or a date meanwhile.
 *
 * @returns `undefined` when the profile is not about that key any more
 */
export function latestOf(profiles: Pick<ProfileRegistry, "read">, profile: Profile): Profile | undefined {
  const latest = unlessDamaged(() => profiles.read(profile.name));
  return latest?.fingerprint.hash === profile.fingerprint.hash ? latest : undefined;
}

/** The profile after a test call of its key. An identity that Mistral did not tell this time is kept. */
export function withCheck(profile: Profile, check: KeyCheck, now: Date): Profile {
  const moment = now.toISOString();
  const { authentication, rateLimits } = check;
  const requestsPerMinute = rateLimits?.requestsPerMinute.limit || undefined;
  return {
    ...profile,
    identity: check.identity ?? profile.identity,
    lastVerifiedAt: moment,
    lastDiagnosis: diagnosisOfKey(check),
    ...(authentication.ok && {
      lastAcceptedAt: moment,
      mayCall: { models: authentication.models, requestsPerMinute },
    }),
  };
}

/** A model that is not there, or a call that is not understood, says nothing against a key that was accepted. */
function diagnosisOfKey({ diagnosis, authentication }: KeyCheck): Diagnosis {
  const ofTheCall = diagnosis === "model-not-found" || diagnosis === "bad-request";
  return ofTheCall && authentication.ok ? "valid" : diagnosis;
}
