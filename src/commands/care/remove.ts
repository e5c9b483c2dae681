import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { consolePages } from "../../mistral/console-pages.ts";
import { removeProfile, tellOfRemoval } from "../../profiles/remove-profile.ts";
import { readSettings } from "../../settings.ts";
import { quietly } from "../../terminal/absence.ts";

/** Deletes the stored key and what is known about it. Revokes nothing at Mistral. */
export async function remove({ flags }: CommandInput, deps: Deps): Promise<undefined> {
  const { profile, choice, store, json } = readSettings(flags, deps);
  const yes = flags.on("yes");
  await quietly(deps, async () => {
    const removed = await removeProfile(deps, { profile, choice, store, yes });
    if (json) {
      const [key = null, ...others] = removed.keys;
      const { adminKey = null } = removed;
      deps.output.json({
        profile,
        removed: true,
        key,
        others,
        adminKey,
        revoked: false,
        page: consolePages.keys,
      });
    }
    await tellOfRemoval(deps, removed, { offersPage: !yes });
  });
}
