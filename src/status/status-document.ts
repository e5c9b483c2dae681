import { daysLeft } from "../keys/expiry.ts";
import type { Survey, SurveyedProfile } from "./survey.ts";

/** What `status --json` prints, the most urgent profile first. Stable surface. */
export function statusDocument({ choice, profiles, environment, now }: Survey) {
  return {
    selected: {
      profile: choice.name,
      rule: choice.rule,
      // The `.mistral-key`.
      path: choice.rule === "folder" ? choice.path : null,
    },
    profiles: profiles.map((row) => rowOf(row, now)),
    environment: { MISTRAL_API_KEY: environment.state === "unusable" ? "different" : environment.state },
  };
}

/** Fields are `null` if unreadable; `problem` says why the profile, or its rotation, is. */
function rowOf(row: SurveyedProfile, now: Date) {
  const { profile, rotation } = "profile" in row ? row : { profile: undefined, rotation: undefined };
  const { identity, listed } = profile ?? {};
  const record = rotation !== undefined && "record" in rotation ? rotation.record : undefined;
  const expiresAt = profile?.expiresAt ?? null;
  const problem =
    "damaged" in row ? row.damaged : rotation && "damaged" in rotation ? rotation.damaged : undefined;
  return {
    profile: row.name,
    key: profile?.key ?? null,
    store: profile?.store ?? null,
    workspace: identity?.workspace ?? listed?.workspace ?? null,
    organization: identity?.organization ?? null,
    keyName: identity?.keyName ?? null,
    region: profile?.endpoint.region ?? null,
    createdAt: profile?.createdAt ?? null,
    expiresAt,
    daysLeft: expiresAt === null ? null : daysLeft(expiresAt, now),
    // Who says when the key expires: the user, or Mistral's list of keys.
    expiryFrom:
      profile?.expiresAt === undefined ? null : listed?.expiresAt === expiresAt ? "listed" : "entered",
    lastUsedAt: listed?.lastUsedAt ?? null,
    listedAt: listed?.seenAt ?? null,
    adminKey: profile?.adminKey ?? null,
    lastVerifiedAt: profile?.lastVerifiedAt ?? null,
    lastDiagnosis: profile?.lastDiagnosis ?? null,
    rotation:
      rotation === undefined ? null : { stage: record?.stage ?? null, startedAt: record?.startedAt ?? null },
    targets: profile?.targets ?? [],
    ...(problem !== undefined && { problem }),
  };
}
