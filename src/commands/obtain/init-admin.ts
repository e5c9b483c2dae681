import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { commandFor } from "../../hints.ts";
import { storeAdminKey } from "../../issuers/store-admin-key.ts";
import { storeNameOf } from "../../profiles/profile.ts";
import { readSettings } from "../../settings.ts";

/** Stores an Admin API key beside the key of a profile, for `rotate --auto`. */
export async function initAdmin({ flags }: CommandInput, deps: Deps): Promise<undefined> {
  const { output } = deps;
  const { json, ...settings } = readSettings(flags, deps);
  const { profile, notListed } = await storeAdminKey(deps, {
    ...settings,
    from: flags.on("withKey") ? "stdin" : "prompt",
    replace: flags.on("yes"),
  });
  const { name, adminKey, store, expiresAt = null } = profile;
  const listed = notListed === undefined;
  if (json) output.json({ profile: name, adminKey, store, stored: true, listed, expiresAt });
  output.ok(`The Admin API key ${adminKey} is stored in ${storeNameOf(profile)}, for profile "${name}".`);
  output.paragraph("It makes and deletes keys for rotations, and is never handed out.");
  if (notListed !== undefined) output.warn(notListed);
  else output.next(`To rotate with it: ${commandFor(name, "rotate --auto")}`);
}
