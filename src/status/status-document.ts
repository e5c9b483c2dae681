import { daysLeft } from "../keys/expiry.ts";
import type { Diagnosis } from "../mistral/diagnosis.ts";
import type { Region } from "../mistral/endpoint.ts";
import type { ProfileChoice } from "../profiles/choose-profile.ts";
import type { Profile } from "../profiles/profile.ts";
import { targetText } from "../profiles/target-reference.ts";
import type { RotationStage } from "../rotation/stages.ts";
import type { StoreKind } from "../stores/secret-store.ts";
import type { Survey, SurveyedProfile } from "./survey.ts";

/** What `status --json` prints. Stable surface. */
export interface StatusDocument {
  /** The profile that a command here uses, and the rule that chose it; `path` is that of a `.mistral-key`. */
  readonly selected: {
    readonly profile: string;
    readonly rule: ProfileChoice["rule"];
    readonly path: string | null;
  };
  /** The most urgent first. */
  readonly profiles: readonly StatusRow[];
  readonly environment: {
    /** Whether `MISTRAL_API_KEY` is the key of the profile that commands use here. */
    readonly MISTRAL_API_KEY: "absent" | "same" | "different";
  };
}

/** One profile. */
export interface StatusRow {
  readonly profile: string;
  /** The mask; `null` only where `problem` is given. */
  readonly key: string | null;
  readonly store: StoreKind | null;
  readonly workspace: string | null;
  readonly organization: string | null;
  readonly keyName: string | null;
  readonly region: Region | null;
  readonly createdAt: string | null;
  readonly expiresAt: string | null;
  readonly daysLeft: number | null;
  /** Who says when the key ends: the person, or Mistral's list of keys. */
  readonly expiryFrom: "entered" | "listed" | null;
  /** When the key was last used, as Mistral's list of keys said at {@link StatusRow.listedAt}. */
  readonly lastUsedAt: string | null;
  readonly listedAt: string | null;
  /** The mask of an Admin API key that is stored beside the key. */
  readonly adminKey: string | null;
  readonly lastVerifiedAt: string | null;
  readonly lastDiagnosis: Diagnosis | null;
  readonly rotation: null | { readonly stage: RotationStage | null; readonly startedAt: string | null };
  readonly targets: readonly { readonly target: string; readonly since: string | null }[];
  /** Why nothing is known of a profile; absent where all is well. */
  readonly problem?: string;
}

const nothing = {
  key: null,
  store: null,
  workspace: null,
  organization: null,
  keyName: null,
  region: null,
  createdAt: null,
  expiresAt: null,
  daysLeft: null,
  expiryFrom: null,
  lastUsedAt: null,
  listedAt: null,
  adminKey: null,
  lastVerifiedAt: null,
  lastDiagnosis: null,
  rotation: null,
  targets: [],
} as const;

/** The JSON document of a survey. */
export function statusDocument({ choice, profiles, environment, now }: Survey): StatusDocument {
  return {
    selected: {
      profile: choice.name,
      rule: choice.rule,
      path: choice.rule === "folder" ? choice.path : null,
    },
    profiles: profiles.map((row) => rowOf(row, now)),
    environment: { MISTRAL_API_KEY: environment.state === "unusable" ? "different" : environment.state },
  };
}

function rowOf(row: SurveyedProfile, now: Date): StatusRow {
  if ("damaged" in row) return { profile: row.name, ...nothing, problem: row.damaged };
  const { profile, rotation } = row;
  const { listed, adminKey = null } = profile;
  const expiresAt = profile.expiresAt ?? null;
  return {
    profile: row.name,
    key: profile.key,
    store: profile.store,
    workspace: profile.identity?.workspace ?? listed?.workspace ?? null,
    organization: profile.identity?.organization ?? null,
    keyName: profile.identity?.keyName ?? null,
    region: profile.endpoint.region,
    createdAt: profile.createdAt,
    expiresAt,
    daysLeft: expiresAt === null ? null : daysLeft(expiresAt, now),
    expiryFrom: expiryFrom(profile),
    lastUsedAt: listed?.lastUsedAt ?? null,
    listedAt: listed?.seenAt ?? null,
    adminKey,
    lastVerifiedAt: profile.lastVerifiedAt,
    lastDiagnosis: profile.lastDiagnosis,
    rotation: rotation === undefined ? null : rotationOf(rotation),
    targets: profile.targets.map(({ target, since }) => ({ target: targetText(target), since })),
    ...(rotation !== undefined && "damaged" in rotation ? { problem: rotation.damaged } : {}),
  };
}

function expiryFrom({ expiresAt, listed }: Profile): StatusRow["expiryFrom"] {
  if (expiresAt === undefined) return null;
  return listed?.expiresAt === expiresAt ? "listed" : "entered";
}

function rotationOf(rotation: NonNullable<Extract<SurveyedProfile, { profile: unknown }>["rotation"]>) {
  return "damaged" in rotation
    ? { stage: null, startedAt: null }
    : { stage: rotation.record.stage, startedAt: rotation.record.startedAt };
}
