import { askExpiry } from "../capture/ask-expiry.ts";
import type { Deps } from "../deps.ts";
import { Cancelled, expected, MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { Expiry } from "../keys/expiry.ts";
import { latestOf } from "../profiles/known-key.ts";
import type { StoredOutcome } from "./outcome.ts";

/**
 * Asks for the last day of a stored key and notes it. Stopping here loses nothing.
 *
 * @param key.justMade - whether the user made it a moment ago
 * @throws Cancelled; MistralKeyError of kind `unfinished` when it could not be noted
 */
export async function noteExpiry(
  deps: Deps,
  stored: StoredOutcome,
  key: { readonly justMade: boolean },
): Promise<StoredOutcome> {
  let expiresAt: Expiry | undefined;
  try {
    expiresAt = await askExpiry(deps, key);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    const { message, hint } = describeUnnoted(stored, "Stopped.");
    throw new Cancelled(message, { hint });
  }
  if (expiresAt === undefined) return stored;
  const latest = latestOf(deps.profiles, stored.profile);
  if (latest === undefined) {
    deps.output.warn(`${stored.profile.key} was replaced meanwhile, so its last day was not noted.`);
    return stored;
  }
  const profile = { ...latest, expiresAt };
  try {
    deps.profiles.write(profile);
  } catch (error) {
    const { message, hint } = describeUnnoted(stored, expected(error).message);
    throw new MistralKeyError("unfinished", message, { cause: error, hint });
  }
  return { ...stored, profile };
}

function describeUnnoted({ profile, replaced }: StoredOutcome, because: string) {
  const stored = `${because} Your key is stored; its last day was not noted`;
  const noting = `To note it: ${commandFor(profile.name, "expires DATE")}`;
  if (replaced === undefined || replaced.finished) return { message: `${stored}.`, hint: noting };
  return {
    message: `${stored}, and the old key ${replaced.previous.mask} still has to be deleted.`,
    hint: `${noting}\nTo finish that: ${commandFor(profile.name, "rotate --finish")}`,
  };
}
