import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { parseProfileName } from "../../keys/profile-name.ts";
import { type Renamed, type Renaming, renameProfile } from "../../profiles/rename-profile.ts";

/** Renames a profile. */
export async function rename({ args, flags }: CommandInput, deps: Deps): Promise<undefined> {
  const [from = "", to = ""] = args;
  const names = { from: parseProfileName(from), to: parseProfileName(to) };
  const renamed = await renameProfile(deps, names);
  if (flags.on("json")) deps.output.json({ profile: names.to, before: names.from, key: renamed.profile.key });
  else tell(deps, names, renamed);
}

function tell({ output }: Deps, { from, to }: Renaming, { profile, wasDefault }: Renamed): void {
  output.ok(`${profile.key} is now profile "${to}"; "${from}" is gone.`);
  if (wasDefault) output.ok(`It stays the default.`);
  output.next(`Change "${from}" to "${to}" in scripts, in MISTRAL_KEY_PROFILE and in .mistral-key files.`);
}
