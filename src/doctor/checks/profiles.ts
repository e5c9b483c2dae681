import type { ListedProfile } from "../../profiles/profile-registry.ts";
import { type Check, count, type Finding, localLimitMs } from "../check.ts";

/** Judges the list of profiles. */
function judgeProfiles(rows: readonly ListedProfile[]): Finding {
  const damaged = rows.flatMap((row) => ("damaged" in row ? [row.damaged] : []));
  if (damaged.length > 0) {
    return {
      state: "fail",
      kind: "store-damaged",
      message: damaged.join(" "),
      hint: "The key itself is not in this file. Restore it from a backup, or delete it and run mistral-key verify, which writes it anew.",
    };
  }
  if (rows.length === 0) return { state: "ok", message: "There are none yet." };
  return { state: "ok", message: `${count(rows.length, "profile")}, each readable.` };
}

/** Whether every profile can be read. */
export const profilesCheck: Check = {
  id: "profiles",
  title: "Profiles",
  limitMs: localLimitMs,
  look: async ({ deps }) => judgeProfiles(deps.profiles.list()),
};
