import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { commandFor } from "../../hints.ts";
import { storeAdminKey } from "../../issuers/store-admin-key.ts";
import { readSettings } from "../../settings.ts";

/** Stores an Admin API key beside the key of a profile, for `rotate --auto`. */
export async function initAdmin({ flags }: CommandInput, deps: Deps): Promise<undefined> {
  const { output } = deps;
  const { json, ...settings } = readSettings(flags, deps);
  const stored = await storeAdminKey(deps, {
    ...settings,
    from: flags.on("withKey") ? "stdin" : "prompt",
    replace: flags.on("yes"),
  });
  const { profile, key, place, notListed } = stored;
  if (json) {
    const { name, store, expiresAt = null } = profile;
    output.json({
      profile: name,
      adminKey: key.mask,
      store,
      stored: true,
      listed: notListed === undefined,
      expiresAt,
    });
  }
  output.ok(`The Admin API key ${key.mask} is stored in ${place}, for profile "${profile.name}".`);
  output.paragraph("It makes and deletes keys for rotations, and is never handed out.");
  if (notListed !== undefined) output.warn(notListed);
  else output.next(`To rotate with it: ${commandFor(profile.name, "rotate --auto")}`);
}
