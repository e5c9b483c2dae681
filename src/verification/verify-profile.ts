import type { Deps } from "../deps.ts";
import { expected, unlessDamaged } from "../errors.ts";
import { runCommand } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { readEnvironmentKey } from "../keys/environment-key.ts";
import { daysLeft, warningDays } from "../keys/expiry.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { addressOf, type Endpoint } from "../mistral/endpoint.ts";
import { type CheckOptions, type KeyCheck, type KeyHistory, newKey } from "../mistral/mistral-api.ts";
import { describeEnd } from "../profiles/key-end.ts";
import { latestOf, profileOf, withCheck } from "../profiles/known-key.ts";
import { endpointFor, type Profile } from "../profiles/profile.ts";
import type { SecretStore, StoreKind } from "../stores/secret-store.ts";
import { type KeyRequest, readStoredKey } from "../stores/stored-key.ts";
import { checkWithProgress } from "./check-with-progress.ts";
import type { CheckedKey } from "./verification-document.ts";

/** Which stored key to verify, and how. */
export interface VerifyRequest extends KeyRequest, Pick<CheckOptions, "quick" | "model"> {
  readonly minDays?: number | undefined;
}

/** A stored key, and what is known of it before it is checked. */
export interface StoredKeyToCheck {
  readonly request: VerifyRequest;
  readonly key: ApiKey;
  readonly store: SecretStore;
  readonly endpoint: Endpoint;
  readonly history: KeyHistory;
  /** The profile of exactly this key; `undefined` if none. */
  readonly known: Profile | undefined;
  /** The profile as it was read, which may be about another key. */
  readonly profile: Profile | undefined;
}

/** A verdict on a stored key, with notes for the user. */
export interface VerifiedKey extends CheckedKey {
  readonly profile: ProfileName;
  readonly store: StoreKind;
  /** The key's profile by then, with what was said now. */
  readonly knowledge: Profile;
  readonly notes: readonly string[];
}

/**
 * Checks a stored key and saves the result.
 *
 * @throws Cancelled when the user presses Ctrl-C
 * @throws MistralKeyError of kind `no-key`, or of a `store-…` kind
 */
export async function verifyProfile(
  deps: Deps,
  request: VerifyRequest & { readonly silent: boolean },
): Promise<VerifiedKey> {
  const found = await readKeyToCheck(deps, request);
  const { key, endpoint, history } = found;
  const { quick, model, silent } = request;
  const check = await checkWithProgress(deps, key, endpoint, { history, quick, model, silent });
  return conclude(deps, found, check);
}

/**
 * Reads a stored key and what is known about it.
 *
 * @throws MistralKeyError of kind `no-key`, or of a `store-…` kind
 */
export async function readKeyToCheck(deps: Deps, request: VerifyRequest): Promise<StoredKeyToCheck> {
  const endpoint = endpointFor(request, deps.profiles.read(request.profile));
  // Loads the SDK while the keychain is read, which takes as long; a failure shows on use.
  deps.mistral(endpoint).catch(() => {});
  const { key, store, profile } = await readStoredKey(request, deps);
  const asked = { profile: request.profile, key, store, endpoint };
  return { ...asked, request, profile, ...recall(deps, asked, profile) };
}

/** A key of a profile, where it is stored, and which server is asked about it. */
interface AskedKey extends Pick<StoredKeyToCheck, "key" | "store" | "endpoint"> {
  readonly profile: ProfileName;
}

/**
 * What is known of exactly this stored key, also where a rotation, cut off there, has put it in use without
 * noting it. What another server says, or of a copy in another store, says nothing about the rotation.
 */
export function recall(
  { journal }: Deps,
  { profile: name, key, store, endpoint }: AskedKey,
  profile: Profile | undefined,
): Pick<StoredKeyToCheck, "known" | "history"> {
  const rotation = unlessDamaged(() => journal.read(name));
  const is = (one: Pick<Profile, "fingerprint"> | null | undefined) =>
    one ? matchesFingerprint(key, one.fingerprint) : false;
  const known = [profile, rotation?.before, rotation?.after].find(is) ?? undefined;
  const isItsOwn =
    rotation?.after.store === store.kind && addressOf(rotation.after.endpoint) === addressOf(endpoint);
  if (rotation === undefined || !isItsOwn) return { known, history: known ?? newKey };
  const inRotation = is(rotation.newKey) ? "new" : is(rotation.oldKey) ? "old" : "other";
  return { known, history: { ...(known ?? newKey), inRotation } };
}

