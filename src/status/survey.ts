import type { Deps } from "../deps.ts";
import { readEnvironmentKey } from "../keys/environment-key.ts";
import { daysLeft, warningDays } from "../keys/expiry.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { ProfileChoice } from "../profiles/choose-profile.ts";
import { profilesWith } from "../profiles/known-key.ts";
import type { Profile } from "../profiles/profile.ts";
import type { ListedRotation } from "../rotation/journal-folder.ts";
import type { UnlistedKey } from "../stores/unlisted-key.ts";
import { isRefusal } from "../verification/verdict.ts";

/** What is known about this user's keys and `MISTRAL_API_KEY`, without asking a store or the network. */
export interface Survey {
  /** The profile that a command here uses, and what chose it. */
  readonly choice: ProfileChoice;
  /** Most urgent first. */
  readonly profiles: readonly SurveyedProfile[];
  /** Rotations whose profile is missing or unreadable. */
  readonly strayRotations: readonly ListedRotation[];
  readonly environment: ComparedKey;
  readonly now: Date;
  /** A stored key of {@link choice} that has no profile; only if it was looked for. */
  readonly unlisted?: UnlistedKey | undefined;
}

/** A profile with its rotation, if any, or why it cannot be read. */
export type SurveyedProfile = ReadableProfile | { readonly name: ProfileName; readonly damaged: string };

/** A profile that can be read. */
export interface ReadableProfile {
  readonly name: ProfileName;
  readonly profile: Profile;
  readonly rotation: ListedRotation | undefined;
}

/** `MISTRAL_API_KEY` of this process, compared by fingerprint. */
export type ComparedKey =
  | { readonly state: "absent" }
  /** Its value cannot be a key. */
  | { readonly state: "unusable" }
  /** The key of the selected profile. */
  | { readonly state: "same"; readonly wrapped: boolean }
  | {
      readonly state: "different";
      readonly mask: string;
      /** Whether quotes, spaces or a line ending surround it, which an app may take as part of it. */
      readonly wrapped: boolean;
      /** Another profile whose key it is. */
      readonly profile: ProfileName | undefined;
    };

/**
 * Surveys the profiles.
 *
 * @param choice - the profile that a command here uses
 * @param only - leaves every other profile out
 */
export function survey(
  { profiles, journal, env, now }: Deps,
  choice: ProfileChoice,
  only: ProfileName | undefined,
): Survey {
  const at = now();
  const rotations = new Map(journal.list().map((rotation) => [rotation.name, rotation]));
  const listed = profiles.list();
  const shown = listed
    .filter(({ name }) => only === undefined || name === only)
    .map((row) => ("damaged" in row ? row : { ...row, rotation: rotations.get(row.name) }));
  const strays = [...rotations.values()].filter(
    (rotation) => !listed.some((row) => row.name === rotation.name && "profile" in row),
  );
  return {
    choice,
    profiles: mostUrgentFirst(shown, at),
    strayRotations: only === undefined ? strays : strays.filter(({ name }) => name === only),
    environment: compare(env, choice.name, profiles),
    now: at,
  };
}

/** A profile whose key has a last day. */
export type DatedProfile = Profile & { readonly expiresAt: string };

/** Whether a key expires within a fortnight, or has expired. */
export function isEnding(profile: Profile, now: Date): profile is DatedProfile {
  return typeof profile.expiresAt === "string" && daysLeft(profile.expiresAt, now) <= warningDays;
}

/** Whether Mistral refused the key at the last check. */
export function isRefused({ lastDiagnosis }: Profile): boolean {
  return lastDiagnosis !== null && isRefusal(lastDiagnosis);
}

/**
 * Unreadable profiles first, then refused keys, unfinished rotations, and the others by last day; keys
 * without a known day come after those, and keys that never expire last.
 */
function mostUrgentFirst(rows: readonly SurveyedProfile[], now: Date): readonly SurveyedProfile[] {
  return [...rows].sort((a, b) => rankOf(a, now) - rankOf(b, now) || (a.name < b.name ? -1 : 1));
}

function rankOf(row: SurveyedProfile, now: Date): number {
  if ("damaged" in row) return Number.NEGATIVE_INFINITY;
  const { profile, rotation } = row;
  if (isRefused(profile)) return -2e6;
  if (rotation !== undefined) return -1e6;
  if (profile.expiresAt === undefined) return 1e6;
  return profile.expiresAt === null ? 2e6 : daysLeft(profile.expiresAt, now);
}

function compare(env: Deps["env"], selected: ProfileName, profiles: Deps["profiles"]): ComparedKey {
  const here = readEnvironmentKey(env);
  if (here.state !== "key") return here;
  const { key, wrapped } = here;
  const owners = profilesWith(key, profiles);
  if (owners.some(({ name }) => name === selected)) return { state: "same", wrapped };
  return { state: "different", mask: key.mask, wrapped, profile: owners[0]?.name };
}
