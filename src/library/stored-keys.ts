import { MistralKeyError } from "../errors.ts";
import { startedIn } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import { chooseProfile } from "../profiles/choose-profile.ts";
import { ProfileFolder } from "../profiles/profile-folder.ts";
import { currentFolder, programFolder } from "../profiles/program-folder.ts";
import { readStoreKind } from "../settings.ts";
import { openStore } from "../stores/open-store.ts";
import type { StoreKind } from "../stores/secret-store.ts";
import { type KeyRequest, readStoredKey } from "../stores/stored-key.ts";

/** For how many seconds to cache a key whose profile has not changed. */
const rememberedSeconds = 5 * 60;

const remembered = new Map<string, { key: ApiKey; store: StoreKind; readAt: number }>();
const underWay = new Map<string, Promise<ApiKey>>();

/**
 * The stored key of a profile, as text.
 *
 * @param profile - its name; `undefined` chooses as commands do
 * @throws MistralKeyError
 */
export async function readKeyOf(profile: string | undefined): Promise<string> {
  const { env, platform } = process;
  startedIn({ env, platform });
  const folder = await programFolder(env);
  const profiles = new ProfileFolder(folder);
  const choice = chooseProfile(profile, { env, cwd: currentFolder(), profiles });
  const request: KeyRequest = {
    profile: choice.name,
    choice,
    store: readStoreKind(env.MISTRAL_KEY_STORE || undefined),
  };
  const address = JSON.stringify([folder, request.profile, request.store]);

  const before = remembered.get(address);
  const known = profiles.read(request.profile);
  // Replacing or removing a key rewrites its profile, so this check needs no read of the store.
  const isCurrent =
    before !== undefined &&
    known !== undefined &&
    (request.store ?? known.store) === before.store &&
    process.uptime() - before.readAt < rememberedSeconds &&
    matchesFingerprint(before.key, known.fingerprint);
  if (isCurrent) return before.key.reveal();
  remembered.delete(address);

  let read = underWay.get(address);
  if (read === undefined) {
    const { signal } = new AbortController();
    const open = (kind: StoreKind) => openStore(kind, { folder, platform, env, signal });
    read = readStoredKey(request, { profiles, store: open })
      .then(({ key, store, profile }) => {
        // The fingerprint is compared only when the key is requested again.
        if (profile !== undefined)
          remembered.set(address, { key, store: store.kind, readAt: process.uptime() });
        return key;
      })
      .catch((error: unknown) => {
        if (!(error instanceof MistralKeyError)) throw error;
        const { kind, message } = error;
        throw new MistralKeyError(kind, `${message} MISTRAL_API_KEY is not set, either.`, error);
      })
      .finally(() => underWay.delete(address));
    underWay.set(address, read);
  }
  return (await read).reveal();
}
