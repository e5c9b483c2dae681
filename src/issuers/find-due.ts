import type { Deps } from "../deps.ts";
import { daysLeft } from "../keys/expiry.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { ListedProfile } from "../profiles/profile-registry.ts";

/** Profiles by whether their key is to be rotated now. */
export interface DueProfiles {
  /** Those whose key ends soon enough, whose rotation is not finished, or whose file cannot be read. */
  readonly due: readonly ProfileName[];
  readonly notDue: readonly ProfileName[];
  /** Those of whose key no last day is known. */
  readonly unknown: readonly ProfileName[];
}

/**
 * Sorts profiles by whether their key ends within some days. One that cannot be read counts as due,
 * so that it is not passed over in silence.
 */
export function findDue(
  { profiles, journal, now }: Pick<Deps, "profiles" | "journal" | "now">,
  { days, only }: { readonly days: number; readonly only: ProfileName | undefined },
): DueProfiles {
  const rotating = new Set(journal.list().map(({ profile }) => profile));
  const stateOf = (row: ListedProfile): keyof DueProfiles => {
    if ("damaged" in row || rotating.has(row.name)) return "due";
    const { expiresAt } = row.profile;
    if (expiresAt === undefined) return "unknown";
    return expiresAt !== null && daysLeft(expiresAt, now()) <= days ? "due" : "notDue";
  };
  const listed = profiles.list().filter(({ name }) => only === undefined || name === only);
  const named = (state: keyof DueProfiles) =>
    listed.filter((row) => stateOf(row) === state).map(({ name }) => name);
  return { due: named("due"), notDue: named("notDue"), unknown: named("unknown") };
}
