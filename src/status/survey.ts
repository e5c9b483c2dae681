import type { Deps } from "../deps.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { readEnvironmentKey } from "../keys/environment-key.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Profile } from "../profiles/profile.ts";
import type { ListedProfile } from "../profiles/profile-registry.ts";
import type { ListedRotation, RotationRecord } from "../rotation/journal.ts";

/** Everything known here about the keys of this person and about `MISTRAL_API_KEY`, without a look at a store or the network. */
export interface Survey {
  /** The profile that a command without `--profile` uses. */
  readonly selected: ProfileName;
  readonly profiles: readonly SurveyedProfile[];
  /** Rotations whose profile is not there, or cannot be read. */
  readonly strayRotations: readonly ListedRotation[];
  readonly environment: ComparedKey;
  readonly now: Date;
}

/** A profile with the rotation under way, or why it cannot be read. */
export type SurveyedProfile =
  | { readonly name: ProfileName; readonly profile: Profile; readonly rotation: ListedRotation | undefined }
  | { readonly name: ProfileName; readonly damaged: string };

/** What `MISTRAL_API_KEY` of this process is, compared by fingerprint. */
export type ComparedKey =
  | { readonly state: "absent" }
  /** It holds what no key can be. */
  | { readonly state: "unusable" }
  /** The key of the selected profile. */
  | { readonly state: "same"; readonly mask: string; readonly wrapped: boolean }
  | {
      readonly state: "different";
      readonly mask: string;
      /** Whether quotes, spaces or a line ending are around it, which an app may take for a part of it. */
      readonly wrapped: boolean;
      /** Another profile whose key it is. */
      readonly profile: ProfileName | undefined;
      /** Whether it is the key that an unfinished rotation takes out of use. */
      readonly outgoing: boolean;
    };

/**
 * Surveys the profiles.
 *
 * @param options.only - leaves every other profile out
 */
export function survey(
  { profiles, journal, env, now }: Pick<Deps, "profiles" | "journal" | "env" | "now">,
  { selected, only }: { readonly selected: ProfileName; readonly only: ProfileName | undefined },
): Survey {
  const rotations = new Map(journal.list().map((rotation) => [rotation.profile, rotation]));
  const listed = profiles.list();
  const shown = only === undefined ? listed : listed.filter(({ name }) => name === only);
  const strays = [...rotations.values()].filter(
    (rotation) => !listed.some((row) => row.name === rotation.profile && "profile" in row),
  );
  return {
    selected,
    profiles: shown.map((row) => ("damaged" in row ? row : { ...row, rotation: rotations.get(row.name) })),
    strayRotations: only === undefined ? strays : strays.filter(({ profile }) => profile === only),
    environment: compare(env, { selected, listed, rotation: rotations.get(selected) }),
    now: now(),
  };
}

function compare(
  env: Deps["env"],
  known: {
    readonly selected: ProfileName;
    readonly listed: readonly ListedProfile[];
    readonly rotation: ListedRotation | undefined;
  },
): ComparedKey {
  const here = readEnvironmentKey(env);
  if (here.state !== "key") return here;
  const { key, wrapped } = here;
  const owners = known.listed.filter(
    (row) => "profile" in row && matchesFingerprint(key, row.profile.fingerprint),
  );
  if (owners.some(({ name }) => name === known.selected)) return { state: "same", mask: key.mask, wrapped };
  return {
    state: "different",
    mask: key.mask,
    wrapped,
    profile: owners[0]?.name,
    outgoing: isOutgoing(
      key,
      known.rotation && "record" in known.rotation ? known.rotation.record : undefined,
    ),
  };
}

function isOutgoing(key: ApiKey, record: RotationRecord | undefined): boolean {
  return record !== undefined && matchesFingerprint(key, record.oldKey.fingerprint);
}
