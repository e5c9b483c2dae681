import { ApiKey } from "../../src/keys/api-key.ts";
import { defaultProfile, type ProfileName } from "../../src/keys/profile-name.ts";
import { profileOf } from "../../src/profiles/known-key.ts";
import type { Profile } from "../../src/profiles/profile.ts";
import type { TestDeps } from "../support/deps.ts";
import { usualIdentity } from "../support/usual-answers.ts";

/** Made-up keys. */
export const oldKey = ApiKey.of("oldKey00".repeat(4));
export const newKey = ApiKey.of("newKey11".repeat(4));
export const otherKey = ApiKey.of("other222".repeat(4));

/** Stores a key as `init` does, and what is known of it. */
export async function storeKey(
  deps: TestDeps,
  options: {
    readonly key?: ApiKey;
    readonly name?: ProfileName;
    readonly serverUrl?: string;
  } & Omit<Partial<Profile>, "key" | "name"> = {},
): Promise<Profile> {
  const { key = oldKey, name = defaultProfile, serverUrl, ...changes } = options;
  await deps.secrets.set({ profile: name, slot: "current" }, key);
  const endpoint = { region: "global" as const, ...(serverUrl === undefined ? {} : { serverUrl }) };
  const profile: Profile = {
    ...profileOf({ name, key, store: "keychain", endpoint, expiresAt: "2027-02-21" }, deps.now()),
    identity: usualIdentity,
    lastAcceptedAt: "2026-08-01T00:00:00.000Z",
    lastVerifiedAt: "2026-08-01T00:00:00.000Z",
    lastDiagnosis: "valid",
    ...changes,
  };
  deps.profiles.write(profile);
  return profile;
}

/** What the slots of a profile hold, by what the keys are. */
export async function slotsOf(
  deps: Pick<TestDeps, "secrets">,
  name: ProfileName = defaultProfile,
): Promise<{ current: string; next: string; previous: string }> {
  const what = async (slot: "current" | "next" | "previous") => {
    const key = await deps.secrets.get({ profile: name, slot });
    if (key === undefined) return "nothing";
    if (key.equals(oldKey)) return "old";
    if (key.equals(newKey)) return "new";
    return "another";
  };
  return { current: await what("current"), next: await what("next"), previous: await what("previous") };
}