/** Saves the result of a check and adds notes. A profile that cannot be written is a note, not a failure. */
export function conclude(deps: Deps, found: StoredKeyToCheck, check: KeyCheck): VerifiedKey {
  const { request, key, store } = found;
  const { profile: name, minDays, model } = request;
  const profile = found.profile && (latestOf(deps.profiles, found.profile) ?? found.profile);
  const known = found.known && (latestOf(deps.profiles, found.known) ?? found.known);
  const now = deps.now();
  // A server other than the key's own, such as a mistyped or a simulated one, says nothing about the key,
  // unless one of Mistral's accepts it.
  const isAboutTheKey =
    (check.authentication.ok && found.endpoint.serverUrl === undefined) ||
    !known ||
    addressOf(found.endpoint) === addressOf(known.endpoint);
  const place = { store: store.kind, storeName: store.describe() };
  const { targets = [], adminKey } = profile ?? {};
  const about = known ?? profileOf({ name, key, ...place, endpoint: found.endpoint, targets, adminKey }, now);
  const knowledge = {
    ...withCheck(about, check, now, model !== undefined),
    ...(about.store === store.kind && place),
  };
  const { expiresAt, listed } = known ?? {};
  const said = { expiresAt, listed, identity: knowledge.identity, knowledge };
  const verified = { profile: name, key, store: store.kind, check, now, minDays, ...said };
  const elsewhere = `The key of profile "${name}" belongs to another server than ${addressOf(found.endpoint)}, so nothing was noted.`;
  const notes = [
    ...(isAboutTheKey ? remember(deps, found, knowledge) : [elsewhere]),
    ...endNotes(verified),
    ...shadowNotes(deps.env, key, name),
  ];
  return { ...verified, notes };
}

function remember(
  { profiles, journal }: Deps,
  { request, known, profile, store }: StoredKeyToCheck,
  knowledge: Profile,
): readonly string[] {
  // A key from a store other than the profile's is not the profile's key.
  if (profile !== undefined && known === undefined && store.kind !== profile.store) return [];
  try {
    const stage = journal.read(request.profile)?.stage;
    // The key may have been replaced during the test calls.
    const latest = profiles.read(request.profile);
    if (latest?.fingerprint.hash !== profile?.fingerprint.hash) return [];
    // Whose profile it is, a rotation under way decides, and settles once its new key is in use.
    if (stage === "switching" || stage === "reverting") return [];
    if (stage !== undefined && latest?.fingerprint.hash !== knowledge.fingerprint.hash) return [];
    profiles.write(knowledge);
  } catch (error) {
    return [`The result could not be written down. ${expected(error).message}`];
  }
  if (known !== undefined) return [];
  if (profile === undefined) {
    return [`Nothing was known about this key. It is now listed as profile "${request.profile}".`];
  }
  return [
    `The key of profile "${request.profile}" was replaced outside mistral-key: it was ${profile.key}. What was known about that one, including its last day, no longer counts.`,
  ];
}

function endNotes(verified: Omit<VerifiedKey, "notes">): readonly string[] {
  const { profile, expiresAt, listed, now, minDays, check } = verified;
  // The verdict says what to do about a refused key; its last day no longer matters.
  if (check.diagnosis === "expired" || check.diagnosis === "invalid-key") return [];
  if (typeof expiresAt === "string") {
    const soon = daysLeft(expiresAt, now) <= Math.max(warningDays, minDays ?? 0);
    return soon ? [describeEnd(profile, { expiresAt, listed }, now)] : [];
  }
  if (minDays === undefined || expiresAt === null) return [];
  return [
    `mistral-key does not know when the key of profile "${profile}" expires, so --min-days could not be checked. The console shows it.`,
  ];
}

/** Warns of another key in `MISTRAL_API_KEY`, which apps use before a stored one. */
export function shadowNotes(env: Deps["env"], key: ApiKey, profile: ProfileName): readonly string[] {
  const shadow = readEnvironmentKey(env);
  if (shadow.state === "absent" || (shadow.state === "key" && shadow.key.equals(key))) return [];
  const what = shadow.state === "key" ? `another key, ${shadow.key.mask}` : "something that cannot be a key";
  return [
    `MISTRAL_API_KEY is set here to ${what}: apps started here use that. To use the stored key: ${runCommand(profile)}`,
  ];
}
