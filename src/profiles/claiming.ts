import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import type { ProfileName } from "../keys/profile-name.ts";

/** How often to look whether another run has ended: for two seconds. */
const attempts = 40;

/**
 * Lets one run at a time put a key where there is none yet, which no rotation's record guards: two at once would
 * each find the place empty.
 *
 * @param act - must look again whether the place is empty
 * @throws MistralKeyError of kind `usage` if another run takes longer; what `act` throws
 */
export async function claiming<Result>(
  { profiles, sleep }: Pick<Deps, "profiles" | "sleep">,
  name: ProfileName,
  act: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; !profiles.claim(name); attempt += 1) {
    if (attempt === attempts) {
      const message = `Another run of mistral-key is storing a key for profile "${name}", or was stopped while it did, so nothing was changed.`;
      throw new MistralKeyError("usage", message, { hint: "Run the same command again in a minute." });
    }
    await sleep(50);
  }
  try {
    return await act();
  } finally {
    profiles.release(name);
  }
}
